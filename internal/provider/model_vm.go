// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// vmModel is the state of data "vix_vm".
type vmModel struct {
	VMXPath         types.String      `tfsdk:"vmx_path"`
	Datacenter      types.String      `tfsdk:"datacenter"`
	ID              types.String      `tfsdk:"id"`
	Name            types.String      `tfsdk:"name"`
	RegisteredPath  types.String      `tfsdk:"registered_path"`
	Host            types.String      `tfsdk:"host"`
	Folder          types.String      `tfsdk:"folder"`
	ResourcePool    types.String      `tfsdk:"resource_pool"`
	ManagedObjectID types.String      `tfsdk:"managed_object_id"`
	InstanceUUID    types.String      `tfsdk:"instance_uuid"`
	BIOSUUID        types.String      `tfsdk:"bios_uuid"`
	Template        types.Bool        `tfsdk:"template"`
	ConnectionState types.String      `tfsdk:"connection_state"`
	Encrypted       types.Bool        `tfsdk:"encrypted"`
	PowerState      types.String      `tfsdk:"power_state"`
	IsRunning       types.Bool        `tfsdk:"is_running"`
	Question        *questionModel    `tfsdk:"question"`
	ToolsState      types.String      `tfsdk:"tools_state"`
	ToolsVersion    types.String      `tfsdk:"tools_version"`
	GuestOS         types.String      `tfsdk:"guest_os"`
	HardwareVersion types.String      `tfsdk:"hardware_version"`
	NumVCPUs        types.Int64       `tfsdk:"num_vcpus"`
	MemorySize      types.Int64       `tfsdk:"memory_size"`
	Guest           *guestModel       `tfsdk:"guest"`
	Snapshots       []snapshotModel   `tfsdk:"snapshots"`
	Variables       map[string]string `tfsdk:"variables"`
	Annotation      types.String      `tfsdk:"annotation"`
}

type questionModel struct {
	ID      types.String  `tfsdk:"id"`
	Text    types.String  `tfsdk:"text"`
	Choices []choiceModel `tfsdk:"choices"`
}

type choiceModel struct {
	Key     types.String `tfsdk:"key"`
	Label   types.String `tfsdk:"label"`
	Default types.Bool   `tfsdk:"default"`
}

type guestModel struct {
	Hostname    types.String `tfsdk:"hostname"`
	IPAddress   types.String `tfsdk:"ip_address"`
	IPAddresses []string     `tfsdk:"ip_addresses"`
	FullName    types.String `tfsdk:"full_name"`
	Family      types.String `tfsdk:"family"`
}

type snapshotModel struct {
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	Path        types.String `tfsdk:"path"`
	Created     types.String `tfsdk:"created"`
	IsCurrent   types.Bool   `tfsdk:"is_current"`
	PowerState  types.String `tfsdk:"power_state"`
}

// newVMModel is what the host said, with what the user wrote as it was written.
func newVMModel(vm *vix.VM, config vmModel) vmModel {
	m := vmModel{
		VMXPath:         config.VMXPath,
		Datacenter:      config.Datacenter,
		ID:              said(vm.ID),
		Name:            said(vm.Name),
		RegisteredPath:  said(vm.Path.String()),
		Host:            said(vm.Host),
		Folder:          said(vm.Folder),
		ResourcePool:    said(vm.ResourcePool),
		ManagedObjectID: said(vm.ManagedObjectID),
		InstanceUUID:    said(vm.InstanceUUID),
		BIOSUUID:        said(vm.BIOSUUID),
		Template:        types.BoolValue(vm.Template),
		ConnectionState: said(vm.ConnectionState),
		Encrypted:       types.BoolValue(vm.Encrypted),
		PowerState:      said(vm.PowerState),
		IsRunning:       types.BoolValue(vm.IsRunning),
		Question:        newQuestionModel(vm.Question),
		ToolsState:      said(vm.ToolsState),
		ToolsVersion:    said(vm.ToolsVersion),
		GuestOS:         said(vm.GuestOS),
		HardwareVersion: said(vm.HardwareVersion),
		NumVCPUs:        saidNumber(vm.NumVCPUs),
		MemorySize:      saidNumber(vm.MemorySize),
		Guest: &guestModel{
			Hostname:    said(vm.Guest.Hostname),
			IPAddress:   said(vm.Guest.IPAddress),
			IPAddresses: append([]string{}, vm.Guest.IPAddresses...),
			FullName:    said(vm.Guest.FullName),
			Family:      said(vm.Guest.Family),
		},
		Snapshots:  make([]snapshotModel, 0, len(vm.Snapshots)),
		Variables:  map[string]string{},
		Annotation: said(vm.Annotation),
	}
	if m.Datacenter.IsNull() {
		m.Datacenter = said(vm.Datacenter)
	}
	for _, s := range vm.Snapshots {
		m.Snapshots = append(m.Snapshots, newSnapshotModel(s))
	}
	maps.Copy(m.Variables, vm.Variables)
	return m
}

func newQuestionModel(q *vix.Question) *questionModel {
	if q == nil {
		return nil
	}
	m := &questionModel{ID: said(q.ID), Text: said(q.Text), Choices: make([]choiceModel, 0, len(q.Choices))}
	for _, c := range q.Choices {
		m.Choices = append(m.Choices, choiceModel{
			Key: said(c.Key), Label: said(c.Label), Default: types.BoolValue(c.Default),
		})
	}
	return m
}

func newSnapshotModel(s vix.Snapshot) snapshotModel {
	created := types.StringNull()
	if !s.Created.IsZero() {
		created = types.StringValue(s.Created.UTC().Format(time.RFC3339))
	}
	return snapshotModel{
		Name: said(s.Name), Description: said(s.Description), Path: said(s.Path), Created: created,
		IsCurrent: types.BoolValue(s.IsCurrent), PowerState: said(s.PowerState),
	}
}
