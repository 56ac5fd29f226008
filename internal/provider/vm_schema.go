// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// vmSchema describes data "vix_vm".
func vmSchema() schema.Schema {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	return schema.Schema{
		MarkdownDescription: "Opens a registered VM by the path of its `.vmx` file (VixVM_Open) and reads it. It waits for " +
			"nothing and changes nothing. A path that two datacenters hold is an error that lists each VM; a VM that is not " +
			"registered is an error that says whether the file exists. What the host does not say is null.\n\n" +
			"To open what the same configuration registers, refer to the registration " +
			"(`vmx_path = vix_registration.x.registered_path`); a literal path is read before anything is registered. On `workstation`, " +
			"`player` and `fusion` nothing needs to be registered: the path of the file is enough, and the VM need not run.",
		Attributes: map[string]schema.Attribute{
			"vmx_path": schema.StringAttribute{
				// No validator: terraform test hands made-up texts on as registered_path. The read asks the product.
				Required: true,
				MarkdownDescription: "Path of the `.vmx` file as the host knows it: `[storage1] web/web.vmx`. Spacing after the " +
					"bracket and doubled slashes mean nothing. For a template, its `.vmtx` file works too. On `workstation`, `player` " +
					"and `fusion` an " +
					"absolute path of this machine, or of a `.vmwarevm` bundle with one `.vmx`; every spelling of it is the same VM.",
			},
			"datacenter": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Datacenter to look in: an inventory path (`/F1/DC1`) or a unique name. Default: that of the " +
					"provider, else all; then it reports the inventory path of the one found. A configured value stays as written.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"id": text("Handle of the opened VM: the instance UUID on vSphere, the canonical path on " +
				"hosted products. It survives storage vMotion and renaming."),
			"name":              text("Display name of the VM."),
			"registered_path":   text("Path of the `.vmx` file, spelled as the host does."),
			"host":              text("Inventory path of the ESXi host that has the VM. Null on hosted products."),
			"folder":            text("Inventory path of the VM folder, or of the vApp that the VM is in. Null on hosted products."),
			"resource_pool":     text("Inventory path of the resource pool. Null for a template and on hosted products."),
			"managed_object_id": text("Managed object id (`vm-42`), which changes with each registration. Null on hosted products."),
			"instance_uuid":     text("Instance UUID, unique in one vCenter. Null if the host does not say."),
			"bios_uuid":         text("BIOS UUID, which copies of a VM may share. Null if the host does not say."),
			"template":          flag("Whether it is a template."),
			"connection_state": text("How well the host knows the VM: `connected`, `disconnected`, `orphaned`, `inaccessible` or " +
				"`invalid`. Anything but `connected` is also a warning."),
			"encrypted":   flag("Whether its configuration is encrypted."),
			"power_state": text("`on`, `off`, `suspended` or `paused`."),
			"is_running":  flag("Whether it is powered on."),
			"question": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Question that blocks the VM until it is answered. Null if there is none.",
				Attributes: map[string]schema.Attribute{
					"id":   text("Id of the question."),
					"text": text("The question."),
					"choices": schema.ListNestedAttribute{
						Computed:            true,
						MarkdownDescription: "Possible answers, in the host's order.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"key":     text("What to answer with."),
							"label":   text("What a person reads."),
							"default": flag("Whether the host suggests it."),
						}},
					},
				},
			},
			"tools_state":      text("VMware Tools: `unknown`, `running`, `not_running` or `not_installed`."),
			"tools_version":    text("Version of VMware Tools. Null if the host does not say."),
			"guest_os":         text("Configured guest operating system, as an identifier (`debian12_64Guest`)."),
			"hardware_version": text("Version of the virtual hardware (`vmx-21`)."),
			"num_vcpus":        number("Number of virtual CPUs. Null if the host does not say."),
			"memory_size":      number("Memory in MiB. Null if the host does not say."),
			"guest": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "What the guest's VMware Tools told last; values are null while they have told nothing.",
				Attributes: map[string]schema.Attribute{
					"hostname":   text("Host name of the guest."),
					"ip_address": text("First IP address of the guest."),
					"ip_addresses": schema.ListAttribute{
						Computed: true, ElementType: types.StringType,
						MarkdownDescription: "All IP addresses of the guest. Empty if none is known.",
					},
					"full_name": text("Guest operating system in words."),
					"family":    text("Family of the guest operating system, such as `linuxGuest`."),
				},
			},
			"snapshots": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Snapshots, parents before children. Empty if there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":          text("The host's number of the snapshot in its VM, which a rename and a registration leave as it is."),
					"name":        text("Name, which need not be unique."),
					"description": text("Description. Null if it is empty."),
					"path":        text("Names from the root down, joined by `/`; inside a name, `%` is `%25` and `/` is `%2F`."),
					"created":     text("Time of its creation, in RFC 3339 and UTC."),
					"is_current":  flag("Whether the VM goes on from this one."),
					"power_state": text("Power state that it holds: `on`, `off` or `suspended`."),
				}},
			},
			"variables": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Guest variables: the `guestinfo.*` settings, keyed without that prefix. Empty if there are none.",
			},
			"annotation": text("Notes on the VM. Null if there are none."),
		},
	}
}
