// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// cloneSchema describes resource "vix_clone".
func cloneSchema(ctx context.Context) schema.Schema {
	stays := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
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
		MarkdownDescription: "Clones a VM or a template (VixVM_Clone), and unregisters the clone on destroy; its files stay, unless " +
			"`delete_files` is set (VixVM_Delete). Only a vCenter clones.\n\n" +
			"A clone is a VM of its own: what becomes of its source afterwards does not change it, and its `id` is a `vm_id` for " +
			"everything else, in the same apply.",
		Attributes: map[string]schema.Attribute{
			"vm_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Id of the VM or template that is cloned: `id` of `data \"vix_vm\"`, `vix_registration` or another " +
					"`vix_clone`; never a path. An id that the host does not know is an error at plan, unless the clone is made of it " +
					"already. Another id replaces; one that is not known before the apply is taken for the same VM until the apply knows " +
					"better. Null after an import, which then replaces nothing.",
			},
			"name": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Display name, 1 to 80 characters, which nothing else in the folder has. The host calls the clone's " +
					"folder and files so, too, when it makes it: it is made by no name that begins with a blank or has a tab or another " +
					"control character, which no path can name. Changed in place.",
				Validators: []validator.String{
					stringvalidator.UTF8LengthBetween(1, 80), sayableValidator{},
					stringvalidator.RegexMatches(notBlank, "must not consist of spaces only"),
				},
			},
			"type": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(cloneFull),
				MarkdownDescription: "`full`: copies of the disks; or `linked`: disks that hold what differs from those of a snapshot, " +
					"which are needed as long as the clone is. Default `full`. Another value replaces.",
				Validators: []validator.String{stringvalidator.OneOf(cloneFull, cloneLinked)},
			},
			"snapshot": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Snapshot that is cloned: its path (`base/patched`) or its id. Default: the VM as it is; of a " +
					"linked clone the current snapshot, and none is an error at plan. Another snapshot replaces; another path of the " +
					"same one, because it or one above it was renamed, changes nothing. Best given by its id: `vix_snapshot.NAME.id`.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"folder": place("VM folder: an inventory path (`/DC0/vm/Linux`), the end of one, or a unique name. Default: that of the " +
				"source; then it reports the inventory path. Changed in place."),
			"resource_pool": place("Resource pool: an inventory path (`/DC0/host/C0/Resources/web`), the end of one, or a unique " +
				"name. Default: that of the source, or that of the cluster or host where the source's is not one of those; then it " +
				"reports the inventory path. Null for a template, which has none. Changed in place."),
			"cluster": place("Cluster to put the clone in: an inventory path or a unique name. Default: that of the source; then it " +
				"reports the inventory path, null on a standalone host. Changing it replaces the clone; vSphere moving it does not."),
			"host": place("ESXi host to put the clone on: an inventory path or a unique name. Default: that of the source while it is " +
				"connected, not in maintenance and mounts the datastore, else one that is; then it reports the inventory path and " +
				"follows the clone. Changing it replaces the clone; vSphere moving it does not."),
			"datastore": place("Name of the datastore for the clone's files. Default: each file where the source's is; then it reports " +
				"where the `.vmx` is, and follows the clone. Changing it replaces the clone; a storage vMotion does not."),
			"vmx_path": schema.StringAttribute{
				Optional: true, Computed: true, PlanModifiers: stays,
				MarkdownDescription: "Path of the clone's `.vmx` file when it is made. A vCenter chooses it itself, so that to set it is " +
					"an error at plan there; then it reports what was chosen. Changing it replaces the clone.",
				Validators: []validator.String{vmxPathValidator{}},
			},
			"template": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Make a template, which has a host but no resource pool. Default `false`. Changing it replaces the " +
					"clone.",
			},
			"delete_files": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether a destroy deletes the clone with all its files, and with every disk that is attached to it " +
					"by then, instead of unregistering it. That is done to nothing but the VM that this resource has made: where managed " +
					"object id, instance UUID or path are others than when it was last read, it is only unregistered, with a warning; an " +
					"imported clone always. Default `false`.",
			},
			"power_off_on_destroy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(string(vix.PowerOffFail)),
				MarkdownDescription: "What a destroy does with a clone that runs: `fail`, `guest` (the guest shuts down) or `hard` (the " +
					"plug is pulled). Default `fail`.",
				Validators: []validator.String{stringvalidator.OneOf(
					string(vix.PowerOffFail), string(vix.PowerOffGuest), string(vix.PowerOffHard))},
			},
			"timeouts": vmTimeouts(ctx, "cloning", "renaming and moving", "unregistering or deleting, a guest's shutdown included"),
			"id":       text("Handle of the clone, for `vm_id` of everything else: its instance UUID."),
			"registered_path": text("Path of the `.vmx` file where the clone is now, spelled as the host does. It follows a storage " +
				"vMotion."),
			"managed_object_id": text("Managed object id (`vm-42`), which changes with each registration."),
			"instance_uuid":     text("Instance UUID, unique in one vCenter. Null if the host does not say."),
			"connection_state": text("How well the host knows the clone: `connected`, `disconnected`, `orphaned`, `inaccessible` or " +
				"`invalid`."),
		},
	}
}
