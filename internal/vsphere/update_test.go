// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestUpdate(t *testing.T) {
	s := simulated(t, sim.Options{Clusters: 2, StandaloneHosts: -1})
	_, err := s.AddFolder("DC0", "Linux")
	must(t, err)
	_, err = s.AddPool("DC0", "DC0_C0", "gold")
	must(t, err)
	registered(t, s, "DC0", "[LocalDS_0] taken/taken.vmx", sim.VMX{DisplayName: "taken"})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Cluster: "DC0_C0"})
	must(t, err)
	text := func(s string) *string { return &s }
	for range 2 { // the second time there is nothing to do
		s.ResetRequests()
		must(t, h.Update(t.Context(), r.Handle(), vix.Change{Name: text("new"), Folder: text("Linux"), ResourcePool: text("gold")}))
	}
	if n := s.Requests()["Rename_Task"] + s.Requests()["MoveIntoFolder_Task"] + s.Requests()["MoveIntoResourcePool"]; n != 0 {
		t.Errorf("what is so already was done again: %v", s.Requests())
	}
	got, err := h.Registration(t.Context(), r.Handle())
	if err != nil || got.Name != "new" || got.Folder != "/DC0/vm/Linux" || got.ResourcePool != "/DC0/host/DC0_C0/Resources/gold" {
		t.Errorf("after the update: %+v, %v", got, err)
	}
	must(t, h.Update(t.Context(), r.Handle(), vix.Change{Folder: text("/DC0/vm")}))
	err = h.Update(t.Context(), r.Handle(), vix.Change{Name: text("taken")})
	failure(t, err, vix.CodeDuplicateName, vix.FieldName)
	err = h.Update(t.Context(), r.Handle(), vix.Change{Folder: text("none")})
	failure(t, err, vix.CodeObjectNotFound, vix.FieldFolder)
	err = h.Update(t.Context(), r.Handle(), vix.Change{ResourcePool: text("none")})
	failure(t, err, vix.CodeObjectNotFound, vix.FieldResourcePool)
	err = h.Update(t.Context(), r.Handle(), vix.Change{ResourcePool: text("/DC0/host/DC0_C1/Resources")})
	says(t, failure(t, err, vix.CodeNotSupported, vix.FieldResourcePool), "that would be a migration, not a move")
	must(t, s.Unregister(t.Context(), "DC0", p.String()))
	if err = h.Update(t.Context(), r.Handle(), vix.Change{Name: text("x")}); !errors.Is(err, vix.ErrGone) {
		t.Errorf("update of what is gone: %v", err)
	}
}

func TestUpdateNamesTheMissingPrivilege(t *testing.T) {
	s := simulated(t, single)
	s.AddUser("limited", "pw")
	p, moref := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s, func(o *vix.ConnectOptions) { o.Username, o.Password = "limited", "pw" })
	vm, err := h.Open(t.Context(), vix.Locator{Path: p})
	must(t, err)
	s.Deny("limited", "VirtualMachine.Config.Rename", moref)
	s.Deny("limited", "VirtualMachine.Inventory.Unregister", moref)
	name := "x"
	err = h.Update(t.Context(), vm.Handle(), vix.Change{Name: &name})
	says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), "Cannot rename", "VirtualMachine.Config.Rename on the VM /DC0/vm/")
	err = h.Unregister(t.Context(), vm.Handle(), vix.PowerOffFail)
	says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), "Cannot unregister", "VirtualMachine.Inventory.Unregister on the VM /DC0/vm/")
}

func TestUnregisterOfARunningVM(t *testing.T) {
	t.Parallel()
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	again := func(tools bool) vix.Handle {
		t.Helper()
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Adopt: true})
		must(t, err)
		must(t, s.SetTools("DC0", p.String(), tools, tools))
		must(t, s.SetPower("DC0", p.String(), "poweredOn"))
		return r.Handle()
	}
	says(t, kind(t, failure(t, h.Unregister(t.Context(), again(false), vix.PowerOffFail), vix.CodeVMIsRunning, vix.FieldNone), vix.ErrRunning),
		"Cannot unregister [LocalDS_0] web/web.vmx", "The VM is powered on")
	says(t, failure(t, h.Unregister(t.Context(), again(false), vix.PowerOffGuest), vix.CodePowerOpScriptsNotAvailable, vix.FieldNone),
		"Cannot shut down", "VMware Tools are not running")
	must(t, h.Unregister(t.Context(), again(true), vix.PowerOffGuest))
	must(t, h.Unregister(t.Context(), again(false), vix.PowerOffHard))
	handle := again(true)
	s.SetGuestsHang(true)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	says(t, kind(t, failure(t, h.Unregister(ctx, handle, vix.PowerOffGuest), vix.CodeVMIsRunning, vix.FieldNone), vix.ErrGuestIdle),
		"Cannot shut down", "The guest was asked, and has not done it in the time allowed. The VM is still on")
	must(t, s.SetPower("DC0", p.String(), "poweredOff"))
	s.Fault(sim.Fault{Method: "UnregisterVM", SOAP: &types.InvalidPowerState{ExistingState: types.VirtualMachinePowerStatePoweredOn}})
	says(t, failure(t, h.Unregister(t.Context(), handle, vix.PowerOffFail), vix.CodeVMIsRunning, vix.FieldNone), "the host says: InvalidPowerState")
	must(t, h.Unregister(t.Context(), handle, vix.PowerOffFail))
	must(t, h.Unregister(t.Context(), handle, vix.PowerOffFail))
}
