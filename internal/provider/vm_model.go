// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// vmType is the type of data "vix_vm".
var vmType = sync.OnceValue(func() types.ObjectType { return objectType(vmSchema().Type()) })

// newVMObject is the state of data "vix_vm": what the host said, with what the
// user wrote as it was written. It is an object rather than a struct because a
// plan may have thousands: the framework compiles a regular expression for each
// field of a struct, each time, which takes longer than all else that this
// provider does for an opened VM.
func newVMObject(vm *vix.VM, vmxPath, datacenter types.String) types.Object {
	if datacenter.IsNull() {
		datacenter = said(vm.Datacenter)
	}
	of := vmType().AttrTypes
	snapshots := make([]attr.Value, 0, len(vm.Snapshots))
	for _, s := range vm.Snapshots {
		snapshots = append(snapshots, newSnapshotObject(elementType(of["snapshots"]), s))
	}
	variables := make(map[string]attr.Value, len(vm.Variables))
	for name, value := range vm.Variables {
		variables[name] = types.StringValue(value)
	}
	return types.ObjectValueMust(of, map[string]attr.Value{
		"vmx_path":          vmxPath,
		"datacenter":        datacenter,
		"id":                said(vm.ID),
		"name":              said(vm.Name),
		"registered_path":   said(vm.Path.String()),
		"host":              said(vm.Host),
		"folder":            said(vm.Folder),
		"resource_pool":     said(vm.ResourcePool),
		"managed_object_id": said(vm.ManagedObjectID),
		"instance_uuid":     said(vm.InstanceUUID),
		"bios_uuid":         said(vm.BIOSUUID),
		"template":          types.BoolValue(vm.Template),
		"connection_state":  said(vm.ConnectionState),
		"encrypted":         types.BoolValue(vm.Encrypted),
		"power_state":       said(vm.PowerState),
		"is_running":        types.BoolValue(vm.IsRunning),
		"question":          newQuestionObject(objectType(of["question"]), vm.Question),
		"tools_state":       said(vm.ToolsState),
		"tools_version":     said(vm.ToolsVersion),
		"guest_os":          said(vm.GuestOS),
		"hardware_version":  said(vm.HardwareVersion),
		"num_vcpus":         saidNumber(vm.NumVCPUs),
		"memory_size":       saidNumber(vm.MemorySize),
		"guest":             newGuestObject(objectType(of["guest"]), vm.Guest),
		"snapshots":         types.ListValueMust(elementType(of["snapshots"]), snapshots),
		"variables":         types.MapValueMust(types.StringType, variables),
		"annotation":        said(vm.Annotation),
	})
}

func newGuestObject(of types.ObjectType, g vix.GuestInfo) types.Object {
	addresses := make([]attr.Value, 0, len(g.IPAddresses))
	for _, address := range g.IPAddresses {
		addresses = append(addresses, types.StringValue(address))
	}
	return types.ObjectValueMust(of.AttrTypes, map[string]attr.Value{
		"hostname":     said(g.Hostname),
		"ip_address":   said(g.IPAddress),
		"ip_addresses": types.ListValueMust(types.StringType, addresses),
		"full_name":    said(g.FullName),
		"family":       said(g.Family),
	})
}

func newQuestionObject(of types.ObjectType, q *vix.Question) types.Object {
	if q == nil {
		return types.ObjectNull(of.AttrTypes)
	}
	choice := elementType(of.AttrTypes["choices"])
	choices := make([]attr.Value, 0, len(q.Choices))
	for _, c := range q.Choices {
		choices = append(choices, types.ObjectValueMust(choice.AttrTypes, map[string]attr.Value{
			"key": said(c.Key), "label": said(c.Label), "default": types.BoolValue(c.Default),
		}))
	}
	return types.ObjectValueMust(of.AttrTypes, map[string]attr.Value{
		"id": said(q.ID), "text": said(q.Text), "choices": types.ListValueMust(choice, choices),
	})
}

func newSnapshotObject(of types.ObjectType, s vix.Snapshot) types.Object {
	created := types.StringNull()
	if !s.Created.IsZero() {
		created = types.StringValue(s.Created.UTC().Format(time.RFC3339))
	}
	return types.ObjectValueMust(of.AttrTypes, map[string]attr.Value{
		"id": said(s.ID), "name": said(s.Name), "description": said(s.Description), "path": said(s.Path), "created": created,
		"is_current": types.BoolValue(s.IsCurrent), "power_state": said(s.PowerState),
	})
}

// objectType is a type that is known to be an object's, and elementType that of
// a list of objects; a schema that says otherwise is a defect that every test
// shows.
func objectType(of attr.Type) types.ObjectType { return of.(types.ObjectType) } //nolint:forcetypeassert // see above

func elementType(of attr.Type) types.ObjectType {
	return objectType(of.(types.ListType).ElemType) //nolint:forcetypeassert // see above
}
