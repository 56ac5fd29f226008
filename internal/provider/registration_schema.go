// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// notBlank matches what has a visible character.
var notBlank = regexp.MustCompile(`\S`)

// registrationSchema describes resource "vix_registration".
func registrationSchema(ctx context.Context) schema.Schema {
	stays := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	staysBool := []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()}
	place := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, Computed: true, PlanModifiers: stays,
			MarkdownDescription: description + " A configured value stays as it was written.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, PlanModifiers: stays, MarkdownDescription: description}
	}
	return schema.Schema{
		MarkdownDescription: "Registers an existing VM by the path of its `.vmx` file (VixHost_RegisterVM), and unregisters it on " +
			"destroy (VixHost_UnregisterVM). The provider creates, changes and deletes no " +
			"file; a host that renames a VM writes the new name into its `.vmx` itself.\n\n" +
			"The plan checks what the apply is going to ask: the path, the datastore, the placement, the privileges, and " +
			"whether the VM is registered already. A VM that storage vMotion moves stays the same registration; one that somebody " +
			"unregistered is registered again.",
		Attributes: map[string]schema.Attribute{
			"vmx_path": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Path of the `.vmx` file as the host knows it: `[storage1] web/web.vmx`. Spacing after the " +
					"bracket and doubled slashes mean nothing. Changing it to where the VM is already is an update without a call; " +
					"another file replaces the registration. A `.vmtx` file needs `template = true`. On `workstation` and `fusion` an " +
					"absolute " +
					"path of this machine.",
				Validators: []validator.String{vmxPathValidator{}},
			},
			"datacenter": place("Datacenter: an inventory path (`/F1/DC1`) or a unique name. Default: that of the provider, else the " +
				"only one that has the datastore; then it reports the inventory path. Changing it replaces the registration; vSphere " +
				"moving the VM does not."),
			"name": schema.StringAttribute{
				Optional: true, Computed: true, PlanModifiers: stays,
				MarkdownDescription: "Display name, 1 to 80 characters. Default: the one in the `.vmx` file. Changed in place.",
				Validators: []validator.String{
					stringvalidator.UTF8LengthBetween(1, 80), sayableValidator{},
					stringvalidator.RegexMatches(notBlank, "must not consist of spaces only"),
				},
			},
			"folder": place("VM folder: an inventory path (`/DC0/vm/Linux`), the end of one, or a unique name. Default: the " +
				"datacenter's own VM folder; then it reports the inventory path. A VM in a vApp is in no folder: the vApp's " +
				"inventory path is reported instead. Changed in place."),
			"resource_pool": place("Resource pool: an inventory path (`/DC0/host/C0/Resources/web`), the end of one, or a unique " +
				"name. Default: that of the cluster or host; then it reports the inventory path. Null for a template, which has none. " +
				"Changed in place."),
			"cluster": place("Cluster to register in: an inventory path or a unique name. Default: the one that mounts the " +
				"datastore, if there is one only; then it reports the inventory path, null on a standalone host. Changing it replaces " +
				"the registration; vSphere moving the VM does not."),
			"host": place("ESXi host to register on: an inventory path or a unique name. Default: one that is connected, not in " +
				"maintenance and mounts the datastore, if there is one only or DRS chooses; then it reports the inventory path and " +
				"follows the VM. Changing it replaces the registration; vSphere moving the VM does not."),
			"template": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Register as a template, which has a host but no resource pool. Only a vCenter has templates. " +
					"Default `false`. Changing it replaces the registration.",
			},
			"if_registered": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(ifRegisteredFail),
				MarkdownDescription: "What to do with a VM that is registered already: `fail`, or `adopt` it as it is. An adopted VM " +
					"gets the configured `name`, `folder` and `resource_pool`; a different `datacenter`, `cluster`, `host` or " +
					"`template` is an error. Default `fail`.",
				Validators: []validator.String{stringvalidator.OneOf(ifRegisteredFail, ifRegisteredAdopt)},
			},
			"on_destroy": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "What a destroy does: `unregister` the VM, or `keep` it registered. Default: undo what create did, " +
					"so that an adopted or imported VM is kept; the plan shows which. On `workstation` and `fusion` always `keep`, " +
					"because nothing " +
					"but the product's window takes a VM out of its library. The files stay in any case.",
				Validators: []validator.String{stringvalidator.OneOf(onDestroyUnregister, onDestroyKeep)},
			},
			"power_off_on_destroy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(string(vix.PowerOffFail)),
				MarkdownDescription: "What unregistering does with a VM that runs: `fail`, `guest` (the guest shuts down) or `hard` (the " +
					"plug is pulled). Default `fail`.",
				Validators: []validator.String{stringvalidator.OneOf(
					string(vix.PowerOffFail), string(vix.PowerOffGuest), string(vix.PowerOffHard))},
			},
			"timeouts": timeoutsAttribute(ctx),
			"id": text("Handle of the VM: the instance UUID on vSphere, the canonical path on hosted " +
				"products."),
			"server": text("Instance UUID of the vCenter that the VM is registered on; that of an ESXi's hardware; on `workstation` and " +
				"`fusion` that " +
				"word. Known at plan, so " +
				"that a saved plan is not applied to another host."),
			"registered_path": text("Path of the `.vmx` file where the VM is now, spelled as the host does. Unknown until the VM is " +
				"registered, so that what refers to it waits for that; it follows a storage vMotion. On a hosted product it is known " +
				"at plan where the file is there, and an apply that would register another file by then is refused."),
			"adopted": schema.BoolAttribute{
				Computed: true, PlanModifiers: staysBool,
				MarkdownDescription: "Whether the VM was registered before and not by this resource. Known at plan: `true` adopts it, " +
					"`false` registers it. True after an import.",
			},
			"managed_object_id": text("Managed object id (`vm-42`), which changes with each registration. Null on hosted products."),
			"instance_uuid":     text("Instance UUID, unique in one vCenter. Null if the host does not say."),
			"connection_state": text("How well the host knows the VM: `connected`, `disconnected`, `orphaned`, `inaccessible` or " +
				"`invalid`. Anything but `connected` right after registering is also a warning."),
			"encrypted": schema.BoolAttribute{
				Computed: true, PlanModifiers: staysBool,
				MarkdownDescription: "Whether the VM's configuration is encrypted.",
			},
		},
	}
}

// timeoutsAttribute is the timeouts attribute with our own texts.
func timeoutsAttribute(ctx context.Context) schema.Attribute {
	return withDurations(timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "Longest time of registering, as a duration (`30s`, `10m`). Default `10m`.",
		ReadDescription:   "Longest time of reading it back and of the checks of a plan, as a duration. Default `5m`.",
		UpdateDescription: "Longest time of renaming and moving, as a duration. Default `10m`.",
		DeleteDescription: "Longest time of unregistering, a guest's shutdown included, as a duration. Default `10m`.",
	}), "Longest time of each operation, as durations (`30s`, `10m`). Default: see each.")
}

// withDurations makes each of some timeouts take nothing but a duration.
func withDurations(all schema.Attribute, description string) schema.Attribute {
	nested, ok := all.(schema.SingleNestedAttribute)
	if !ok {
		return all
	}
	for name, attribute := range nested.Attributes {
		if text, ok := attribute.(schema.StringAttribute); ok {
			text.Validators = []validator.String{durationValidator{}}
			nested.Attributes[name] = text
		}
	}
	nested.MarkdownDescription = description
	return nested
}
