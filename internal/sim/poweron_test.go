// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"reflect"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// together powers VMs on with one call.
func (s *seat) together(vms ...moref) (types.ClusterPowerOnVmResult, error) {
	var none types.ClusterPowerOnVmResult
	res, err := methods.PowerOnMultiVM_Task(s.ctx, s.c, &types.PowerOnMultiVM_Task{This: s.dc("DC0").Self, Vm: vms})
	if err != nil {
		return none, err
	}
	info, err := object.NewTask(s.c.Client, res.Returnval).WaitForResult(s.ctx)
	if err != nil {
		return none, err
	}
	result, ok := info.Result.(types.ClusterPowerOnVmResult)
	if !ok {
		return none, missing("result %T", info.Result)
	}
	return result, nil
}

// clustered registers a VM in the cluster.
func (s *seat) clustered(dir string) (moref, error) {
	if _, err := s.layoutBare("DC0", dir); err != nil {
		return moref{}, err
	}
	path := "[LocalDS_0] " + dir + "/" + dir + ".vmx"
	if err := s.Unregister(s.ctx, "DC0", path); err != nil {
		return moref{}, err
	}
	cluster, err := s.find("ClusterComputeResource", "DC0_C0")
	if err != nil {
		return moref{}, err
	}
	vm, err := s.registerWith(types.RegisterVM_Task{
		This: s.dc("DC0").VmFolder, Path: path, Name: dir, Pool: s.compute(cluster.Reference()).ResourcePool,
	})
	if err != nil {
		return moref{}, err
	}
	return vm.Reference(), nil
}

func on(o mo.VirtualMachine) bool { return o.Runtime.PowerState == powerOn }

func TestOfAVMUnderDRSNoTaskIsTold(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		alone, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		drs, err := s.clustered("b")
		if err != nil {
			return err
		}
		result, err := s.together(alone, drs)
		if err != nil {
			return err
		}
		if len(result.Attempted) != 2 || result.Attempted[0].Task == nil || result.Attempted[1].Task != nil {
			return missing("%+v", result.Attempted)
		}
		if err := all(s.await(*result.Attempted[0].Task), s.until(drs, on, "runtime.powerState")); err != nil {
			return err
		}
		// The VM itself tells which task it was.
		o, err := s.read(drs, "recentTask")
		if err != nil || len(o.RecentTask) == 0 {
			return missing("%v, %v", o.RecentTask, err)
		}
		var task mo.Task
		err = s.c.RetrieveOne(s.ctx, o.RecentTask[len(o.RecentTask)-1], []string{"info"}, &task)
		if err != nil || task.Info.DescriptionId != "VirtualMachine.powerOn" || task.Info.ParentTaskKey == "" {
			return missing("%+v, %v", task.Info, err)
		}
		return nil
	})
}

func TestWhatIsNotPoweredOnIsSaidOfEach(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		var vms []moref
		for _, dir := range []string{"a", "b", "c", "d"} {
			ref, err := s.layoutBare("DC0", dir)
			if err != nil {
				return err
			}
			vms = append(vms, ref)
		}
		if err := s.turned(vms[0]); err != nil {
			return err
		}
		s.Deny("", "VirtualMachine.Interact.PowerOn", vms[1].Value)
		if err := s.SetUnplaced("DC0", "[LocalDS_0] c/c.vmx", &types.InsufficientMemoryResourcesFault{}); err != nil {
			return err
		}
		result, err := s.together(vms...)
		if err != nil {
			return err
		}
		if len(result.NotAttempted) != 3 || len(result.Attempted) != 1 || result.Attempted[0].Vm != vms[3] {
			return missing("%+v", result)
		}
		for i, want := range []types.BaseMethodFault{
			&types.InvalidPowerState{}, &types.NoPermission{}, &types.InsufficientMemoryResourcesFault{},
		} {
			n := result.NotAttempted[i]
			if n.Vm != vms[i] || reflect.TypeOf(n.Fault.Fault) != reflect.TypeOf(want) || n.Fault.LocalizedMessage == "" {
				return missing("%+v", n)
			}
		}
		return s.SetUnplaced("DC0", "[LocalDS_0] c/c.vmx", nil)
	})
}

func TestManualDRSRecommendsAndDoesNothing(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.clustered("a")
		if err != nil {
			return err
		}
		s.SetManualDRS(true)
		result, err := s.together(ref)
		if err != nil || len(result.Recommendations) != 1 || len(result.Attempted) != 0 {
			return missing("%+v, %v", result, err)
		}
		if o, err := s.read(ref, "runtime.powerState"); err != nil || on(o) {
			return missing("it was powered on: %v", err)
		}
		return nil
	})
}
