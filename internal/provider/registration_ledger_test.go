// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Whether two addresses of a plan contradict each other does not depend on which of
// them Terraform plans first.
func TestPartsContradict(t *testing.T) {
	const file, vm = "file F", "vm 1"
	for name, test := range map[string]struct {
		a, b part
		want contradiction
	}{
		"two register a file":              {part{role: register, file: file}, part{role: register, file: file}, twice},
		"one registers, one adopts":        {part{role: register, file: file}, part{role: adopt, file: file}, twice},
		"two adopt a VM by other names":    {part{role: adopt, file: "file G", vm: vm}, part{role: adopt, file: file, vm: vm}, twice},
		"one stays, one adopts":            {part{role: stays, vm: vm}, part{role: adopt, file: file, vm: vm}, twice},
		"one stays, one registers":         {part{role: stays, file: file, vm: vm}, part{role: register, file: file}, twice},
		"one stays, one leaves":            {part{role: stays, vm: vm}, part{role: leaves, vm: vm}, parted},
		"one leaves, one registers":        {part{role: leaves, file: file, vm: vm}, part{role: register, file: file}, parted},
		"one leaves, one adopts":           {part{role: leaves, file: file, vm: vm}, part{role: adopt, file: file, vm: vm}, none},
		"its own replacement":              {part{role: leaves, file: file, vm: vm}, part{role: register, file: file, own: vm}, none},
		"its own replacement that is kept": {part{role: stays, file: file, vm: vm}, part{role: adopt, file: file, own: vm}, none},
		"another one's replacement":        {part{role: leaves, file: file, vm: vm}, part{role: register, file: file, own: "vm 2"}, parted},
		"two that leave":                   {part{role: leaves, vm: vm}, part{role: leaves, vm: vm}, none},
		"two that stay":                    {part{role: stays, vm: vm}, part{role: stays, vm: vm}, twice},
		"one runs and leaves, one adopts":  {part{role: leaves, file: file, vm: vm, runs: true}, part{role: adopt, file: file, vm: vm}, parted},
		"moved away and leaves, adopted":   {part{role: leaves, file: "file G", vm: vm, named: file}, part{role: adopt, file: file}, parted},
		"moved away and leaves, wanted":    {part{role: leaves, file: "file G", vm: vm, named: file}, part{role: register, file: file}, parted},
		"moved away and stays, wanted":     {part{role: stays, file: "file G", vm: vm, named: file}, part{role: register, file: file}, none},
		"nothing in common":                {part{role: register, file: file}, part{role: register, file: "file G"}, none},
		"nothing known":                    {part{role: register}, part{role: register}, none},
	} {
		for order, parts := range map[string][2]part{"a first": {test.a, test.b}, "b first": {test.b, test.a}} {
			var l ledger
			if c := l.planned(parts[0]); c != none {
				t.Errorf("%s, %s: %d by itself", name, order, c)
			}
			if c := l.planned(parts[1]); c != test.want {
				t.Errorf("%s, %s: %d, want %d", name, order, c, test.want)
			}
		}
	}
}

// A VM that was read and that nothing is planned for may be that of a tainted address.
func TestWhatATaintedAddressHas(t *testing.T) {
	var l ledger
	vm := held{
		Registration: vix.Registration{ManagedObjectID: "vm-1", FileID: "ds:///2/web/web.vmx"},
		record:       record{FileID: "ds:///2/web/web.vmx", ManagedObjectID: "vm-1", NamedFileID: "ds:///1/web/web.vmx"},
	}
	l.see(vm)
	if _, ok := l.inState("vm-1"); !ok {
		t.Error("a VM that was read is in a state")
	}
	if _, ok := l.movedFrom("ds:///1/web/web.vmx"); !ok {
		t.Error("it has moved away from where vmx_path says")
	}
	if _, ok := l.movedFrom("ds:///2/web/web.vmx"); ok {
		t.Error("it is where it is")
	}
	l.planned(vm.record.part(stays))
	_, planned := l.inState("vm-1")
	if _, moved := l.movedFrom("ds:///1/web/web.vmx"); planned || moved {
		t.Error("its address is planned by itself")
	}
}

func TestLedgerOfAnApply(t *testing.T) {
	var l ledger
	vm := &vix.Registration{ManagedObjectID: "vm-1", FileID: "ds:///1/web/web.vmx", Path: vix.Path{Datastore: "ds", File: "web/web.vmx"}}
	template := *vm
	template.FileID, template.ManagedObjectID = "ds:///1/web/web.vmtx", "vm-2"
	if l.isTaken(vm) || !l.take(vm) || !l.isTaken(vm) || l.take(vm) || !l.isTaken(&template) {
		t.Error("a VM is one address's alone")
	}
	l.see(held{Registration: *vm})
	if l.isTaken(vm) {
		t.Error("a refresh begins another walk")
	}
	l.depart(departed{Registration: *vm})
	spec := vix.RegisterSpec{Path: vix.Path{Datastore: "other name", File: "web/web.vmx"}, Adopt: true}
	if like := l.departedLike(spec); len(like) != 1 || !l.hasGone("vm-1") {
		t.Errorf("departed: %v", like)
	}
	spec.Adopt = false
	if like := l.departedLike(spec); len(like) != 0 {
		t.Error("who does not adopt has nothing to take over")
	}
	for _, ask := range []struct {
		folder, key string
		want        bool
	}{{"/DC0/vm", "a", true}, {"/DC0/vm", "a", true}, {"/DC0/vm", "b", false}, {"/DC0/vm/x", "b", true}} {
		if l.named("vc", ask.folder, "web", ask.key) != ask.want {
			t.Errorf("a folder has each name once: %+v", ask)
		}
	}
}
