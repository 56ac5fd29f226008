// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// cloneOptions reads what follows full or linked.
func (p *process) cloneOptions() (snapshot, name string, ok bool) {
	rest := p.params[3:]
	for len(rest) > 0 {
		option, value, equals := strings.Cut(rest[0], "=")
		rest = rest[1:]
		if !equals {
			if p.d.Switch("snapshot-option") != "both" || len(rest) == 0 {
				return "", "", false
			}
			value, rest = rest[0], rest[1:]
		}
		switch option {
		case "-snapshot":
			snapshot = value
		case "-cloneName":
			name = value
		default:
			return "", "", false
		}
	}
	return snapshot, name, true
}

func (p *process) clone(vm *desktop.VM) error {
	dst, kind := p.param(1), p.param(2)
	snapshot, name, ok := p.cloneOptions()
	switch {
	case !ok || kind != "full" && kind != "linked":
		return p.usage()
	case p.d.Persona().NoSnapshots && p.d.Switch("player-clone-text") == "parameters":
		return p.fail(badParameter)
	case p.d.Persona().NoSnapshots:
		return p.fail(notSupported)
	case !filepath.IsAbs(dst) || !strings.EqualFold(filepath.Ext(dst), ".vmx"):
		return p.fail(badParameter)
	case p.d.State(vm) != desktop.Off:
		return p.fail(mustBeOff)
	}
	if _, err := os.Lstat(dst); err == nil {
		return p.fail("The file already exists")
	}
	from, answered, err := p.cloneFrom(vm, snapshot, kind == "linked")
	if answered || err != nil {
		return err
	}
	return p.d.Clone(vm, dst, kind == "linked", from, name, p.midway)
}

// cloneFrom is the snapshot that a clone is made of, nil for the VM as it is; what cannot be is answered here.
func (p *process) cloneFrom(vm *desktop.VM, name string, linked bool) (from *desktop.Snapshot, answered bool, err error) {
	s, err := vm.Snapshots()
	if err != nil {
		return nil, true, err
	}
	var one desktop.Snapshot
	switch found := p.d.Matching(s, name); {
	case name != "" && len(found) != 1:
		err = p.fail("Invalid snapshot name '" + name + "'")
		p.problem("")
		return nil, true, err
	case name != "":
		one = found[0]
	case !linked:
		return nil, false, nil
	case p.d.Switch("linked-without-snapshot") == "implicit":
		if one, err = p.d.TakeSnapshot(vm, "Snapshot for clone", ""); err != nil {
			return nil, true, err
		}
	default:
		var ok bool
		if one, ok = s.ByUID(s.Current); !ok {
			return nil, true, p.fail(badParameter)
		}
	}
	if one.Live {
		return nil, true, p.fail(mustBeOff)
	}
	return &one, false, nil
}
