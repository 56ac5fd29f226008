// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *seat) findUUID(dc *types.ManagedObjectReference, uuid string, instance bool) ([]types.ManagedObjectReference, error) {
	res, err := methods.FindAllByUuid(s.ctx, s.c, &types.FindAllByUuid{
		This: *s.c.ServiceContent.SearchIndex, Datacenter: dc, Uuid: uuid, VmSearch: true, InstanceUuid: &instance,
	})
	if err != nil {
		return nil, err
	}
	return res.Returnval, nil
}

func (s *seat) layout(dc, path string, vm VMX) error {
	if err := s.WriteVM(dc, path, vm); err != nil {
		return err
	}
	_, err := s.Host.Register(s.ctx, dc, path)
	return err
}

// layoutBare registers on the bare simulator too, which wants files beside the .vmx and a name like theirs.
func (s *seat) layoutBare(dc, dir string) (types.ManagedObjectReference, error) {
	path := "[LocalDS_0] " + dir + "/" + dir + ".vmx"
	if err := s.WriteVM(dc, path, VMX{}); err != nil {
		return types.ManagedObjectReference{}, err
	}
	if err := s.WriteFile(dc, "[LocalDS_0] "+dir+"/vmware.log", nil); err != nil {
		return types.ManagedObjectReference{}, err
	}
	vm, err := s.register(dc, path, dir)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return vm.Reference(), nil
}

func TestFindByDatastorePathHonoursTheDatacenter(t *testing.T) {
	vsphere(t, Options{Datacenters: 2}, func(s *seat) error {
		ref, err := s.layoutBare("DC1", "a")
		if err != nil {
			return err
		}
		here, err := s.findPath("DC0", "[LocalDS_0] a/a.vmx")
		if err != nil {
			return err
		}
		there, err := s.findPath("DC1", "[LocalDS_0] a/a.vmx")
		if err != nil {
			return err
		}
		if here != nil || there == nil || *there != ref {
			return missing("in DC0 %v, in DC1 %v, want nothing and %v", here, there, ref)
		}
		return nil
	})
}

func TestFindByDatastorePathFaults(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		_, junk := s.findPath("DC0", "junk")
		_, unknown := s.findPath("DC0", "[nosuch] a/a.vmx")
		_, err := methods.FindByDatastorePath(s.ctx, s.c, &types.FindByDatastorePath{
			This: *s.c.ServiceContent.SearchIndex, Path: "[LocalDS_0] a/a.vmx",
			Datacenter: types.ManagedObjectReference{Type: "Datacenter", Value: "datacenter-0"},
		})
		return all(isFault[types.InvalidDatastorePath](junk), isFault[types.InvalidDatastore](unknown),
			isFault[types.ManagedObjectNotFound](err))
	})
}

func TestFindByUUIDHonoursTheDatacenter(t *testing.T) {
	vsphere(t, Options{Datacenters: 2}, func(s *seat) error {
		for _, dc := range []string{"DC0", "DC1"} {
			if err := s.layout(dc, "[LocalDS_0] a/a.vmx", VMX{BIOSUUID: testBIOS}); err != nil {
				return err
			}
		}
		dc := s.dc("DC1").Self
		one, err1 := s.findUUID(&dc, "564D2CA9-B112-5E77-9120-4F0D7E1ABBC3", false)
		both, err2 := s.findUUID(nil, testBIOS, false)
		if len(one) != 1 || len(both) != 2 {
			return missing("%d in DC1, %d in all; %v, %v", len(one), len(both), err1, err2)
		}
		return nil
	})
}

func TestInstanceUUIDSurvivesRegistrationAndIsNeverShared(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		id := func(path string) (string, error) {
			vm, err := s.VM("DC0", path)
			if err != nil {
				return "", err
			}
			return vm.Config.InstanceUuid, nil
		}
		for _, dir := range []string{"a", "b", "c"} {
			v := VMX{DisplayName: dir, InstanceUUID: testInstance}
			if dir == "c" {
				v.InstanceUUID = ""
			}
			if err := s.layout("DC0", "[LocalDS_0] "+dir+"/"+dir+".vmx", v); err != nil {
				return err
			}
		}
		before := map[string]string{}
		for _, p := range []string{"[LocalDS_0] a/a.vmx", "[LocalDS_0] b/b.vmx", "[LocalDS_0] c/c.vmx"} {
			before[p], _ = id(p)
			if err := s.Unregister(s.ctx, "DC0", p); err != nil {
				return err
			}
		}
		if before["[LocalDS_0] a/a.vmx"] != testInstance || before["[LocalDS_0] b/b.vmx"] == testInstance {
			return missing("original and copy: %v", before)
		}
		for p, want := range before {
			if _, err := s.Host.Register(s.ctx, "DC0", p); err != nil {
				return err
			}
			if got, _ := id(p); got != want {
				return missing("%s: %s became %s", p, want, got)
			}
		}
		return nil
	})
}

func TestUnregisteredVMIsGone(t *testing.T) {
	s := sit(t, Options{})
	path := "[LocalDS_0] a/a.vmx"
	if err := s.layout("DC0", path, VMX{}); err != nil {
		t.Fatal(err)
	}
	vm := must(s.VM("DC0", path))
	if err := s.SetPower("DC0", path, "poweredOn"); err != nil {
		t.Fatal(err)
	}
	unregister := func() error {
		_, err := methods.UnregisterVM(s.ctx, s.c, &types.UnregisterVM{This: vm.Self})
		return err
	}
	if err := isFault[types.InvalidPowerState](unregister()); err != nil {
		t.Error(err)
	}
	if err := s.SetPower("DC0", path, "suspended"); err != nil {
		t.Fatal(err)
	}
	if err := unregister(); err != nil {
		t.Fatal(err)
	}
	_, err := s.read(vm.Self, "name")
	if err := all(isFault[types.ManagedObjectNotFound](err), isFault[types.ManagedObjectNotFound](unregister())); err != nil {
		t.Error(err)
	}
	if ref, err := s.findPath("DC0", path); ref != nil || err != nil {
		t.Errorf("still found: %v, %v", ref, err)
	}
	if _, err := s.ReadFile("DC0", path); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
	ds := s.datastoreOf(must(s.Host.datacenter("DC0")), "LocalDS_0")
	for _, e := range s.reg.All("HostSystem") {
		if refs := s.hostsOf(s.dc("DC0").Self); len(refs) > 0 && e != nil {
			for _, h := range refs {
				if len(h.Vm) > 0 {
					t.Errorf("host %s still lists %v", h.Name, h.Vm)
				}
			}
		}
	}
	if len(ds.Vm) > 0 {
		t.Errorf("datastore still lists %v", ds.Vm)
	}
}

func TestDatastoreOfTwoDatacenters(t *testing.T) {
	s := sit(t, Options{Datacenters: 2})
	if err := s.ShareDatastore("DC0", "LocalDS_0", "DC1"); err != nil {
		t.Fatal(err)
	}
	path := "[LocalDS_0] a/a.vmx"
	if err := s.layout("DC0", path, VMX{InstanceUUID: testInstance}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadFile("DC1", path); err != nil {
		t.Errorf("the file is not seen from DC1: %v", err)
	}
	if _, err := s.Host.Register(s.ctx, "DC1", path); err != nil {
		t.Fatal(err)
	}
	a, b := must(s.VM("DC0", path)), must(s.VM("DC1", path))
	if a.Config.InstanceUuid != testInstance || b.Config.InstanceUuid == testInstance {
		t.Errorf("instance UUIDs %s and %s", a.Config.InstanceUuid, b.Config.InstanceUuid)
	}
}
