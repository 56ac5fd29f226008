// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func TestMarkAsTemplateLeavesThePool(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		poolRef, _ := s.place("DC0")
		if err := vm.MarkAsTemplate(s.ctx); err != nil {
			return err
		}
		if err := isFault[types.NotSupported](vm.MarkAsTemplate(s.ctx)); err != nil {
			return err
		}
		o, err := s.read(ref, "config.template", "resourcePool")
		if err != nil || !o.Config.Template || o.ResourcePool != nil {
			return missing("%v, %v", o.ResourcePool, err)
		}
		rp := object.NewResourcePool(s.c.Client, poolRef)
		vms, err := s.poolVMs(poolRef)
		if err != nil || len(vms) != 0 {
			return missing("the pool still lists %v, %v", vms, err)
		}
		if err := vm.MarkAsVirtualMachine(s.ctx, *rp, nil); err != nil {
			return err
		}
		vms, err = s.poolVMs(poolRef)
		if err != nil || len(vms) != 1 {
			return missing("the pool lists %v, %v", vms, err)
		}
		return nil
	})
}

func (s *seat) poolVMs(ref types.ManagedObjectReference) ([]types.ManagedObjectReference, error) {
	objects, err := s.retrieve(types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: ref}}, PropSet: []types.PropertySpec{props("ResourcePool", "vm")},
	})
	if err != nil || len(objects) == 0 || len(objects[0].PropSet) == 0 {
		return nil, err
	}
	list, _ := objects[0].PropSet[0].Val.(types.ArrayOfManagedObjectReference)
	return list.ManagedObjectReference, nil
}

func TestDestroyAtTheRootOfADatastoreKeepsTheOthers(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		if _, err := s.layoutBare("DC0", "a"); err != nil {
			return err
		}
		if err := s.WriteVM("DC0", "[LocalDS_0] root.vmx", VMX{NoDisk: true}); err != nil {
			return err
		}
		vm, err := s.register("DC0", "[LocalDS_0] root.vmx", "root")
		if err != nil {
			return err
		}
		if err := s.do(vm.Destroy(s.ctx)); err != nil {
			return err
		}
		if _, err := s.ReadFile("DC0", "[LocalDS_0] a/a.vmx"); err != nil {
			return err
		}
		if _, err := s.ReadFile("DC0", "[LocalDS_0] root.vmx"); err == nil {
			return missing("the destroyed VM's file is still there")
		}
		return nil
	})
}

func TestCloneSurvivesARegistration(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		pool, host := s.place("DC0")
		vm := object.NewVirtualMachine(s.c.Client, ref)
		task, err := vm.Clone(s.ctx, object.NewFolder(s.c.Client, s.dc("DC0").VmFolder), "twin", types.VirtualMachineCloneSpec{
			Location: types.VirtualMachineRelocateSpec{Pool: &pool, Host: &host},
		})
		if err != nil {
			return err
		}
		info, err := task.WaitForResult(s.ctx)
		if err != nil {
			return err
		}
		clone := object.NewVirtualMachine(s.c.Client, info.Result.(types.ManagedObjectReference))
		o, err := s.read(clone.Reference(), "config")
		if err != nil {
			return err
		}
		path := o.Config.Files.VmPathName
		if found, err := s.findPath("DC0", path); err != nil || found == nil || *found != clone.Reference() {
			return missing("the clone is not found at %s: %v", path, err)
		}
		if err := clone.Unregister(s.ctx); err != nil {
			return err
		}
		again, err := s.register("DC0", path, "twin")
		if err != nil {
			return err
		}
		p, err := s.read(again.Reference(), "config")
		if err != nil || p.Config.Hardware.NumCPU != 2 || p.Config.InstanceUuid != o.Config.InstanceUuid {
			return missing("%d CPUs, %v", p.Config.Hardware.NumCPU, err)
		}
		return nil
	})
}

func TestPowerOnWaitsForAnAnswer(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := s.AskAtPowerOn("DC0", "[LocalDS_0] a/a.vmx", MovedOrCopied); err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		task, err := vm.PowerOn(s.ctx)
		if err != nil {
			return err
		}
		var q *types.VirtualMachineQuestionInfo
		for range 200 {
			o, err := s.read(ref, "runtime.question")
			if err != nil {
				return err
			}
			if q = o.Runtime.Question; q != nil {
				break
			}
			pause(s.ctx, taskPoll)
		}
		if q == nil || len(q.Choice.ChoiceInfo) != 3 {
			return missing("question %v", q)
		}
		if err := all(isFault[types.InvalidArgument](vm.Answer(s.ctx, "9", "1")), isFault[types.InvalidArgument](vm.Answer(s.ctx, q.Id, "9"))); err != nil {
			return err
		}
		if err := vm.Answer(s.ctx, q.Id, "1"); err != nil {
			return err
		}
		if err := task.Wait(s.ctx); err != nil {
			return err
		}
		o, err := s.read(ref, "runtime")
		if err != nil || o.Runtime.Question != nil || o.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			return missing("%v, %v", o.Runtime, err)
		}
		return isFault[types.InvalidState](vm.Answer(s.ctx, q.Id, "1"))
	})
}

func TestCreatedVMSurvivesARegistration(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		pool, host := s.place("DC0")
		create := func(path string) (*types.TaskInfo, error) {
			res, err := methods.CreateVM_Task(s.ctx, s.c, &types.CreateVM_Task{
				This: s.dc("DC0").VmFolder, Pool: pool, Host: &host,
				Config: types.VirtualMachineConfigSpec{Name: "made", NumCPUs: 3, MemoryMB: 256, Files: &types.VirtualMachineFileInfo{VmPathName: path}},
			})
			if err != nil {
				return nil, err
			}
			return object.NewTask(s.c.Client, res.Returnval).WaitForResult(s.ctx)
		}
		info, err := create("[LocalDS_0]")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, info.Result.(types.ManagedObjectReference))
		if err := vm.Unregister(s.ctx); err != nil {
			return err
		}
		again, err := s.register("DC0", "[LocalDS_0] made/made.vmx", "made")
		if err != nil {
			return err
		}
		if o, err := s.read(again.Reference(), "config"); err != nil || o.Config.Hardware.NumCPU != 3 || o.Config.Hardware.MemoryMB != 256 {
			return missing("%v", err)
		}
		_, err = create("[nosuch]") // would end the process of the bare simulator
		return isFault[types.InvalidDatastore](err)
	})
}
