// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/event"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *seat) do(task *object.Task, err error) error {
	if err != nil {
		return err
	}
	return task.Wait(s.ctx)
}

func TestStorageVMotionMovesPathAndFiles(t *testing.T) {
	vsphere(t, Options{Datastores: 2}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		before, err := s.read(ref, "config.instanceUuid")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		target := s.datastoreOf(must(s.Host.datacenter("DC0")), "LocalDS_1")
		source := s.datastoreOf(must(s.Host.datacenter("DC0")), "LocalDS_0")
		if err := s.do(vm.Relocate(s.ctx, types.VirtualMachineRelocateSpec{Datastore: &target.Self}, "")); err != nil {
			return err
		}
		const path = "[LocalDS_1] a/a.vmx"
		o, err := s.read(ref, "config", "summary.config.vmPathName", "datastore", "layoutEx")
		if err != nil {
			return err
		}
		if o.Config.Files.VmPathName != path || o.Summary.Config.VmPathName != path || !slices.Equal(o.Datastore, []types.ManagedObjectReference{target.Self}) {
			return missing("%q, %q, %v", o.Config.Files.VmPathName, o.Summary.Config.VmPathName, o.Datastore)
		}
		if _, err := s.ReadFile("DC0", path); err != nil {
			return err
		}
		if len(s.refs(source, &source.Vm)) != 0 || len(s.refs(target, &target.Vm)) != 1 {
			return missing("lists of the datastores: %v, %v", source.Vm, target.Vm)
		}
		if err := vm.Unregister(s.ctx); err != nil {
			return err
		}
		again, err := s.register("DC0", path, "a")
		if err != nil {
			return err
		}
		if o, err := s.read(again.Reference(), "config.instanceUuid"); err != nil || o.Config.InstanceUuid != before.Config.InstanceUuid {
			return missing("the identity got lost: %v", err)
		}
		return nil
	})
}

func TestRenameChecksTheNameAndKeepsItInTheFile(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if _, err := s.layoutBare("DC0", "b"); err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		if err := isFault[types.DuplicateName](s.do(vm.Rename(s.ctx, "b"))); err != nil {
			return err
		}
		if err := isFault[types.InvalidName](s.do(vm.Rename(s.ctx, strings.Repeat("\u00fc", 81)))); err != nil {
			return err
		}
		if err := s.do(vm.Rename(s.ctx, strings.Repeat("\u00fc", 80))); err != nil {
			return err
		}
		if err := s.do(vm.Rename(s.ctx, "new name")); err != nil {
			return err
		}
		if err := vm.Unregister(s.ctx); err != nil {
			return err
		}
		again, err := s.register("DC0", "[LocalDS_0] a/a.vmx", "")
		if err != nil {
			return err
		}
		if o, err := s.read(again.Reference(), "name"); err != nil || o.Name != "new name" {
			return missing("%q, %v", o.Name, err)
		}
		return nil
	})
}

func TestReconfigureSurvivesARegistration(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		stale := vm.Reconfigure
		if err := isFault[types.ConcurrentAccess](s.do(stale(s.ctx, types.VirtualMachineConfigSpec{ChangeVersion: "old", NumCPUs: 3}))); err != nil {
			return err
		}
		if err := s.do(vm.Reconfigure(s.ctx, types.VirtualMachineConfigSpec{
			NumCPUs: 3, MemoryMB: 512, ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: "guestinfo.x", Value: "y"}},
		})); err != nil {
			return err
		}
		if err := vm.Unregister(s.ctx); err != nil {
			return err
		}
		again, err := s.register("DC0", "[LocalDS_0] a/a.vmx", "")
		if err != nil {
			return err
		}
		o, err := s.read(again.Reference(), "config")
		if err != nil {
			return err
		}
		found := slices.ContainsFunc(o.Config.ExtraConfig, func(v types.BaseOptionValue) bool { return v.GetOptionValue().Key == "guestinfo.x" })
		if o.Config.Hardware.NumCPU != 3 || o.Config.Hardware.MemoryMB != 512 || !found {
			return missing("%d CPUs, %d MiB, variable %v", o.Config.Hardware.NumCPU, o.Config.Hardware.MemoryMB, found)
		}
		return nil
	})
}

func TestMovesBetweenFoldersAndPools(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		folder, err := s.AddFolder("DC0", "prod/web")
		if err != nil {
			return err
		}
		to := types.ManagedObjectReference{Type: "Folder", Value: folder}
		f := object.NewFolder(s.c.Client, to)
		if err := s.do(f.MoveInto(s.ctx, []types.ManagedObjectReference{ref})); err != nil {
			return err
		}
		// The standalone host's resource has the VM.
		child, err := s.AddPool("DC0", "DC0_H0", "gold")
		if err != nil {
			return err
		}
		pool := types.ManagedObjectReference{Type: "ResourcePool", Value: child}
		if _, err := methods.MoveIntoResourcePool(s.ctx, s.c, &types.MoveIntoResourcePool{This: pool, List: []types.ManagedObjectReference{ref}}); err != nil {
			return err
		}
		o, err := s.read(ref, "parent", "resourcePool")
		if err != nil {
			return err
		}
		if *o.Parent != to || *o.ResourcePool != pool {
			return missing("in %v and %v", o.Parent, o.ResourcePool)
		}
		return nil
	})
}

func TestSearchDatastore(t *testing.T) {
	s := sit(t, Options{})
	for _, p := range []string{"[LocalDS_0] a/a.vmx", "[LocalDS_0] a/b/B.VMX", "[LocalDS_0] t/t.vmtx"} {
		if err := s.WriteVM("DC0", p, VMX{}); err != nil {
			t.Fatal(err)
		}
	}
	var ds mo.Datastore
	if err := s.c.RetrieveOne(s.ctx, s.dc("DC0").Datastore[0], []string{"browser"}, &ds); err != nil {
		t.Fatal(err)
	}
	b := object.NewHostDatastoreBrowser(s.c.Client, ds.Browser)
	search := func(path string, spec *types.HostDatastoreBrowserSearchSpec) ([]types.HostDatastoreBrowserSearchResults, error) {
		task, err := b.SearchDatastoreSubFolders(s.ctx, path, spec)
		if err != nil {
			return nil, err
		}
		info, err := task.WaitForResult(s.ctx)
		if err != nil {
			return nil, err
		}
		return info.Result.(types.ArrayOfHostDatastoreBrowserSearchResults).HostDatastoreBrowserSearchResults, nil
	}
	list := func(spec *types.HostDatastoreBrowserSearchSpec) string {
		res, err := search("[LocalDS_0]", spec)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range res {
			for _, f := range r.File {
				out = append(out, r.FolderPath+"|"+f.GetFileInfo().Path)
			}
		}
		return strings.Join(out, "\n")
	}
	// Whether case counts where nothing is said of it is not known, so it does.
	if vmxs := list(&types.HostDatastoreBrowserSearchSpec{MatchPattern: []string{"*.vmx"}}); vmxs != "[LocalDS_0] a/|a.vmx" {
		t.Errorf("pattern: %q", vmxs)
	}
	vmxs := list(&types.HostDatastoreBrowserSearchSpec{MatchPattern: []string{"*.vmx"}, SearchCaseInsensitive: types.NewBool(true)})
	if vmxs != "[LocalDS_0] a/|a.vmx\n[LocalDS_0] a/b/|B.VMX" {
		t.Errorf("pattern without case: %q", vmxs)
	}
	if everything := list(nil); !strings.Contains(everything, "[LocalDS_0] a/|a.nvram") || !strings.Contains(everything, "[LocalDS_0]|t") {
		t.Errorf("no spec: %q", everything)
	}
	tmpl := list(&types.HostDatastoreBrowserSearchSpec{Query: []types.BaseFileQuery{&types.TemplateConfigFileQuery{}}})
	if tmpl != "[LocalDS_0] t/|t.vmtx" {
		t.Errorf("template query: %q", tmpl)
	}
	_, err := search("[LocalDS_0] nosuch", nil)
	if err := isFault[types.FileNotFound](err); err != nil {
		t.Error(err)
	}
	if err := s.SetDatastoreAccessible("DC0", "LocalDS_0", false); err != nil {
		t.Fatal(err)
	}
	_, err = search("[LocalDS_0]", nil)
	if err := isFault[types.InaccessibleDatastore](err); err != nil {
		t.Error(err)
	}
}

func TestTasksAndEventsCarryTheUser(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		if err := s.WriteFile("DC0", "[LocalDS_0] a/vmware.log", nil); err != nil {
			return err
		}
		if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
			return err
		}
		pool, host := s.place("DC0")
		res, err := methods.RegisterVM_Task(s.ctx, s.c, &types.RegisterVM_Task{
			This: s.dc("DC0").VmFolder, Path: "[LocalDS_0] a/a.vmx", Name: "a", Pool: &pool, Host: &host,
		})
		if err != nil {
			return err
		}
		info, err := object.NewTask(s.c.Client, res.Returnval).WaitForResult(s.ctx)
		if err != nil {
			return err
		}
		by, _ := info.Reason.(*types.TaskReasonUser)
		if info.Name != "RegisterVM_Task" || by == nil || by.UserName != s.Username() || info.EntityName != "vm" {
			return missing("task %s of %v on %s", info.Name, by, info.EntityName)
		}
		vm, _ := info.Result.(types.ManagedObjectReference)
		found, err := event.NewManager(s.c.Client).QueryEvents(s.ctx, types.EventFilterSpec{
			EventTypeId: []string{"VmRegisteredEvent"},
			Entity:      &types.EventFilterSpecByEntity{Entity: s.dc("DC0").Self, Recursion: types.EventFilterSpecRecursionOptionAll},
			UserName:    &types.EventFilterSpecByUsername{UserList: []string{s.Username()}},
		})
		if err != nil {
			return err
		}
		if len(found) != 1 || found[0].GetEvent().Vm == nil || found[0].GetEvent().Vm.Vm != vm {
			return missing("%d events", len(found))
		}
		none, err := event.NewManager(s.c.Client).QueryEvents(s.ctx, types.EventFilterSpec{
			UserName: &types.EventFilterSpecByUsername{UserList: []string{"nobody"}},
		})
		if err != nil || len(none) != 0 {
			return missing("%d events of nobody, %v", len(none), err)
		}
		return nil
	})
}

// A task of a method that is not corrected must name its user, too.
func TestForeignTasksAreAdopted(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		task, err := object.NewVirtualMachine(s.c.Client, ref).CreateSnapshot(s.ctx, "one", "", false, false)
		if err != nil {
			return err
		}
		info, err := task.WaitForResult(s.ctx)
		if err != nil {
			return err
		}
		if by, _ := info.Reason.(*types.TaskReasonUser); by == nil || by.UserName != s.Username() || info.Name != "CreateSnapshot_Task" {
			return missing("task %s, %v", info.Name, by)
		}
		return nil
	})
}

func TestInventoryHelpers(t *testing.T) {
	s := sit(t, Options{Datacenters: 2, Datastores: 2})
	if err := all(s.AddStoragePod("DC0", "pod", "LocalDS_1"), s.AddDatastore("DC1", "extra")); err != nil {
		t.Fatal(err)
	}
	ds := s.datastoreOf(must(s.Host.datacenter("DC0")), "LocalDS_1")
	if got := s.inventoryPath(ds.Self); got != "/DC0/datastore/pod/LocalDS_1" {
		t.Errorf("datastore of a cluster at %s", got)
	}
	if err := s.layout("DC0", "[LocalDS_1] a/a.vmx", VMX{}); err != nil {
		t.Error(err)
	}
	if err := s.layout("DC1", "[extra] a/a.vmx", VMX{}); err != nil {
		t.Error(err)
	}
	if id, err := s.RegisterTemplate(s.ctx, "DC0", "[LocalDS_1] nosuch.vmtx"); err == nil {
		t.Errorf("registered %s", id)
	}
	if dirs := s.DatastoreDirs(); len(dirs) != 5 {
		t.Errorf("directories %v", dirs)
	}
	vms, err := LayoutDemo(s.Host)
	if err != nil || len(vms) != 7 {
		t.Fatalf("%v, %v", vms, err)
	}
	for _, v := range vms {
		register := s.Host.Register
		if v.Template {
			register = s.RegisterTemplate
		}
		if _, err := register(s.ctx, v.Datacenter, v.VMXPath); err != nil {
			t.Errorf("%s: %v", v.VMXPath, err)
			continue
		}
		vm := must(s.VM(v.Datacenter, v.VMXPath))
		if vm.Name != escapeName(v.Name) {
			t.Errorf("%s is named %q, want %q", v.VMXPath, vm.Name, v.Name)
		}
	}
}
