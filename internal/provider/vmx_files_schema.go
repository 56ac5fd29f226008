// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// vmxFilesSchema describes data "vix_vmx_files".
func vmxFilesSchema() schema.Schema {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	return schema.Schema{
		MarkdownDescription: "Finds the `.vmx` files on datastores, and says of each whether a VM has it. One search a datastore, " +
			"several at a time; a datastore that several datacenters mount is one, by its URL, and each of its files appears " +
			"once.\n\n" +
			"To register what is found, use `for_each = data.vix_vmx_files.x.by_path` over *every* file, registered or not, with " +
			"`if_registered = \"adopt\"`. A list of the unregistered ones empties itself once they are registered, and the next plan " +
			"would unregister them all: with `registered` set, `by_path` is null.",
		Attributes: map[string]schema.Attribute{
			"datacenter": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "Datacenter to look in: an inventory path (`/F1/DC1`) or a unique name. Default: that of the " +
					"provider, else all.",
			},
			"datastores": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Names of the datastores to look on, in each datacenter that has them. Default: all. A name " +
					"that none has is an error.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(notEmpty...)},
			},
			"path": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "Folder to look below, on each datastore that has it: `restored/2026`. Default: the whole " +
					"datastore. A folder that no datastore has is an error. On `workstation`, `player` and `fusion` an absolute path of " +
					"this " +
					"machine, and required; `datacenter` and `datastores` are errors there.",
			},
			"match": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Glob for the file's own name: `*` is any text, `?` one character, `[a-z]` one of these. Default " +
					"`*.vmx`; `*.vmtx` finds templates, `*.vm*x` both. Files that end otherwise are never found.",
				Validators: append([]validator.String{globValidator{}, fileNameValidator{}}, notEmpty...),
			},
			"registered": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Only files that a VM has (`true`) or that none has (`false`), for reports and checks; then " +
					"`by_path` is null. On `workstation` and `fusion` it needs `vmrest_url`, on `player` it is an error. Default: all " +
					"files.",
			},
			"exclude": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Globs of what to leave out beside the defaults: of a file's own name or of any folder above it, " +
					"or, with a slash, of the path below the datastore. A `!` takes a default away: `!contentlib-*`, or `!*` all of " +
					"them. Default, which an empty set does not change: " + defaultGlobs() + ". What is left out is in `left_out`.",
				Validators: []validator.Set{setvalidator.ValueStringsAre(globValidator{negatable: true})},
			},
			"read_config": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Also read what is in each file: one download a file, 8 at a time, 1 MiB at most. It needs the " +
					"privilege `Datastore.Browse`. Default `false`.",
			},
			"on_inaccessible": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "What to do about a datastore that cannot be read: `error`, or `warn` and skip it; then " +
					"`by_path` is null, because a shorter list would destroy registrations. Default `error`.",
				Validators: []validator.String{stringvalidator.OneOf(onInaccessibleError, onInaccessibleWarn)},
			},
			"files": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Files, sorted by datacenter and path. Empty if there are none.",
				NestedObject:        schema.NestedAttributeObject{Attributes: vmxFileAttributes()},
			},
			// No nested attribute: terraform test cannot mock the elements of one, and this is what a module's
			// for_each is over.
			"by_path": schema.MapAttribute{
				Computed:    true,
				ElementType: schema.NestedAttributeObject{Attributes: vmxFileAttributes()}.Type(),
				MarkdownDescription: "The same objects as in `files`, for `for_each`, by `/DATACENTER:[datastore] path`, which is also " +
					"the id that a `vix_registration` imports by. The key is always the datacenter's inventory path, so that a " +
					"datacenter that joins later renames none. Null if `registered` is set or a datastore was skipped.",
			},
			"left_out": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Files that match and were left out. Empty if there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"vmx_path":   text("Path of the file."),
					"datacenter": text("Inventory path of its datacenter."),
					"by":         text("Glob that leaves it out, or `" + vix.ByName + "`."),
				}},
			},
			"unreadable": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Datastores that were skipped (`on_inaccessible = \"warn\"`). Empty if there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"datacenter": text("Inventory path of its datacenter."),
					"datastore":  text("Name of the datastore."),
					"reason":     text("Why it could not be read."),
				}},
			},
		},
	}
}

// vmxFileAttributes describe one file.
func vmxFileAttributes() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	const read = " Null without `read_config` or if the file does not say."
	const sized = " Null without `read_config` or if the file is encrypted as a whole."
	return map[string]schema.Attribute{
		"vmx_path": text("Path of the file, as `vix_registration` takes it."),
		"datacenter": text("Inventory path of the datacenter that the file is counted in: where it is registered, else the oldest of " +
			"those that were looked in and mount the datastore."),
		"datastore": text("Name of the datastore."),
		"size":      number("Size in bytes."),
		"modified":  text("Time of the last change, in RFC 3339 and UTC. Null if the host does not say."),
		"registered": flag("Whether a VM has the file, in any datacenter that mounts the datastore. It changes when the file is " +
			"registered. Null where nobody can tell: on `player`, and on `workstation` and `fusion` without `vmrest_url`."),
		"vm_id":        text("Handle of the VM that has the file. Null if none has it."),
		"name":         text("Display name of the VM that has the file. Null if none has it."),
		"template":     flag("Whether it is a template's file (`.vmtx`)."),
		"display_name": text("Display name in the file." + read),
		"guest_os":     text("Guest operating system, as the file has it (`debian12-64`)." + read),
		"num_vcpus":    number("Number of virtual CPUs." + sized),
		"memory_size":  number("Memory in MiB." + sized),
		"hardware_version": text("Virtual hardware version (`vmx-19`, `vmx-07`). A host that does not know it registers the VM as " +
			"`invalid`." + read),
		"bios_uuid":     text("BIOS UUID, which copies of a VM share." + read),
		"instance_uuid": text("Instance UUID in the file; vCenter gives another one to a copy when it registers it." + read),
		"encrypted":     flag("Whether the file is encrypted, as a whole or in part." + read),
		"disks": schema.ListNestedAttribute{
			Computed: true,
			MarkdownDescription: "Virtual disks that the file names; devices of a host that are passed through are none. Empty if there " +
				"are none; null without `read_config`, with a `problem`, or if the file is encrypted as a whole.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"name": text("Path of the disk, as the file has it."),
				"exists": flag("Whether the disk is there, on whichever datastore. Null if nobody can tell: that datastore is not known " +
					"or cannot be read, or the file is no `.vmdk`."),
			}},
		},
		"same_uuid_as": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Keys of the other files found with its instance UUID or, where it has none, its BIOS UUID: copy and " +
				"original. Which is which, no file tells. The first 20 of many. Null without `read_config`.",
		},
		"same_file_as": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Keys of the other files found that are in all likelihood this very one: one NFS export mounted as two " +
				"datastores shows each file twice, with the same path below it, size and time. While one of them is registered, " +
				"`vix_registration` refuses the other. Unmount one of the two datastores, or leave one out with `datastores`. Empty if " +
				"there are none.",
		},
		"problem": text("Why the file cannot be read or understood, with the lines that VMware does not take either: neither " +
			"`key = value` nor a comment, a key that stands twice, text that is not in the file's encoding. All else that is in it is " +
			"null then. Null if it can. Do not leave a registered file out of a `for_each` because of it: its registration would be " +
			"destroyed."),
	}
}

// defaultGlobs are the default of exclude, in Markdown.
func defaultGlobs() string { return "`" + strings.Join(vix.DefaultExclude, "`, `") + "`" }
