// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// What is written by hand is, to the letter, what the encoder writes.
func TestWrittenAsTheEncoderDoes(t *testing.T) {
	vm := moref{Type: "VirtualMachine", Value: "vm-1"}
	objects := []types.ObjectContent{
		{Obj: vm, PropSet: []types.DynamicProperty{
			{Name: "name", Val: "a <b> & \"c\" 'd'\tä\n\r"},
			{Name: "config.template", Val: true},
			{Name: "config.hardware.numCPU", Val: int32(-3)},
			{Name: "guest.x", Val: int64(5)},
			{Name: "runtime.powerState", Val: types.VirtualMachinePowerStatePoweredOn},
			{Name: "config.hardware.memoryMB", Val: int16(7)},
			{Name: "parent", Val: moref{Type: "Folder", Value: "group-v3"}},
			{Name: "config.modified", Val: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Name: "config.extraConfig", Val: types.ArrayOfOptionValue{OptionValue: []types.BaseOptionValue{&types.OptionValue{Key: "k", Value: "v"}}}},
			{Name: "snapshot", Val: types.VirtualMachineSnapshotInfo{CurrentSnapshot: &vm}},
		}},
		{Obj: moref{Type: "Folder", Value: "group-v3"}, MissingSet: []types.MissingProperty{
			{Path: "name", Fault: types.LocalizedMethodFault{Fault: &types.NoPermission{Object: &vm, PrivilegeId: "System.Read"}}},
		}},
	}
	// A type with the name that the answer's element has.
	type RetrievePropertiesExResponse types.RetrievePropertiesExResponse
	want, err := xml.Marshal(RetrievePropertiesExResponse{Returnval: &types.RetrieveResult{Objects: objects}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := xml.Marshal(written(objects))
	if err != nil {
		t.Fatal(err)
	}
	if text := "<propertiesBody>" + string(want) + "</propertiesBody>"; string(got) != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
}
