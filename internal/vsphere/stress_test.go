// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// stress is one connection under many hands.
type stress struct {
	t *testing.T
	h *host
	ledger
	done [5]atomic.Int64 // by operation
}

// Two hundred at a time open, register, rename and unregister the same VMs, whose
// paths exist in two datacenters. Each answer is held against the ledger: no
// other VM, nothing that was over before it was asked for.
func TestStress(t *testing.T) {
	const hands, turns, files = 200, 3, 40
	s := simulated(t, sim.Options{Datacenters: 2, Datastores: 2, StandaloneHosts: -1, VMs: 10, PlainHTTP: true})
	sessions := s.Sessions()
	x := &stress{t: t, h: connected(t, s)}
	for i := range files {
		name := fmt.Sprintf("vm%d", i/2)
		f := &file{
			datacenter: fmt.Sprintf("DC%d", i%2), uuid: fmt.Sprintf("52000000-0000-4000-8000-%012d", i), truths: []truth{{}},
			path: pathOf(t, fmt.Sprintf("[LocalDS_%d] %s/%s.vmx", i/2%2, name, name)),
		}
		laid(t, s, f.datacenter, f.path.String(), sim.VMX{InstanceUUID: f.uuid, NoDisk: true})
		x.files = append(x.files, f)
		if i%3 == 0 { // these an index has from the start
			x.change(f, false)
		}
	}
	must(t, x.h.Disconnect(t.Context()))
	x.h = connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = time.Minute }) // the simulator is slow under such load
	var all sync.WaitGroup
	for hand := range hands {
		random := rand.New(rand.NewPCG(1, uint64(hand)))
		all.Go(func() {
			for range turns {
				f := x.files[random.IntN(files)]
				switch random.IntN(6) {
				case 0, 1:
					x.open(f)
				case 2:
					x.openAnywhere(f, x.twin(f))
				default:
					x.change(f, random.IntN(2) == 0)
				}
			}
		})
	}
	all.Wait()
	for _, f := range x.files { // when all is quiet there is one right answer
		x.open(f)
		x.openAnywhere(f, x.twin(f))
	}
	must(t, x.h.Disconnect(t.Context()))
	if after := s.Sessions(); after != sessions {
		t.Errorf("%d sessions before, %d after", sessions, after)
	}
	t.Logf("%d opens in a datacenter, %d in any, %d registrations, %d renames, %d unregistrations",
		x.done[0].Load(), x.done[1].Load(), x.done[2].Load(), x.done[3].Load(), x.done[4].Load())
	for i := range x.done {
		if x.done[i].Load() == 0 {
			t.Errorf("operation %d was never done", i)
		}
	}
}

// twin is the file of the same path in the other datacenter.
func (x *stress) twin(f *file) *file {
	for _, other := range x.files {
		if other != f && other.path == f.path {
			return other
		}
	}
	x.t.Fatal("no twin")
	return nil
}

// open opens a VM in its datacenter.
func (x *stress) open(f *file) {
	at := x.now(f)
	vm, err := x.h.Open(x.t.Context(), vix.Locator{Path: f.path, Datacenter: f.datacenter})
	truths := x.held(f, at[0])
	x.done[0].Add(1)
	x.judge(f, truths, vm, err)
}

// judge holds an answer against what could have been.
func (x *stress) judge(f *file, truths []truth, vm *vix.VM, err error) {
	switch {
	case err != nil && !notFound(err):
		x.t.Errorf("open %s in %s: %v", f.path, f.datacenter, err)
	case err != nil && !could(truths, nil):
		x.t.Errorf("%s in %s was not found, while it was %v", f.path, f.datacenter, truths)
	case err == nil && vm.InstanceUUID != f.uuid:
		x.t.Errorf("open %s in %s gave another VM: %+v", f.path, f.datacenter, vm.Registration)
	case err == nil && !could(truths, vm):
		x.t.Errorf("open %s in %s gave %q (%s), while it was %v", f.path, f.datacenter, vm.Name, vm.ManagedObjectID, truths)
	}
}

func notFound(err error) bool {
	var e *vix.Error
	return errors.As(err, &e) && e.Code == vix.CodeVMNotFound
}

// openAnywhere opens a path without saying in which datacenter.
func (x *stress) openAnywhere(f, twin *file) {
	at := x.now(f, twin)
	vm, err := x.h.Open(x.t.Context(), vix.Locator{Path: f.path})
	mine, other := x.held(f, at[0]), x.held(twin, at[1])
	x.done[1].Add(1)
	switch {
	case errors.Is(err, vix.ErrAmbiguous):
		if !known(mine) || !known(other) {
			x.t.Errorf("%s is said to be ambiguous, while it was %v and %v", f.path, mine, other)
		}
	case err != nil:
		x.judge(f, mine, nil, err)
		x.judge(twin, other, nil, err)
	case vm.InstanceUUID == twin.uuid:
		x.only(twin, other, mine, vm)
	default:
		x.only(f, mine, other, vm)
	}
}

// only holds an answer against two files, of which only f can have been registered.
func (x *stress) only(f *file, truths, elsewhere []truth, vm *vix.VM) {
	x.judge(f, truths, vm, nil)
	if !could(elsewhere, nil) {
		x.t.Errorf("the ambiguity of %s was not found: it was %v and %v", f.path, truths, elsewhere)
	}
}

// change registers a file that is not registered, and renames or unregisters one
// that is. Somebody else's change of it goes first.
func (x *stress) change(f *file, rename bool) {
	f.writing.Lock()
	defer f.writing.Unlock()
	is := x.held(f, x.now(f)[0])[0]
	var err error
	f.renamed++
	next := truth{registered: true, name: fmt.Sprintf("%s-%s-%d", f.path.Stem(), f.datacenter, f.renamed), moref: is.moref}
	switch {
	case !is.registered:
		x.begin(f, next)
		var r *vix.Registered
		r, err = x.h.Register(x.t.Context(), vix.RegisterSpec{Path: f.path, Datacenter: f.datacenter, Name: next.name})
		if err == nil {
			f.handle, next.moref = r.Handle(), r.ManagedObjectID
		}
		x.done[2].Add(1)
	case rename:
		x.begin(f, next)
		err = x.h.Update(x.t.Context(), f.handle, vix.Change{Name: &next.name})
		x.done[3].Add(1)
	default:
		next = truth{}
		x.begin(f, next)
		err = x.h.Unregister(x.t.Context(), f.handle, vix.PowerOffFail)
		x.done[4].Add(1)
	}
	if err != nil {
		x.t.Errorf("change %s in %s from %v to %v: %v", f.path, f.datacenter, is, next, err)
	}
	x.end(f, next)
}
