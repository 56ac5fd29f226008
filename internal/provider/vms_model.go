// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The values of find: VIX_FIND_REGISTERED_VMS and VIX_FIND_RUNNING_VMS.
const (
	findRegistered = "registered"
	findRunning    = "running"
)

// What data "vix_vms" and list "vix_registration" say of the filters that they share.
const (
	findDescription = "Which VMs: `registered` (all), or `running` (those that are powered on). Default `registered`. On `workstation` " +
		"and " +
		"`fusion` `registered` needs `vmrest_url`, on `player` it is an error."
	findDatacenterDescription = "Datacenter to look in: an inventory path (`/F1/DC1`) or a unique name. Default: that of the provider, " +
		"else all."
	findFolderDescription = "VM folder to look below: an inventory path (`/DC0/vm/Linux`), or, where a datacenter is given, the end of " +
		"one or a unique name. Default: all."
	findNameDescription = "Regular expression (RE2) that the display name has to match, anywhere: `^web-` and `-old$` say where. " +
		"Default: any name."
)

// findModel are the filters of VixHost_FindItems.
type findModel struct {
	Find       types.String `tfsdk:"find"`
	Datacenter types.String `tfsdk:"datacenter"`
	Folder     types.String `tfsdk:"folder"`
	NameRegex  types.String `tfsdk:"name_regex"`
}

// vmsModel is the configuration and state of data "vix_vms".
type vmsModel struct {
	findModel
	VMs []vmItemModel `tfsdk:"vms"`
}

type vmItemModel struct {
	ID              types.String `tfsdk:"id"`
	Name            types.String `tfsdk:"name"`
	VMXPath         types.String `tfsdk:"vmx_path"`
	Datacenter      types.String `tfsdk:"datacenter"`
	PowerState      types.String `tfsdk:"power_state"`
	ManagedObjectID types.String `tfsdk:"managed_object_id"`
}

// find lists the VMs that the filters let through.
func (m *findModel) find(ctx context.Context, host vix.Host) ([]vix.Item, error) {
	items, err := host.Find(ctx, vix.Query{
		Running: m.Find.ValueString() == findRunning, Datacenter: m.Datacenter.ValueString(), Folder: m.Folder.ValueString(),
	})
	if err != nil || m.NameRegex.IsNull() {
		return items, err
	}
	name, err := regexp.Compile(m.NameRegex.ValueString())
	if err != nil {
		return nil, err // the validator has said it better
	}
	return slices.DeleteFunc(items, func(item vix.Item) bool { return !name.MatchString(item.Name) }), nil
}

func newVMsModel(items []vix.Item, config vmsModel) vmsModel {
	m := vmsModel{findModel: config.findModel, VMs: make([]vmItemModel, 0, len(items))}
	for _, item := range items {
		m.VMs = append(m.VMs, vmItemModel{
			ID: said(item.ID), Name: said(item.Name), VMXPath: said(item.Path.String()), Datacenter: said(item.Datacenter),
			PowerState: said(item.PowerState), ManagedObjectID: said(item.ManagedObjectID),
		})
	}
	return m
}
