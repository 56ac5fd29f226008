// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// machines lays out registered VMs with Tools, and gives their handles.
func machines(t testing.TB, s *sim.Host, datacenter string, n int) []vix.Handle {
	t.Helper()
	handles := make([]vix.Handle, n)
	for i := range handles {
		path := fmt.Sprintf("[LocalDS_0] m%03d/m%03d.vmx", i, i)
		must(t, s.WriteVM(datacenter, path, sim.VMX{Tools: true}))
		moref, err := s.Register(t.Context(), datacenter, path)
		must(t, err)
		vm, err := s.VM(datacenter, path)
		must(t, err)
		handles[i] = vix.Handle{ID: vm.Config.InstanceUuid, ManagedObjectID: moref, Path: pathOf(t, path)}
	}
	return handles
}

// besides is how many requests were made, and of which.
func besides(s *sim.Host) (int, string) {
	requests := s.Requests()
	text := ""
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		text += fmt.Sprintf(" %s %d", name, requests[name])
	}
	return s.RequestCount(), text
}

// What comes together is powered on and waited for together.
func TestPowerOnsTravelTogether(t *testing.T) {
	for _, n := range []int{1, 10, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := simulated(t, sim.Options{PlainHTTP: true})
			handles := machines(t, s, "DC0", n)
			h := connected(t, s)
			_, err := h.Info(t.Context())
			must(t, err)
			s.ResetRequests()
			tenAtATime(handles, func(_ int, handle vix.Handle) {
				done, err := h.SetPower(t.Context(), handle, vix.PowerOrder{Op: vix.PowerOpOn, WaitFor: vix.WaitForTools})
				if err != nil || done.State != vix.PoweredOn || done.ToolsState != vix.ToolsRunning {
					t.Errorf("%+v, %v", done, err)
				}
			})
			total, text := besides(s)
			t.Logf("%d power-ons with wait: %d requests:%s", n, total, text)
			if total > 4*n+25 {
				t.Errorf("%d power-ons took %d requests:%s", n, total, text)
			}
			r := s.Requests()
			if r["PowerOnVM_Task"] > 0 || r["PowerOnMultiVM_Task"] > n || r["CreateListView"] != 1 || r["CreateFilter"] != 1 {
				t.Errorf("%d power-ons:%s", n, text)
			}
			s.ResetRequests()
			tenAtATime(handles, func(_ int, handle vix.Handle) {
				done, err := h.SetPower(t.Context(), handle, vix.PowerOrder{Op: vix.PowerOpOff, Mode: vix.PowerHard})
				if err != nil || done.State != vix.PoweredOff {
					t.Errorf("%+v, %v", done, err)
				}
			})
			total, text = besides(s)
			t.Logf("%d power-offs: %d requests:%s", n, total, text)
			if total > 3*n+25 {
				t.Errorf("%d power-offs took %d requests:%s", n, total, text)
			}
		})
	}
}

// What a plan checks of the VMs that it has opened is one question, and reads nothing again. An answer counts once: who asks
// again is told what is so by then.
func TestChecksOfVMsThatWereOpenedAreOneQuestion(t *testing.T) {
	s := simulated(t, sim.Options{PlainHTTP: true})
	handles := machines(t, s, "DC0", 30)
	h := connected(t, s)
	for i := range handles {
		vm, err := h.OpenID(t.Context(), handles[i].ID)
		must(t, err)
		handles[i] = vm.Handle()
	}
	for name, check := range map[string]func(vix.Handle) error{
		"power":    func(of vix.Handle) error { return h.CheckPower(t.Context(), of, vix.PowerOrder{Op: vix.PowerOpOn}) },
		"snapshot": func(of vix.Handle) error { return h.CheckSnapshot(t.Context(), of, vix.SnapshotTake) },
		"variable": func(of vix.Handle) error {
			return h.CheckVariable(t.Context(), of, vix.Variable{Kind: vix.VariableGuest, Name: "owner"})
		},
	} {
		s.ResetRequests()
		for _, of := range handles {
			must(t, check(of))
		}
		if total, text := besides(s); total != 1 {
			t.Errorf("%s: %d requests for %d VMs:%s", name, total, len(handles), text)
		}
	}
	s.Deny("", privilegeCreateSnapshot, handles[7].ManagedObjectID)
	failure(t, h.CheckSnapshot(t.Context(), handles[7], vix.SnapshotTake), vix.CodeHostUserPermissions, vix.FieldNone)
}

// A hundred at once cost what their waits cost, and little more: a change of what is waited for now and then, as the tasks
// come in, and nothing for each VM. (The simulator makes work for itself: with each change of one it copies all that are
// waited for, so that one answer takes it a minute on a busy machine. That is not to break the wait.)
func TestAHundredPowerOnsAtOnce(t *testing.T) {
	const n = 100
	s := simulated(t, sim.Options{PlainHTTP: true})
	handles := machines(t, s, "DC0", n)
	h := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 10 * time.Minute })
	_, err := h.Info(t.Context())
	must(t, err)
	s.ResetRequests()
	ends := make(chan error, n)
	for _, handle := range handles {
		go func() {
			_, err := h.SetPower(t.Context(), handle, vix.PowerOrder{Op: vix.PowerOpOn})
			ends <- err
		}()
	}
	for range n {
		must(t, <-ends)
	}
	total, text := besides(s)
	r := s.Requests()
	if total -= r["WaitForUpdatesEx"]; total > n/4 || r["CreatePropertyCollector"] != 1 {
		t.Errorf("%d requests besides the waits:%s", total, text)
	}
	t.Logf("%d requests besides the waits:%s", total, text)
}
