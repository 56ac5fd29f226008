// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/event"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

// clone clones a VM into the datacenter's own folder.
func (s *seat) clone(source moref, name string, spec types.VirtualMachineCloneSpec) (moref, error) {
	task, err := object.NewVirtualMachine(s.c.Client, source).Clone(s.ctx, object.NewFolder(s.c.Client, s.dc("DC0").VmFolder), name, spec)
	if err != nil {
		return moref{}, err
	}
	info, err := task.WaitForResult(s.ctx)
	if err != nil {
		return moref{}, err
	}
	ref, _ := info.Result.(moref)
	return ref, nil
}

func linkedTo(snapshot *moref) types.VirtualMachineCloneSpec {
	return types.VirtualMachineCloneSpec{Snapshot: snapshot, Location: types.VirtualMachineRelocateSpec{
		DiskMoveType: string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking),
	}}
}

// A full clone has copies of the source's files, and an identity of its own.
func TestACloneHasFilesOfItsOwn(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		clone, err := s.clone(source, "full", types.VirtualMachineCloneSpec{})
		if err != nil {
			return err
		}
		copied, err := s.ReadFile("DC0", "[LocalDS_0] full/full-flat.vmdk")
		if err != nil || string(copied) != "simulated disk of a\n" {
			return missing("the disk is %q, %v", copied, err)
		}
		text, err := s.ReadFile("DC0", "[LocalDS_0] full/full.vmx")
		if err != nil || !strings.Contains(string(text), `"full.vmdk"`) || !strings.Contains(string(text), `displayName = "full"`) {
			return missing("the .vmx is %s, %v", text, err)
		}
		is, err := s.read(clone, "config.instanceUuid", "config.uuid", "config.files.vmPathName", "runtime.powerState")
		if err != nil {
			return err
		}
		was, err := s.read(source, "config.instanceUuid", "config.uuid")
		if err != nil {
			return err
		}
		if is.Config.InstanceUuid == was.Config.InstanceUuid || is.Config.Uuid == was.Config.Uuid || is.Runtime.PowerState != powerOff ||
			is.Config.Files.VmPathName != "[LocalDS_0] full/full.vmx" {
			return missing("the clone is %+v", is.Config)
		}
		_, err = s.clone(source, "full", types.VirtualMachineCloneSpec{})
		return isFault[types.DuplicateName](err)
	})
}

// A linked clone needs a snapshot of that VM, and its disks name those that they hang on.
func TestALinkedCloneHangsOnASnapshot(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		other, err := s.layoutBare("DC0", "b")
		if err != nil {
			return err
		}
		_, err = s.clone(source, "linked", linkedTo(nil))
		if err := isFault[types.InvalidArgument](err); err != nil {
			return err
		}
		snapshots, err := s.snaps(source, "base")
		if err != nil {
			return err
		}
		_, err = s.clone(other, "linked", linkedTo(&snapshots[0]))
		if err := isFault[types.InvalidArgument](err); err != nil {
			return err
		}
		clone, err := s.clone(source, "linked", linkedTo(&snapshots[0]))
		if err != nil {
			return err
		}
		text, err := s.ReadFile("DC0", "[LocalDS_0] linked/linked.vmdk")
		if err != nil || !strings.Contains(string(text), `parentFileNameHint="[LocalDS_0] a/a.vmdk"`) {
			return missing("the disk is %s, %v", text, err)
		}
		o, err := s.read(clone, "config.hardware.device")
		if err != nil {
			return err
		}
		for _, d := range o.Config.Hardware.Device {
			if disk, ok := d.(*types.VirtualDisk); ok {
				if b, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); !ok || b.Parent == nil || b.Parent.FileName != "[LocalDS_0] a/a.vmdk" {
					return missing("the backing is %+v", disk.Backing)
				}
			}
		}
		return nil
	})
}

// A clone of a snapshot has what the VM has had then, not what it has now.
func TestACloneOfASnapshotIsAsThat(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		snapshot, err := s.snap(source, "base", false)
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, source)
		if err := s.do(vm.Reconfigure(s.ctx, types.VirtualMachineConfigSpec{NumCPUs: 7})); err != nil {
			return err
		}
		clone, err := s.clone(source, "then", types.VirtualMachineCloneSpec{Snapshot: &snapshot})
		if err != nil {
			return err
		}
		if o, err := s.read(clone, "config.hardware.numCPU"); err != nil || o.Config.Hardware.NumCPU != 2 {
			return missing("%v, %v", o.Config, err)
		}
		return nil
	})
}

// A VM that runs is cloned as well, and spec.location.folder wins over the folder of the call; a name that is taken in one
// folder is free in another.
func TestACloneOfARunningVMInAnotherFolder(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := s.do(object.NewVirtualMachine(s.c.Client, source).PowerOn(s.ctx)); err != nil {
			return err
		}
		id, err := s.AddFolder("DC0", "Linux")
		if err != nil {
			return err
		}
		folder := moref{Type: "Folder", Value: id}
		clone, err := s.clone(source, "a", types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Folder: &folder}})
		if err != nil {
			return err
		}
		o, err := s.read(clone, "parent", "runtime.powerState", "config.files.vmPathName")
		if err != nil || o.Parent == nil || *o.Parent != folder || o.Runtime.PowerState != powerOff {
			return missing("%+v, %v", o, err)
		}
		if o.Config.Files.VmPathName != "[LocalDS_0] a_1/a_1.vmx" { // the folder of the source's files has the name
			return missing("its file is %s", o.Config.Files.VmPathName)
		}
		return nil
	})
}

// A template is cloned into a pool, and a template is made of a VM, which needs a host.
func TestTemplatesAreCloned(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		pool, host := s.place("DC0")
		template, err := s.clone(source, "golden", types.VirtualMachineCloneSpec{Template: true})
		if err != nil {
			return err
		}
		o, err := s.read(template, "config.template", "config.files.vmPathName", "resourcePool")
		if err != nil || !o.Config.Template || o.ResourcePool != nil || o.Config.Files.VmPathName != "[LocalDS_0] golden/golden.vmtx" {
			return missing("%+v, %v", o.Config, err)
		}
		_, err = s.clone(template, "web", types.VirtualMachineCloneSpec{})
		if err := isFault[types.InvalidArgument](err); err != nil {
			return err
		}
		web, err := s.clone(template, "web", types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Pool: &pool, Host: &host}})
		if err != nil {
			return err
		}
		o, err = s.read(web, "config.template", "resourcePool")
		if err != nil || o.Config.Template || o.ResourcePool == nil {
			return missing("%+v, %v", o.Config, err)
		}
		return nil
	})
}

// Places that there are not are faults; the bare simulator ends.
func TestACloneToNowhereIsAFault(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		nowhere := moref{Type: "Datastore", Value: "datastore-4711"}
		_, err = s.clone(source, "b", types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Datastore: &nowhere}})
		return isFault[types.ManagedObjectNotFound](err)
	})
}

// The host's record of a clone names its source, its user and its name.
func TestACloneIsRecorded(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		jane, err := s.as("jane")
		if err != nil {
			return err
		}
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		clone, err := jane.clone(source, "b", types.VirtualMachineCloneSpec{})
		if err != nil {
			return err
		}
		found, err := event.NewManager(s.c.Client).QueryEvents(s.ctx, types.EventFilterSpec{
			EventTypeId: []string{"VmClonedEvent"}, UserName: &types.EventFilterSpecByUsername{UserList: []string{"jane"}},
		})
		if err != nil || len(found) != 1 {
			return missing("%d events, %v", len(found), err)
		}
		e, ok := found[0].(*types.VmClonedEvent)
		if !ok || e.Vm == nil || e.Vm.Vm != clone || e.Vm.Name != "b" || e.SourceVm.Vm != source {
			return missing("%+v", found[0])
		}
		var task types.TaskInfo
		o := object.NewTask(s.c.Client, s.LastTask())
		info, err := o.WaitForResult(s.ctx)
		if err == nil {
			task = *info
		}
		if task.Name != "CloneVM_Task" || task.Entity == nil || *task.Entity != source || task.Progress != 100 {
			return missing("%+v, %v", task, err)
		}
		return nil
	})
}

// Each place of a clone has a privilege of its own, and so has each way between VMs and templates.
func TestACloneNeedsPrivileges(t *testing.T) {
	for privilege, entity := range map[string]string{
		"VirtualMachine.Provisioning.Clone": "/DC0/vm", "VirtualMachine.Inventory.CreateFromExisting": "/DC0/vm",
		"Resource.AssignVMToPool": "/DC0/host", "Datastore.AllocateSpace": "/DC0/datastore/LocalDS_0",
	} {
		vsphere(t, Options{}, func(s *seat) error {
			source, err := s.layoutBare("DC0", "a")
			if err != nil {
				return err
			}
			jane, err := s.as("jane")
			if err != nil {
				return err
			}
			s.Deny("jane", privilege, entity)
			_, err = jane.clone(source, "b", types.VirtualMachineCloneSpec{})
			f, err := wants[types.NoPermission](err)
			if err != nil || f.PrivilegeId != privilege {
				return missing("%v, %v", f, err)
			}
			_, err = s.clone(source, "b", types.VirtualMachineCloneSpec{})
			return err
		})
	}
}

// A destroy deletes the VM's files, its disks wherever they lie, and leaves what others have put beside them and what its disks
// hang on.
func TestADestroyDeletesWhatIsTheVMs(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		snapshots, err := s.snaps(source, "base")
		if err != nil {
			return err
		}
		before, err := s.Files("DC0", "LocalDS_0")
		if err != nil {
			return err
		}
		clone, err := s.clone(source, "b", linkedTo(&snapshots[0]))
		if err != nil {
			return err
		}
		if err := s.WriteFile("DC0", "[LocalDS_0] b/theirs.iso", []byte("x")); err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, clone)
		if _, err := s.snap(clone, "of the clone", false); err != nil {
			return err
		}
		if err := s.do(vm.Destroy(s.ctx)); err != nil {
			return err
		}
		after, err := s.Files("DC0", "LocalDS_0")
		if err != nil {
			return err
		}
		var more []string
		for name := range after {
			if before[name] == "" {
				more = append(more, name)
			}
		}
		if len(after) != len(before)+1 || !slices.Equal(more, []string{"[LocalDS_0] b/theirs.iso"}) {
			return missing("before %d files, after %d, of which are new: %q", len(before), len(after), more)
		}
		return nil
	})
}

// What is made where a VM was destroyed is another VM.
func TestTheNextCloneIsAnotherVM(t *testing.T) {
	s := sit(t, Options{})
	source, err := s.layoutBare("DC0", "a")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 2 {
		clone, err := s.clone(source, "b", types.VirtualMachineCloneSpec{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := s.read(clone, "config.instanceUuid", "config.files.vmPathName")
		if err != nil || o.Config.Files.VmPathName != "[LocalDS_0] b/b.vmx" || seen[o.Config.InstanceUuid] {
			t.Errorf("%+v, %v, after %v", o.Config, err, seen)
		}
		seen[o.Config.InstanceUuid] = true
		if err := s.do(object.NewVirtualMachine(s.c.Client, clone).Destroy(s.ctx)); err != nil {
			t.Fatal(err)
		}
	}
}

// A VM that a task has alone is not cloned meanwhile; clones of one VM are made at once.
func TestClonesOfOneVMAtOnce(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		source, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		free := make(chan struct{})
		s.OnTask(func(ctx context.Context, _ string) {
			select {
			case <-free:
			case <-ctx.Done():
			}
		})
		snapshot, err := object.NewVirtualMachine(s.c.Client, source).CreateSnapshot(s.ctx, "base", "", false, false)
		if err != nil {
			return err
		}
		_, second := s.clone(source, "b", types.VirtualMachineCloneSpec{})
		close(free)
		if err := all(isFault[types.TaskInProgress](second), snapshot.Wait(s.ctx)); err != nil {
			return err
		}
		ends := make(chan error, 2)
		for _, name := range []string{"c", "d"} {
			go func() {
				_, err := s.clone(source, name, types.VirtualMachineCloneSpec{})
				ends <- err
			}()
		}
		return all(<-ends, <-ends)
	})
}
