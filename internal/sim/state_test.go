// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func TestInvalidVMHasNoConfig(t *testing.T) {
	for _, content := range []string{"\x00\x01binary", "no setting at all", ""} {
		vsphere(t, Options{}, func(s *seat) error {
			if err := s.WriteFile("DC0", "[LocalDS_0] g/g.vmx", []byte(content)); err != nil {
				return err
			}
			vm, err := s.register("DC0", "[LocalDS_0] g/g.vmx", "g")
			if err != nil {
				return err
			}
			o, err := s.read(vm.Reference(), "name", "config", "config.files.vmPathName", "summary.config.vmPathName", "runtime.connectionState")
			if err != nil {
				return err
			}
			if o.Config != nil || o.Runtime.ConnectionState != "invalid" || o.Summary.Config.VmPathName != "[LocalDS_0] g/g.vmx" {
				return missing("config %v, state %s, path %q", o.Config, o.Runtime.ConnectionState, o.Summary.Config.VmPathName)
			}
			return nil
		})
	}
}

func TestInvalidFileAsFault(t *testing.T) {
	s := sit(t, Options{InvalidAsFault: true})
	if err := s.WriteFile("DC0", "[LocalDS_0] g/g.vmx", []byte("nothing")); err != nil {
		t.Fatal(err)
	}
	_, err := s.register("DC0", "[LocalDS_0] g/g.vmx", "g")
	if err := isFault[types.InvalidVmConfig](err); err != nil {
		t.Error(err)
	}
}

func TestEncryptedVMIsLocked(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		if err := s.layout("DC0", "[LocalDS_0] e/e.vmx", VMX{Encrypted: true}); err != nil {
			return err
		}
		vm, err := s.VM("DC0", "[LocalDS_0] e/e.vmx")
		if err != nil {
			return err
		}
		o, err := s.read(vm.Self, "runtime", "config")
		if err != nil {
			return err
		}
		if o.Runtime.CryptoState != "locked" || o.Runtime.ConnectionState != "invalid" || o.Config != nil {
			return missing("%s, %s, config %v", o.Runtime.CryptoState, o.Runtime.ConnectionState, o.Config != nil)
		}
		return nil
	})
}

func TestConnectionStatesRefuseOperations(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		for _, state := range []string{"invalid", "inaccessible", "orphaned"} {
			if err := s.SetConnectionState("DC0", "[LocalDS_0] a/a.vmx", state); err != nil {
				return err
			}
			task, err := vm.PowerOn(s.ctx)
			if err == nil {
				err = task.Wait(s.ctx)
			}
			if err := isFault[types.InvalidState](err); err != nil {
				return err
			}
		}
		return vm.Unregister(s.ctx)
	})
}

func TestDisconnectedHostTakesItsVMsAlong(t *testing.T) {
	s := sit(t, Options{})
	path := "[LocalDS_0] a/a.vmx"
	if err := s.layout("DC0", path, VMX{}); err != nil {
		t.Fatal(err)
	}
	vm := must(s.VM("DC0", path))
	host := s.nameOf(*vm.Runtime.Host)
	if err := s.SetHostState(host, "disconnected", false); err != nil {
		t.Fatal(err)
	}
	if o := must(s.read(vm.Self, "runtime.connectionState")); o.Runtime.ConnectionState != "disconnected" {
		t.Errorf("state %s", o.Runtime.ConnectionState)
	}
	_, err := s.registerWith(types.RegisterVM_Task{
		This: s.dc("DC0").VmFolder, Path: path, Host: vm.Runtime.Host, Pool: vm.ResourcePool,
	})
	if err := isFault[types.HostNotConnected](err); err != nil {
		t.Error(err)
	}
	if err := s.SetHostState(host, "connected", true); err != nil {
		t.Fatal(err)
	}
	if o := must(s.read(vm.Self, "runtime.connectionState")); o.Runtime.ConnectionState != "connected" {
		t.Errorf("state %s", o.Runtime.ConnectionState)
	}
	task := must(object.NewVirtualMachine(s.c.Client, vm.Self).PowerOn(s.ctx))
	if err := isFault[types.InvalidState](task.Wait(s.ctx)); err != nil {
		t.Errorf("power on in maintenance mode: %v", err)
	}
}

func TestInaccessibleDatastore(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := s.WriteVM("DC0", "[LocalDS_0] b/b.vmx", VMX{}); err != nil {
			return err
		}
		if err := s.SetDatastoreAccessible("DC0", "LocalDS_0", false); err != nil {
			return err
		}
		o, err := s.read(ref, "runtime.connectionState", "config.name")
		if err != nil {
			return err
		}
		if o.Runtime.ConnectionState != "inaccessible" || o.Config != nil {
			return missing("state %s", o.Runtime.ConnectionState)
		}
		_, err = s.register("DC0", "[LocalDS_0] b/b.vmx", "b")
		if err := isFault[types.InaccessibleDatastore](err); err != nil {
			return err
		}
		if err := s.SetDatastoreAccessible("DC0", "LocalDS_0", true); err != nil {
			return err
		}
		_, err = s.register("DC0", "[LocalDS_0] b/b.vmx", "b")
		return err
	})
}

func TestClusterWithoutDRSNeedsAHost(t *testing.T) {
	for _, c := range []struct {
		name string
		opts Options
		ok   bool
	}{{"DRS", Options{}, true}, {"no DRS", Options{NoDRS: true}, false}} {
		s := sit(t, c.opts)
		if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
			t.Fatal(err)
		}
		cluster := must(s.find("ClusterComputeResource", "DC0_C0"))
		_, err := s.registerWith(types.RegisterVM_Task{
			This: s.dc("DC0").VmFolder, Path: "[LocalDS_0] a/a.vmx", Pool: s.compute(cluster.Reference()).ResourcePool,
		})
		if c.ok != (err == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
		if !c.ok {
			if err := isFault[types.InvalidArgument](err); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

func TestUnmountedDatastore(t *testing.T) {
	s := sit(t, Options{})
	if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"DC0_C0_H0", "DC0_C0_H1"} {
		if err := s.Unmount(host, "DC0", "LocalDS_0"); err != nil {
			t.Fatal(err)
		}
	}
	cluster := must(s.find("ClusterComputeResource", "DC0_C0"))
	req := types.RegisterVM_Task{This: s.dc("DC0").VmFolder, Path: "[LocalDS_0] a/a.vmx", Pool: s.compute(cluster.Reference()).ResourcePool}
	_, err := s.registerWith(req)
	if err := isFault[types.InvalidDatastore](err); err != nil {
		t.Error(err)
	}
	if n := len(s.compute(cluster.Reference()).Host); n != 2 {
		t.Errorf("the cluster has %d hosts left", n)
	}
}

func TestGuestShutdownNeedsTools(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		path := "[LocalDS_0] a/a.vmx"
		shutdown := func() error {
			_, err := methods.ShutdownGuest(s.ctx, s.c, &types.ShutdownGuest{This: ref})
			return err
		}
		if err := isFault[types.InvalidPowerState](shutdown()); err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		task, err := vm.PowerOn(s.ctx)
		if err != nil {
			return err
		}
		if err := task.Wait(s.ctx); err != nil {
			return err
		}
		if err := isFault[types.ToolsUnavailable](shutdown()); err != nil {
			return err
		}
		if err := s.SetTools("DC0", path, true, true); err != nil {
			return err
		}
		if o, err := s.read(ref, "guest", "summary.guest"); err != nil || o.Guest.IpAddress == "" || o.Summary.Guest.IpAddress != o.Guest.IpAddress {
			return missing("no address: %v", err)
		}
		if err := shutdown(); err != nil {
			return err
		}
		return vm.WaitForPowerState(s.ctx, types.VirtualMachinePowerStatePoweredOff)
	})
}
