// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"maps"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	testBIOS     = "564d2ca9-b112-5e77-9120-4f0d7e1abbc3"
	testInstance = "52aabbcc-ddee-ff00-1122-334455667788"
)

func TestRegisterReadsTheVMX(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{
			DisplayName: "Web one", CPUs: 4, MemoryMiB: 2048, Annotation: "line 1\nline \"2\"", BIOSUUID: testBIOS,
			InstanceUUID: testInstance, GuestInfo: map[string]string{"role": "web"},
		})
		if err != nil {
			return err
		}
		before, _ := s.Files("DC0", "LocalDS_0")
		vm, err := s.register("DC0", "[LocalDS_0] a/a.vmx", "")
		if err != nil {
			return err
		}
		o, err := s.read(vm.Reference(), "name", "config", "summary", "runtime", "guest", "resourcePool", "parent", "datastore")
		if err != nil {
			return err
		}
		c := o.Config
		if o.Name != "Web one" || c.Name != "Web one" || o.Summary.Config.Name != "Web one" {
			return missing("names %q, %q, %q", o.Name, c.Name, o.Summary.Config.Name)
		}
		if c.Hardware.NumCPU != 4 || c.Hardware.MemoryMB != 2048 || c.Annotation != "line 1\nline \"2\"" {
			return missing("hardware %d CPUs, %d MiB, annotation %q", c.Hardware.NumCPU, c.Hardware.MemoryMB, c.Annotation)
		}
		if c.Uuid != testBIOS || c.InstanceUuid != testInstance || c.GuestId != "ubuntu64Guest" || c.Version != "vmx-19" {
			return missing("%s, %s, %s, %s", c.Uuid, c.InstanceUuid, c.GuestId, c.Version)
		}
		role := ""
		for _, opt := range c.ExtraConfig {
			if v := opt.GetOptionValue(); v.Key == "guestinfo.role" {
				role, _ = v.Value.(string)
			}
		}
		var disk *types.VirtualDisk
		for _, d := range c.Hardware.Device {
			if x, ok := d.(*types.VirtualDisk); ok {
				disk = x
			}
		}
		if role != "web" || disk == nil || disk.CapacityInBytes != 16<<30 {
			return missing("guestinfo.role %q, disk %v", role, disk)
		}
		if after, _ := s.Files("DC0", "LocalDS_0"); !maps.Equal(before, after) {
			return missing("registering changed files")
		}
		return nil
	})
}

func TestRegisterNeedsTheVMXAlone(t *testing.T) {
	for _, at := range []string{"[LocalDS_0] a/b/c.vmx", "[LocalDS_0] root.vmx", "[LocalDS_0] a/odd name (1)/x y.vmx"} {
		vsphere(t, Options{}, func(s *seat) error {
			if err := s.WriteVM("DC0", at, VMX{NoDisk: true}); err != nil {
				return err
			}
			_, err := s.register("DC0", at, "")
			return err
		})
	}
}

func TestRegisterTwiceIsAlreadyExists(t *testing.T) {
	for _, again := range []string{"[LocalDS_0] ./a/a.vmx", "[LocalDS_0] a//a.vmx", "[LocalDS_0] a/../a/a.vmx"} {
		vsphere(t, Options{}, func(s *seat) error {
			if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{DisplayName: "a"}); err != nil {
				return err
			}
			if _, err := s.Host.Register(s.ctx, "DC0", "[LocalDS_0] a/a.vmx"); err != nil {
				return err
			}
			_, err := s.register("DC0", again, "other name")
			return isFault[types.AlreadyExists](err)
		})
	}
}

func TestRegisterOnePathInTwoDatacenters(t *testing.T) {
	vsphere(t, Options{Datacenters: 2}, func(s *seat) error {
		for _, dc := range []string{"DC0", "DC1"} {
			if err := s.WriteVM(dc, "[LocalDS_0] a/a.vmx", VMX{DisplayName: "a of " + dc}); err != nil {
				return err
			}
			vm, err := s.register(dc, "[LocalDS_0] a/a.vmx", "")
			if err != nil {
				return err
			}
			if o, err := s.read(vm.Reference(), "name"); err != nil || o.Name != "a of "+dc {
				return missing("%q, %v", o.Name, err)
			}
		}
		return nil
	})
}

// The bare simulator dies of most of these, so only the corrected one is asked.
func TestRegisterFaults(t *testing.T) {
	s := sit(t, Options{Datacenters: 2})
	if err := all(
		s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{DisplayName: "taken"}),
		s.WriteVM("DC0", "[LocalDS_0] b/b.vmx", VMX{DisplayName: "taken"}),
		s.WriteVM("DC0", "[LocalDS_0] c/c.vmx", VMX{DisplayName: strings.Repeat("n", 81)}),
		s.WriteVM("DC0", "[LocalDS_0] d/d.vmx", VMX{DisplayName: "p/q%"}),
	); err != nil {
		t.Fatal(err)
	}
	if _, err := s.register("DC0", "[LocalDS_0] a/a.vmx", ""); err != nil {
		t.Fatal(err)
	}
	pool, host := s.place("DC0")
	otherPool, otherHost := s.place("DC1")
	folder := s.dc("DC0").VmFolder
	nobody := types.ManagedObjectReference{Type: "ResourcePool", Value: "resgroup-0"}
	reg := func(change func(*types.RegisterVM_Task)) error {
		req := types.RegisterVM_Task{This: folder, Path: "[LocalDS_0] d/d.vmx", Pool: &pool, Host: &host}
		change(&req)
		_, err := s.registerWith(req)
		return err
	}
	at := func(p string) error { return reg(func(r *types.RegisterVM_Task) { r.Path = p }) }
	for name, err := range map[string]error{
		"no path":            isFault[types.InvalidArgument](at("")),
		"no datastore path":  isFault[types.InvalidDatastorePath](at("a/a.vmx")),
		"only a datastore":   isFault[types.InvalidDatastorePath](at("[LocalDS_0]")),
		"unknown datastore":  isFault[types.InvalidDatastore](at("[nosuch] a/a.vmx")),
		"no such file":       isFault[types.NotFound](at("[LocalDS_0] nosuch/nosuch.vmx")),
		"a directory":        isFault[types.NotFound](at("[LocalDS_0] a")),
		"outside":            isFault[types.NotFound](at("[LocalDS_0] ../../../../../etc/passwd")),
		"name taken":         isFault[types.DuplicateName](at("[LocalDS_0] b/b.vmx")),
		"name too long":      isFault[types.InvalidName](at("[LocalDS_0] c/c.vmx")),
		"no pool":            isFault[types.InvalidArgument](reg(func(r *types.RegisterVM_Task) { r.Pool = nil })),
		"dead pool":          isFault[types.ManagedObjectNotFound](reg(func(r *types.RegisterVM_Task) { r.Pool = &nobody })),
		"dead host":          isFault[types.ManagedObjectNotFound](reg(func(r *types.RegisterVM_Task) { r.Host = &nobody })),
		"pool elsewhere":     isFault[types.InvalidArgument](reg(func(r *types.RegisterVM_Task) { r.Pool = &otherPool })),
		"host elsewhere":     isFault[types.InvalidArgument](reg(func(r *types.RegisterVM_Task) { r.Host = &otherHost })),
		"host folder":        isFault[types.NotSupported](reg(func(r *types.RegisterVM_Task) { r.This = s.dc("DC0").HostFolder })),
		"template with pool": isFault[types.InvalidArgument](reg(func(r *types.RegisterVM_Task) { r.AsTemplate = true })),
		"template, no host": isFault[types.InvalidArgument](reg(func(r *types.RegisterVM_Task) {
			r.AsTemplate, r.Pool, r.Host = true, nil, nil
		})),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	vm, err := s.register("DC0", "[LocalDS_0] d/d.vmx", "")
	if err != nil {
		t.Fatal(err)
	}
	if o, err := s.read(vm.Reference(), "name"); err != nil || o.Name != "p%2fq%25" {
		t.Errorf("escaped name %q, %v", o.Name, err)
	}
}

func TestRegisterAsTemplateHasNoPool(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		at := "[LocalDS_0] t/t.vmtx"
		if err := s.WriteVM("DC0", at, VMX{}); err != nil {
			return err
		}
		_, host := s.place("DC0")
		vm, err := s.registerWith(types.RegisterVM_Task{This: s.dc("DC0").VmFolder, Path: at, AsTemplate: true, Host: &host})
		if err != nil {
			return err
		}
		o, err := s.read(vm.Reference(), "config.template", "resourcePool", "config.files.vmPathName")
		if err != nil {
			return err
		}
		if !o.Config.Template || o.ResourcePool != nil || o.Config.Files.VmPathName != at {
			return missing("template %v, pool %v, path %q", o.Config.Template, o.ResourcePool, o.Config.Files.VmPathName)
		}
		res, err := methods.PowerOnVM_Task(s.ctx, s.c, &types.PowerOnVM_Task{This: vm.Reference()})
		if err == nil {
			err = s.await(res.Returnval)
		}
		return isFault[types.NotSupported](err)
	})
}
