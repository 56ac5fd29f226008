// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

const homeOfA = "[LocalDS_0] a/a.vmx"

// snap takes a snapshot of a VM.
func (s *seat) snap(vm moref, name string, memory bool) (moref, error) {
	task, err := object.NewVirtualMachine(s.c.Client, vm).CreateSnapshot(s.ctx, name, "about "+name, memory, false)
	if err != nil {
		return moref{}, err
	}
	info, err := task.WaitForResult(s.ctx)
	if err != nil {
		return moref{}, err
	}
	ref, ok := info.Result.(moref)
	if !ok {
		return moref{}, missing("result %T", info.Result)
	}
	return ref, nil
}

// snaps takes snapshots one after the other.
func (s *seat) snaps(vm moref, names ...string) ([]moref, error) {
	var refs []moref
	for _, name := range names {
		ref, err := s.snap(vm, name, false)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

// outline is the tree of a VM in words: "a(b c)*", with a star at the current one.
func (s *seat) outline(vm moref) (string, error) {
	o, err := s.read(vm, "snapshot", "rootSnapshot")
	if err != nil || o.Snapshot == nil {
		return "", err
	}
	var walk func([]types.VirtualMachineSnapshotTree) string
	walk = func(list []types.VirtualMachineSnapshotTree) string {
		var parts []string
		for _, one := range list {
			text := fmt.Sprintf("%s#%d", one.Name, one.Id)
			if o.Snapshot.CurrentSnapshot != nil && *o.Snapshot.CurrentSnapshot == one.Snapshot {
				text += "*"
			}
			if below := walk(one.ChildSnapshotList); below != "" {
				text += "(" + below + ")"
			}
			parts = append(parts, text)
		}
		return strings.Join(parts, " ")
	}
	if len(o.RootSnapshot) != len(o.Snapshot.RootSnapshotList) {
		return "", missing("%d roots, and %d in the list", len(o.RootSnapshot), len(o.Snapshot.RootSnapshotList))
	}
	return walk(o.Snapshot.RootSnapshotList), nil
}

func (s *seat) looks(vm moref, want string) error {
	got, err := s.outline(vm)
	if err != nil || got != want {
		return missing("the tree is %q, %v; want %q", got, err, want)
	}
	return nil
}

func (s *seat) removal(snapshot moref, children bool) error {
	res, err := methods.RemoveSnapshot_Task(s.ctx, s.c, &types.RemoveSnapshot_Task{This: snapshot, RemoveChildren: children})
	if err != nil {
		return err
	}
	return s.await(res.Returnval)
}

func (s *seat) reversion(snapshot moref, suppress bool) error {
	res, err := methods.RevertToSnapshot_Task(s.ctx, s.c, &types.RevertToSnapshot_Task{This: snapshot, SuppressPowerOn: &suppress})
	if err != nil {
		return err
	}
	return s.await(res.Returnval)
}

// others are the files of VMs but for the states of snapshots.
func (s *seat) others() ([]string, error) {
	files, err := s.Files("DC0", "LocalDS_0")
	var names []string
	for name := range files {
		if !strings.HasSuffix(name, ".vmsn") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, err
}

// The simulator's own deletes wrong files: of three snapshots, one and then all removed, the VM's own are gone.
func TestRemovingSnapshotsDeletesNothingElse(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		before, err := s.others()
		if err != nil {
			return err
		}
		refs, err := s.snaps(vm, "a", "b", "c")
		if err != nil {
			return err
		}
		if err := all(s.removal(refs[1], false), s.looks(vm, "a#1(c#3*)")); err != nil {
			return err
		}
		if err := s.do(object.NewVirtualMachine(s.c.Client, vm).RemoveAllSnapshot(s.ctx, nil)); err != nil {
			return err
		}
		after, err := s.others()
		if err != nil || !slices.Equal(before, after) {
			return missing("%q, before %q, %v", after, before, err)
		}
		files, err := s.Files("DC0", "LocalDS_0")
		for name := range files {
			if strings.HasSuffix(name, ".vmsn") {
				return missing("%s is left", name)
			}
		}
		return all(err, s.looks(vm, ""))
	})
}

// Children of a removed root become roots. The simulator's own ends the process where that root is the current one, so
// that this is not tried on it.
func TestChildrenSurviveTheirParent(t *testing.T) {
	s := sit(t, Options{})
	if err := func() error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		refs, err := s.snaps(vm, "a", "b")
		if err != nil {
			return err
		}
		if err := s.reversion(refs[0], false); err != nil {
			return err
		}
		if _, err := s.snaps(vm, "c"); err != nil {
			return err
		}
		if err := s.reversion(refs[0], false); err != nil {
			return err
		}
		if err := all(s.looks(vm, "a#1*(b#2 c#3)"), s.removal(refs[0], false), s.looks(vm, "b#2 c#3")); err != nil {
			return err
		}
		return all(s.removal(refs[1], true), s.looks(vm, "c#3"))
	}(); err != nil {
		t.Error(err)
	}
}

func TestRemovingWithChildrenMovesTheCurrentOne(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		refs, err := s.snaps(vm, "a", "b", "c")
		if err != nil {
			return err
		}
		if err := all(s.removal(refs[1], true), s.looks(vm, "a#1*")); err != nil {
			return err
		}
		_, err = methods.RemoveSnapshot_Task(s.ctx, s.c, &types.RemoveSnapshot_Task{This: refs[2]})
		return isFault[types.ManagedObjectNotFound](err)
	})
}

func TestRevertingRestoresConfigurationAndPower(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		text, err := s.ReadFile("DC0", homeOfA)
		if err != nil {
			return err
		}
		off, err := s.snap(vm, "off", false)
		if err != nil {
			return err
		}
		if err := all(s.do(s.extra(vm, "guestinfo.later", "x")), s.turned(vm)); err != nil {
			return err
		}
		running, err := s.snap(vm, "on", true)
		if err != nil {
			return err
		}
		power := func(want powerState) error {
			o, err := s.read(vm, "runtime.powerState")
			if err != nil || o.Runtime.PowerState != want {
				return missing("it is %s, %v; want %s", o.Runtime.PowerState, err, want)
			}
			return nil
		}
		if err := all(s.reversion(off, false), power(powerOff), s.looks(vm, "off#1*(on#2)")); err != nil {
			return err
		}
		now, err := s.ReadFile("DC0", homeOfA)
		if err != nil || string(now) != string(text) {
			return missing("the file is\n%s\nwas\n%s", now, text)
		}
		if found, err := s.settings(vm, "guestinfo.later"); err != nil || len(found) > 0 {
			return missing("%v, %v", found, err)
		}
		if err := all(s.reversion(running, false), power(powerOn)); err != nil {
			return err
		}
		return all(s.reversion(running, true), power(powerOff))
	})
}

func TestSnapshotsAreRenamed(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		refs, err := s.snaps(vm, "a", "a")
		if err != nil {
			return err
		}
		_, err = methods.RenameSnapshot(s.ctx, s.c, &types.RenameSnapshot{This: refs[1], Name: "b", Description: "x"})
		return all(err, s.looks(vm, "a#1(b#2*)"))
	})
}

// The tree lies in the VM's folder, and is there again, with its numbers.
func TestSnapshotsSurviveARegistration(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		refs, err := s.snaps(vm, "a", "b")
		if err != nil {
			return err
		}
		if err := all(s.reversion(refs[0], false), s.Unregister(s.ctx, "DC0", homeOfA)); err != nil {
			return err
		}
		again, err := s.register("DC0", homeOfA, "")
		if err != nil {
			return err
		}
		if err := s.looks(again.Reference(), "a#1*(b#2)"); err != nil {
			return err
		}
		if _, err := s.snaps(again.Reference(), "c"); err != nil {
			return err
		}
		return s.looks(again.Reference(), "a#1(b#2 c#3*)")
	})
}

func TestASnapshotIsRefusedWhileAnotherIsTaken(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		release := make(chan struct{})
		s.OnTask(func(ctx context.Context, _ string) {
			select {
			case <-release:
			case <-ctx.Done():
			}
		})
		first, err := object.NewVirtualMachine(s.c.Client, vm).CreateSnapshot(s.ctx, "a", "", false, false)
		if err != nil {
			return err
		}
		_, second := object.NewVirtualMachine(s.c.Client, vm).CreateSnapshot(s.ctx, "b", "", false, false)
		close(release)
		return all(isFault[types.TaskInProgress](second), first.Wait(s.ctx), s.looks(vm, "a#1*"))
	})
}
