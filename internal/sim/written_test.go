// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// What is written by hand reads as what the encoder writes.
func TestWrittenReadsAsEncoded(t *testing.T) {
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
	read := func(answer any) []types.ObjectContent {
		t.Helper()
		text, err := xml.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Res types.RetrievePropertiesExResponse `xml:"RetrievePropertiesExResponse"`
		}
		decoder := xml.NewDecoder(bytes.NewReader(text))
		decoder.TypeFunc = types.TypeFunc()
		if err := decoder.Decode(&got); err != nil || got.Res.Returnval == nil {
			t.Fatalf("%v in %s", err, text)
		}
		return got.Res.Returnval.Objects
	}
	got := read(written(objects))
	want := read(&methods.RetrievePropertiesExBody{Res: &types.RetrievePropertiesExResponse{Returnval: &types.RetrieveResult{Objects: objects}}})
	if !reflect.DeepEqual(got, want) || len(got) != len(objects) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	for i, p := range objects[0].PropSet {
		if reflect.TypeOf(got[0].PropSet[i].Val) != reflect.TypeOf(p.Val) {
			t.Errorf("%s became %T", p.Name, got[0].PropSet[i].Val)
		}
	}
}
