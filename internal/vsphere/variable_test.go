// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func guestVariable(name string) vix.Variable {
	return vix.Variable{Kind: vix.VariableGuest, Name: name}
}

// Variables of a VM that are written at once are written one after the other, and no call is refused.
func TestVariablesOfOneVMGoOneAfterTheOther(t *testing.T) {
	s := simulated(t, sim.Options{})
	handle := machines(t, s, "DC0", 1)[0]
	h := connected(t, s)
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			must(t, h.WriteVariable(t.Context(), handle, guestVariable(fmt.Sprint("v", i)), "x", false))
		})
	}
	writers.Wait()
	if n := s.Requests()["ReconfigVM_Task"]; n != 8 {
		t.Errorf("8 variables took %d calls", n)
	}
	vm, err := h.Read(t.Context(), handle)
	must(t, err)
	if len(vm.Variables) != 9 { // and what Tools tell of themselves
		t.Errorf("there are %v", vm.Variables)
	}
}

// A task of somebody else on the VM is waited for.
func TestAVariableWaitsForAnothersTask(t *testing.T) {
	s := simulated(t, sim.Options{})
	handle := machines(t, s, "DC0", 1)[0]
	h := connected(t, s)
	release, held := make(chan struct{}), make(chan struct{})
	var once, waits atomic.Bool
	s.OnTask(func(ctx context.Context, method string) {
		if method == "ReconfigVM_Task" && once.CompareAndSwap(false, true) {
			close(held)
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
	})
	admin, err := s.Client(t.Context())
	must(t, err)
	theirs, err := object.NewVirtualMachine(admin.Client, vmReference(handle)).Reconfigure(t.Context(), types.VirtualMachineConfigSpec{
		ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: "guestinfo.theirs", Value: "x"}},
	})
	must(t, err)
	<-held
	s.OnRequest(func(method string, _ []byte) {
		if (method == "CreateListView" || method == "ModifyListView") && waits.CompareAndSwap(false, true) {
			close(release) // ours has been refused, and waits for their task
		}
	})
	must(t, h.WriteVariable(t.Context(), handle, guestVariable("ours"), "x", false))
	must(t, theirs.Wait(t.Context()))
	if n := s.Requests()["ReconfigVM_Task"]; n != 3 {
		t.Errorf("it took %d calls, want theirs, one that was refused and one more", n)
	}
}

func TestEnvironmentVariablesAreNotWrittenFromOutside(t *testing.T) {
	s := simulated(t, sim.Options{})
	handle := machines(t, s, "DC0", 1)[0]
	h := connected(t, s)
	e := failure(t, h.CheckVariable(t.Context(), handle, vix.Variable{Kind: vix.VariableGuestEnv, Name: "PATH"}), vix.CodeNotSupported, vix.FieldKind)
	says(t, e, "the environment variable PATH", "cannot write environment variables of a guest")
}

// What was opened a moment ago is not read again for its variables; what this process has changed is.
func TestVariablesOfWhatWasOpenedCostNothing(t *testing.T) {
	s := simulated(t, sim.Options{})
	handles := machines(t, s, "DC0", 3)
	h := connected(t, s)
	for _, handle := range handles {
		_, err := h.Open(t.Context(), vix.Locator{Path: handle.Path})
		must(t, err)
	}
	s.ResetRequests()
	for _, handle := range handles {
		read, err := h.ReadVariable(t.Context(), handle, guestVariable("owner"))
		if err != nil || read.Exists {
			t.Errorf("%+v, %v", read, err)
		}
	}
	if n, text := besides(s); n > 0 {
		t.Errorf("it took%s", text)
	}
	must(t, h.WriteVariable(t.Context(), handles[0], guestVariable("owner"), "x", false))
	if read, err := h.ReadVariable(t.Context(), handles[0], guestVariable("owner")); err != nil || read.Value != "x" {
		t.Errorf("after the write: %+v, %v", read, err)
	}
}

// A VM whose configuration the host cannot read has no variables that could be told to be gone.
func TestVariablesOfAVMThatCannotBeRead(t *testing.T) {
	s := simulated(t, sim.Options{})
	handle := machines(t, s, "DC0", 1)[0]
	must(t, s.SetConnectionState("DC0", handle.Path.String(), "inaccessible"))
	h := connected(t, s)
	_, err := h.ReadVariable(t.Context(), handle, guestVariable("owner"))
	says(t, failure(t, err, vix.CodeCannotReadVMConfig, vix.FieldNone), "inaccessible")
	failure(t, h.RemoveVariable(t.Context(), handle, guestVariable("owner")), vix.CodeCannotReadVMConfig, vix.FieldNone)
}

// What comes together is read, and waited for, together.
func TestVariablesTravelTogether(t *testing.T) {
	for _, n := range []int{1, 10, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := simulated(t, sim.Options{PlainHTTP: true})
			handles := machines(t, s, "DC0", n)
			h := connected(t, s)
			_, err := h.Info(t.Context())
			must(t, err)
			for _, step := range []struct {
				name string
				most int
				do   func(vix.Handle) error
			}{
				{"write", 3*n + 25, func(handle vix.Handle) error {
					return h.WriteVariable(t.Context(), handle, guestVariable("owner"), "x", false)
				}},
				{"read", 3*n/10 + 10, func(handle vix.Handle) error {
					return second(h.ReadVariable(t.Context(), handle, guestVariable("owner")))
				}},
				{"remove", 3*n + 25, func(handle vix.Handle) error {
					return h.RemoveVariable(t.Context(), handle, guestVariable("owner"))
				}},
			} {
				s.ResetRequests()
				tenAtATime(handles, func(_ int, handle vix.Handle) {
					if err := step.do(handle); err != nil {
						t.Errorf("%s: %v", step.name, err)
					}
				})
				total, text := besides(s)
				t.Logf("%s %d variables: %d requests:%s", step.name, n, total, text)
				if total > step.most {
					t.Errorf("%s %d variables took %d requests:%s", step.name, n, total, text)
				}
			}
		})
	}
}
