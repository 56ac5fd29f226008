// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
)

func TestRegistrationsAreReadTogether(t *testing.T) {
	s := simulated(t, sim.Options{VMs: 200, StandaloneHosts: -1, Latency: 5 * time.Millisecond})
	h := connected(t, s)
	items, err := h.Find(t.Context(), vix.Query{})
	must(t, err)
	s.ResetRequests()
	work := make(chan vix.Item)
	var workers sync.WaitGroup
	for range 10 {
		workers.Go(func() {
			for i := range work {
				handle := vix.Handle{Server: s.InstanceUUID(), ID: i.ID, ManagedObjectID: i.ManagedObjectID, Path: i.Path, Datacenter: i.Datacenter}
				if r, err := h.Registration(t.Context(), handle); err != nil || r.Path != i.Path {
					t.Errorf("%+v: %+v, %v", i, r, err)
				}
			}
		})
	}
	for _, i := range items {
		work <- i
	}
	close(work)
	workers.Wait()
	if got := float64(s.RequestCount()) / float64(len(items)); got > 0.3 {
		t.Errorf("%.2f requests a registration", got)
	}
}

func TestRegistrationFollowsTheVM(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{InstanceUUID: "52000000-0000-0000-0000-000000000001"})
	h := connected(t, s)
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
	must(t, err)
	moved, err := s.StorageVMotion(t.Context(), "DC0", p.String(), "LocalDS_1")
	must(t, err)
	got, err := h.Registration(t.Context(), r.Handle())
	if err != nil || got.Path.String() != moved || got.ID != r.ID {
		t.Errorf("after storage vMotion: %+v, %v", got, err)
	}
	must(t, s.Unregister(t.Context(), "DC0", moved))
	moref, err := s.Register(t.Context(), "DC0", moved)
	must(t, err)
	// Another managed object at another path is another VM, until the user says otherwise.
	_, err = h.Registration(t.Context(), r.Handle())
	says(t, failure(t, err, vix.CodeInvalidHandle, vix.FieldPath), "another managed object at another path", moref)
	if !errors.Is(err, vix.ErrOtherVM) {
		t.Errorf("it is not said to be another VM: %v", err)
	}
	handle := r.Handle()
	handle.Wanted = got.Path
	got, err = h.Registration(t.Context(), handle)
	if err != nil || got.ManagedObjectID != moref || got.ID != r.ID {
		t.Errorf("registered anew: %+v, %v; want %s", got, err, moref)
	}
	must(t, s.Unregister(t.Context(), "DC0", moved))
	if _, err = h.Registration(t.Context(), r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("unregistered: %v", err)
	}
}

func TestAbsenceMustBeProved(t *testing.T) {
	t.Parallel()
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{InstanceUUID: "52000000-0000-0000-0000-000000000001"})
	h := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 2 * time.Second })
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
	must(t, err)
	notGone := func(name string, handle vix.Handle, code vix.Code) *vix.Error {
		t.Helper()
		_, err := h.Registration(t.Context(), handle)
		if errors.Is(err, vix.ErrGone) {
			t.Fatalf("%s counts as a proof: %v", name, err)
		}
		return failure(t, err, code, vix.FieldNone)
	}
	other := r.Handle()
	other.Server = "52ffffff-0000-0000-0000-000000000000"
	says(t, kind(t, notGone("another server", other, vix.CodeInvalidHandle), vix.ErrOtherServer), other.Server, s.InstanceUUID())
	unknown := vix.Handle{ID: "52000000-0000-0000-0000-00000000ffff", Path: pathOf(t, "[LocalDS_0] none/none.vmx"), Datacenter: "/DC0"}
	says(t, kind(t, notGone("no recorded managed object", unknown, vix.CodeObjectNotFound), vix.ErrUnproved), "that it is gone is not proved")
	for _, f := range []sim.Fault{
		{Method: "RetrievePropertiesEx", SOAP: &types.NoPermission{PrivilegeId: "System.View"}},
		{Method: "RetrievePropertiesEx", Cut: true, Times: -1},
		{Method: "RetrievePropertiesEx", Status: 503, Times: -1},
	} {
		s.Fault(f)
		if _, err := h.Registration(t.Context(), r.Handle()); err == nil || errors.Is(err, vix.ErrGone) {
			t.Errorf("%+v: %v", f, err)
		}
		s.ClearFaults()
	}
	must(t, s.Unregister(t.Context(), "DC0", p.String()))
	for _, f := range []sim.Fault{
		{Method: "FindAllByUuid", SOAP: &types.NoPermission{PrivilegeId: "System.View"}},
		{Method: "FindByDatastorePath", Cut: true, Times: -1},
		{Method: "FindAllByUuid", Status: 500, Times: -1},
	} {
		s.Fault(f)
		if _, err := h.Registration(t.Context(), r.Handle()); err == nil || errors.Is(err, vix.ErrGone) {
			t.Errorf("with the moref gone, %+v: %v", f, err)
		}
		s.ClearFaults()
	}
	// The same file, registered anew as another VM, is not ours to follow.
	must(t, s.WriteVM("DC0", p.String(), sim.VMX{InstanceUUID: "52000000-0000-0000-0000-000000000002"}))
	_, err = s.Register(t.Context(), "DC0", p.String())
	must(t, err)
	_, err = h.Registration(t.Context(), r.Handle())
	if errors.Is(err, vix.ErrGone) {
		t.Fatal("another registration of the same file counts as a proof")
	}
	e := kind(t, failure(t, err, vix.CodeObjectNotFound, vix.FieldPath), vix.ErrRegisteredAnew)
	if says(t, e, "registered anew, with another instance UUID"); e.VM == nil || e.VM.ID != "52000000-0000-0000-0000-000000000002" {
		t.Errorf("the VM of the error: %+v", e.VM)
	}
}

// rebuilt lays out VMs, tells their handles, and registers them anew; those of
// which gone says so stay unregistered.
func rebuilt(t *testing.T, s *sim.Host, n int, gone bool) []vix.Handle {
	t.Helper()
	h := connected(t, s)
	specs := make([]vix.RegisterSpec, n)
	for i := range specs {
		id := fmt.Sprintf("52000000-0000-4000-8000-%012d", i)
		specs[i].Path = laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] new%d/new%d.vmx", i, i), sim.VMX{NoDisk: true, InstanceUUID: id})
	}
	handles := registerAll(t, h, specs)
	for i := range specs {
		must(t, s.Unregister(t.Context(), "DC0", specs[i].Path.String()))
		if !gone {
			must(t, second(s.Register(t.Context(), "DC0", specs[i].Path.String())))
		}
	}
	return handles
}

// A hundred cost fourteen requests, ten at a time, where those ten go together: two reads of the first ten, of what is
// gone and of what is there, nine of the others, of both at once, and one each for the outline, the index and the logout. A
// busy machine lets some come apart, which of the
// first ten may cost a read and some lookups more; however many do, every VM is read once.
func TestRefreshOfWhatWasRegisteredAnewIsFlat(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1, VMs: 20, PlainHTTP: true})
	handles := rebuilt(t, s, 100, false)
	h := connected(t, s)
	reads, objects := 0, 0
	run := h.Reads.Run
	h.Reads.Run = func(ctx context.Context, refs []types.ManagedObjectReference) map[types.ManagedObjectReference]vms.Answer[*vms.Record] {
		reads++
		objects += len(refs)
		return run(ctx, refs)
	}
	s.ResetRequests()
	refreshAll(t, h, handles)
	if objects != 2*len(handles) {
		t.Errorf("%d objects were read for 100 registrations", objects)
	}
	apart, alone := max(0, reads-11), s.Requests()["FindAllByUuid"]
	if n := s.RequestCount(); n > 14+apart+alone || n > 18 {
		t.Errorf("100 registrations took %d requests, %d of them reads of VMs: %v", n, reads, s.Requests())
	}
}

// What is gone is proved to be gone for all at once.
func TestRefreshOfWhatIsGoneIsFlat(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1, VMs: 20, PlainHTTP: true})
	handles := rebuilt(t, s, 100, true)
	h := connected(t, s)
	s.ResetRequests()
	tenAtATime(handles, func(_ int, handle vix.Handle) {
		if _, err := h.Registration(t.Context(), handle); !errors.Is(err, vix.ErrGone) {
			t.Errorf("%s: %v", handle.Path, err)
		}
	})
	// An answer without an object is confirmed: by it alone nothing is proved to be gone.
	confirmed := s.Requests()["CurrentTime"]
	if n := s.RequestCount() - confirmed; n > 20 || confirmed > n {
		t.Errorf("100 registrations took %d requests: %v", n, s.Requests())
	}
}

// Many ids cost one read of the inventory, and those that were seen cost none.
func TestManyIDsCostOneIndex(t *testing.T) {
	s := simulated(t, sim.Options{VMs: 200, PlainHTTP: true})
	h := connected(t, s)
	items, err := h.Find(t.Context(), vix.Query{})
	must(t, err)
	open := func() {
		tenAtATime(items, func(_ int, i vix.Item) {
			if vm, err := h.OpenID(t.Context(), i.ID); err != nil || vm.Path != i.Path {
				t.Errorf("%+v: %+v, %v", i, vm, err)
			}
		})
	}
	s.ResetRequests()
	open()
	if r := s.Requests(); r["FindAllByUuid"] > vms.MaxSingles || s.RequestCount() > 40 {
		t.Errorf("200 ids took %v", r)
	}
	s.ResetRequests()
	open()
	if r := s.Requests(); r["FindAllByUuid"] != 0 || s.RequestCount() > 30 {
		t.Errorf("again, they took %v", r)
	}
}
