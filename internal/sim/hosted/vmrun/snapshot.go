// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

func (p *process) listSnapshots(vm *desktop.VM) error {
	if p.d.Persona().NoSnapshots && p.d.Switch("player-list-snapshots") == "refused" {
		return p.fail(notSupported)
	}
	tree := strings.EqualFold(p.param(1), "showTree")
	if len(p.params) == 2 && !tree {
		return p.usage()
	}
	s, err := vm.Snapshots()
	if err != nil {
		return err
	}
	p.out.line(fmt.Sprintf("Total snapshots: %d", len(s.All)))
	var walk func(uid, depth int)
	walk = func(uid, depth int) {
		for _, one := range s.Children(uid) {
			if tree {
				p.out.raw(strings.Repeat("\t", depth))
			}
			p.out.line(one.Name)
			walk(one.UID, depth+1)
		}
	}
	walk(0, 0)
	return nil
}

func (p *process) snapshot(vm *desktop.VM) error {
	name := p.param(1)
	s, err := vm.Snapshots()
	switch {
	case err != nil:
		return err
	case p.d.Persona().NoSnapshots:
		return p.fail(notSupported)
	case name == "":
		return p.fail(badParameter)
	case slices.ContainsFunc(s.All, func(one desktop.Snapshot) bool { return one.Name == name }):
		return p.fail(p.d.Persona().DuplicateText)
	case vm.Encrypted() && p.d.State(vm) == desktop.On && p.d.Switch("encrypted-live") == "refused":
		return p.fail(authFailed)
	}
	p.midway()
	_, err = p.d.TakeSnapshot(vm, name, "")
	return err
}

// named is the one snapshot that a name means; if there is none or more than one it is answered here.
func (p *process) named(vm *desktop.VM, name string) (one desktop.Snapshot, answered bool, err error) {
	s, err := vm.Snapshots()
	if err != nil {
		return one, true, err
	}
	switch found := p.d.Matching(s, name); {
	case p.d.Persona().NoSnapshots:
		return one, true, p.fail(notSupported)
	case len(found) == 0:
		return one, true, p.fail(noSnapshot)
	case len(found) > 1:
		return one, true, p.fail("The name does not uniquely identify one snapshot")
	default:
		return found[0], false, nil
	}
}

func (p *process) deleteSnapshot(vm *desktop.VM) error {
	children := strings.EqualFold(p.param(2), "andDeleteChildren")
	if len(p.params) == 3 && !children {
		return p.usage()
	}
	one, answered, err := p.named(vm, p.param(1))
	if answered || err != nil {
		return err
	}
	p.midway()
	return p.d.DeleteSnapshot(vm, one.UID, children)
}

func (p *process) revertToSnapshot(vm *desktop.VM) error {
	one, answered, err := p.named(vm, p.param(1))
	if answered || err != nil {
		return err
	}
	p.midway()
	return p.d.Revert(vm, one)
}
