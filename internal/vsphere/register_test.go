// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// single is a host where nothing about placement needs to be said.
var single = sim.Options{StandaloneHosts: -1, Datastores: 2}

func TestRegisterReadsBackWhatTheHostMadeOfIt(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "100% web/db", InstanceUUID: "52000000-0000-0000-0000-000000000001"})
	h := connected(t, s)
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
	must(t, err)
	if r.Name != "100% web/db" || r.ID != "52000000-0000-0000-0000-000000000001" || r.Server != s.InstanceUUID() || r.Adopted ||
		r.ConnectionState != vix.Connected || r.Encrypted || r.Template {
		t.Errorf("registered: %+v", r)
	}
	must(t, h.Unregister(t.Context(), r.Handle(), vix.PowerOffFail))
	named, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Name: `a/b\c%d`})
	if err != nil || named.Name != `a/b\c%d` || named.ID != r.ID || named.ManagedObjectID == r.ManagedObjectID {
		t.Errorf("registered anew under a name: %+v, %v", named, err)
	}
}

func TestRegisterOfATemplate(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	for _, path := range []string{"[LocalDS_0] a/a.vmx", "[LocalDS_0] b/b.vmtx"} {
		p := laid(t, s, "DC0", path)
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Template: true, Host: "DC0_C0_H0"})
		if err != nil || !r.Template || r.ResourcePool != "" || r.Host != "/DC0/host/DC0_C0/DC0_C0_H0" {
			t.Errorf("%s: %+v, %v", path, r, err)
		}
	}
}

func TestRegisterOfALockedOrUnreadableVM(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	locked, err := h.Register(t.Context(), vix.RegisterSpec{Path: laid(t, s, "DC0", "[LocalDS_0] a/a.vmx", sim.VMX{Encrypted: true})})
	if err != nil || !locked.Encrypted || locked.ConnectionState != vix.Invalid || locked.ID == "" {
		t.Errorf("an encrypted VM: %+v, %v", locked, err)
	}
	must(t, s.WriteFile("DC0", "[LocalDS_0] bad/bad.vmx", []byte{0, 1, 2, 3}))
	bad, err := h.Register(t.Context(), vix.RegisterSpec{Path: pathOf(t, "[LocalDS_0] bad/bad.vmx")})
	if err != nil || bad.ConnectionState != vix.Invalid || bad.ID == "" {
		t.Errorf("a damaged .vmx: %+v, %v", bad, err)
	}
	for _, r := range []*vix.Registered{locked, bad} {
		again, err := h.Registration(t.Context(), r.Handle())
		if err != nil || again.ID != r.ID {
			t.Errorf("read back: %+v, %v", again, err)
		}
		must(t, h.Unregister(t.Context(), r.Handle(), vix.PowerOffFail))
	}
	options := single
	options.InvalidAsFault = true
	strict := simulated(t, options)
	must(t, strict.WriteFile("DC0", "[LocalDS_0] bad/bad.vmx", []byte{0, 1, 2, 3}))
	_, err = connected(t, strict).Register(t.Context(), vix.RegisterSpec{Path: pathOf(t, "[LocalDS_0] bad/bad.vmx")})
	says(t, failure(t, err, vix.CodeCannotReadVMConfig, vix.FieldPath), "The host cannot understand the file")
}

func TestRegisterFaults(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "web"})
	for name, c := range map[string]struct {
		fault types.BaseMethodFault
		code  vix.Code
		field vix.Field
		says  string
	}{
		"licence":       {&types.RestrictedVersion{}, vix.CodeLicense, vix.FieldNone, "it is a free ESXi, which answers reads only"},
		"duplicate":     {&types.DuplicateName{Name: "web"}, vix.CodeDuplicateName, vix.FieldName, `The name "web" is taken in this folder.`},
		"name":          {&types.InvalidName{Name: "web"}, vix.CodeFileNameInvalid, vix.FieldName, "does not accept the name"},
		"pool":          {&types.InvalidArgument{InvalidProperty: "pool"}, vix.CodeInvalidArg, vix.FieldResourcePool, "does not accept the argument pool"},
		"host":          {&types.InvalidArgument{InvalidProperty: "host"}, vix.CodeInvalidArg, vix.FieldHost, "does not accept the argument host"},
		"path":          {&types.InvalidArgument{InvalidProperty: "path"}, vix.CodeInvalidArg, vix.FieldPath, "does not accept the argument path"},
		"name argument": {&types.InvalidArgument{InvalidProperty: "name"}, vix.CodeInvalidArg, vix.FieldName, "does not accept the argument name"},
		"missing":       {&types.NotFound{}, vix.CodeNotFound, vix.FieldPath, "There is no such file on the datastore LocalDS_0 of /DC0."},
		"file missing":  {&types.FileNotFound{FileFault: types.FileFault{File: "x"}}, vix.CodeNotFound, vix.FieldPath, "There is no such file"},
		"locked":        {&types.FileLocked{FileFault: types.FileFault{File: "x.vmx"}}, vix.CodeFileAlreadyLocked, vix.FieldNone, "The file is in use: x.vmx."},
		"access":        {&types.CannotAccessFile{FileFault: types.FileFault{File: "x.vmx"}}, vix.CodeFileAccessError, vix.FieldNone, "may not read x.vmx"},
		"full":          {&types.NoDiskSpace{Datastore: "LocalDS_0"}, vix.CodeDiskFull, vix.FieldNone, "The datastore LocalDS_0 is full."},
		"datastore":     {&types.InvalidDatastore{}, vix.CodeFileNotFound, vix.FieldPath, "does not know the datastore"},
		"path syntax":   {&types.InvalidDatastorePath{DatastorePath: "x"}, vix.CodeInvalidArg, vix.FieldPath, "does not accept the path"},
		"format":        {&types.InvalidFormat{}, vix.CodeCannotReadVMConfig, vix.FieldPath, "damaged, or no VM's configuration"},
		"resources":     {&types.InsufficientMemoryResourcesFault{}, vix.CodeVMInsufficientHostMemory, vix.FieldNone, "lacks the resources"},
		"state":         {&types.InvalidState{}, vix.CodeObjectIsBusy, vix.FieldNone, "not in a state that allows this"},
		"host gone":     {&types.HostNotConnected{}, vix.CodeVMHostDisconnected, vix.FieldNone, "not connected to its vCenter"},
		"communication": {&types.HostCommunication{}, vix.CodeHostNotConnected, vix.FieldNone, "no answer from the ESXi host"},
		"busy":          {&types.TaskInProgress{}, vix.CodeOperationAlreadyInProgress, vix.FieldNone, "Another task is running"},
		"unsupported":   {&types.NotSupported{}, vix.CodeNotSupported, vix.FieldNone, "does not support this"},
		"cancelled":     {&types.RequestCanceled{}, vix.CodeCancelled, vix.FieldNone, "cancelled on the host"},
		"gone":          {&types.ManagedObjectNotFound{}, vix.CodeObjectNotFound, vix.FieldNone, "gone"},
		"file":          {&types.FileFault{File: "x"}, vix.CodeFileError, vix.FieldNone, "cannot read or write a file"},
		"unknown":       {&types.PatchMetadataInvalid{}, vix.CodeFail, vix.FieldNone, "the host says: PatchMetadataInvalid"},
	} {
		for form, fault := range map[string]sim.Fault{
			"as a SOAP fault":  {Method: "RegisterVM_Task", SOAP: c.fault},
			"as a failed task": {Method: "RegisterVM_Task", Task: c.fault},
		} {
			t.Run(name+" "+form, func(t *testing.T) {
				h := connected(t, s)
				s.Fault(fault)
				_, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
				says(t, failure(t, err, c.code, c.field), c.says, "Cannot register [LocalDS_0] web/web.vmx", "the host says: ")
			})
		}
	}
	if _, err := connected(t, s).Register(t.Context(), vix.RegisterSpec{Path: p}); err != nil {
		t.Errorf("when nothing goes wrong: %v", err)
	}
}

func TestRegisterOnAFreeESXi(t *testing.T) {
	s := simulated(t, sim.Options{ESX: true})
	p := laid(t, s, "ha-datacenter", "[LocalDS_0] web/web.vmx")
	s.SetRestricted(true)
	h := connected(t, s)
	got, err := h.Check(t.Context(), vix.RegisterSpec{Path: p})
	if err != nil || !got.FileExists {
		t.Errorf("reads are allowed: %+v, %v", got, err)
	}
	_, err = h.Register(t.Context(), vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeLicense, vix.FieldNone), "VIX_E_LICENSE (32); the host says: RestrictedVersion")
}

func TestRegisterIsSentOnceWhenTheLineBreaks(t *testing.T) {
	for name, fault := range map[string]sim.Fault{
		"before it was executed": {Method: "RegisterVM_Task", Cut: true},
		"after it was executed":  {Method: "RegisterVM_Task", Cut: true, After: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulated(t, single)
			p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
			h := connected(t, s)
			begun := time.Now()
			s.Fault(fault)
			_, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
			failure(t, err, vix.CodeHostConnectionLost, vix.FieldNone)
			if n := s.Requests()["RegisterVM_Task"]; n != 1 {
				t.Errorf("RegisterVM_Task was sent %d times", n)
			}
			// The next attempt, which knows of this one, ends with the registration.
			r := eventually(t, func() (*vix.Registered, error) {
				return h.Register(t.Context(), vix.RegisterSpec{Path: p, Begun: begun})
			})
			if r.Adopted {
				t.Error("our own registration counts as somebody else's")
			}
		})
	}
}

// eventually repeats f until it gives no error.
func eventually[T any](t *testing.T, f func() (T, error)) T {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		v, err := f()
		if err == nil {
			return v
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestOnlyTheHostsRecordMakesARegistrationOurs(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	begun := time.Now()
	_, err := s.RegisterAs(t.Context(), "somebody-else", "DC0", p.String())
	must(t, err)
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Begun: begun})
	failure(t, err, vix.CodeAlreadyExists, vix.FieldPath)
	must(t, s.Unregister(t.Context(), "DC0", p.String()))
	_, err = s.RegisterAs(t.Context(), s.Username(), "DC0", p.String())
	must(t, err)
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Begun: begun.Add(time.Hour)})
	failure(t, err, vix.CodeAlreadyExists, vix.FieldPath) // older than the attempt
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p})
	failure(t, err, vix.CodeAlreadyExists, vix.FieldPath) // no attempt of ours
	got, err := h.Check(t.Context(), vix.RegisterSpec{Path: p, Begun: begun})
	if err != nil || !got.Finished {
		t.Errorf("our own, begun before: %+v, %v", got, err)
	}
}

func TestOvertakenRegistration(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	for _, adopt := range []bool{false, true} {
		h := connected(t, s)
		s.OnRequest(func(method string, _ []byte) {
			if method == "RegisterVM_Task" {
				s.OnRequest(nil)
				if _, err := s.Register(context.Background(), "DC0", p.String()); err != nil {
					t.Error(err)
				}
			}
		})
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Adopt: adopt, Begun: time.Now().Add(-time.Minute)})
		if adopt {
			if err != nil || !r.Adopted {
				t.Errorf("adoption after being overtaken: %+v, %v", r, err)
			}
		} else {
			failure(t, err, vix.CodeAlreadyExists, vix.FieldPath)
		}
		must(t, s.Unregister(t.Context(), "DC0", p.String()))
	}
}

func TestInterruptedRegistrationTellsItsEnd(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	ctx, cancel := context.WithCancel(t.Context())
	s.OnRequest(func(method string, _ []byte) {
		if method == "WaitForUpdatesEx" {
			s.OnRequest(nil)
			cancel()
		}
	})
	start := time.Now()
	r, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the interruption took %v", took)
	}
	// The host finishes it or cancels it; either way the answer agrees with the host.
	vm, openErr := h.Open(t.Context(), vix.Locator{Path: p})
	if (err == nil) != (openErr == nil) || err == nil && r.ID != vm.ID {
		t.Errorf("register: %+v, %v; open: %+v, %v", r, err, vm, openErr)
	}
}

func TestATaskThatOutlivesItsCallerIsSaidSo(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	s.Fault(sim.Fault{Method: "WaitForUpdatesEx", Times: -1, Delay: 3 * time.Second})
	defer s.ClearFaults()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeCancelled, vix.FieldNone), "may still finish on the host", "Apply again")
	if took := time.Since(start); took > 2500*time.Millisecond {
		t.Errorf("the caller was kept for %v", took)
	}
}

func TestManyRegistrationsShareTheirWaiting(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	const n = 60
	var paths []vix.Path
	for i := range n {
		paths = append(paths, laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] vm%d/vm%d.vmx", i, i)))
	}
	s.Fault(sim.Fault{Method: "RegisterVM_Task", Skip: 20, Times: 3, Task: &types.InvalidFormat{}})
	s.ResetRequests()
	var mu sync.Mutex
	failed := 0
	work := make(chan vix.Path)
	var workers sync.WaitGroup
	for range 10 {
		workers.Go(func() {
			for p := range work {
				if _, err := h.Register(t.Context(), vix.RegisterSpec{Path: p}); err != nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			}
		})
	}
	for _, p := range paths {
		work <- p
	}
	close(work)
	workers.Wait()
	if failed != 3 {
		t.Errorf("%d registrations failed; three were made to, and none may disturb another", failed)
	}
	r := s.Requests()
	if r["CreatePropertyCollector"] != 1 || r["CreateListView"] != 1 || r["CreateFilter"] != 1 {
		t.Errorf("the waiting is not shared: %v", r)
	}
	if total := s.RequestCount(); total > 4*n {
		t.Errorf("%d registrations took %d requests: %v", n, total, r)
	}
	t.Logf("%d registrations: %d requests: %v", n, s.RequestCount(), r)
}

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
	got, err = h.Registration(t.Context(), r.Handle())
	if err != nil || got.ManagedObjectID != moref || got.ID != r.ID {
		t.Errorf("registered anew: %+v, %v; want %s", got, err, moref)
	}
	must(t, s.Unregister(t.Context(), "DC0", moved))
	if _, err = h.Registration(t.Context(), r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("unregistered: %v", err)
	}
}

func TestAbsenceMustBeProved(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{InstanceUUID: "52000000-0000-0000-0000-000000000001"})
	h := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 500 * time.Millisecond })
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
	says(t, notGone("another server", other, vix.CodeInvalidHandle), other.Server, s.InstanceUUID(), "Check the provider's hostname")
	unknown := vix.Handle{ID: "52000000-0000-0000-0000-00000000ffff", Path: pathOf(t, "[LocalDS_0] none/none.vmx"), Datacenter: "/DC0"}
	says(t, notGone("no recorded managed object", unknown, vix.CodeObjectNotFound), "that it is gone is not proved")
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
	says(t, failure(t, err, vix.CodeObjectNotFound, vix.FieldPath), "registered anew, with another instance UUID",
		"terraform import ADDRESS 52000000-0000-0000-0000-000000000002")
}

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
	says(t, failure(t, h.Unregister(t.Context(), again(false), vix.PowerOffFail), vix.CodeVMIsRunning, vix.FieldNone),
		"Cannot unregister [LocalDS_0] web/web.vmx", "The VM is powered on", "power_off_on_destroy", `on_destroy = "keep"`)
	says(t, failure(t, h.Unregister(t.Context(), again(false), vix.PowerOffGuest), vix.CodePowerOpScriptsNotAvailable, vix.FieldNone),
		"Cannot shut down", "VMware Tools are not running")
	must(t, h.Unregister(t.Context(), again(true), vix.PowerOffGuest))
	must(t, h.Unregister(t.Context(), again(false), vix.PowerOffHard))
	handle := again(true)
	s.SetGuestsHang(true)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	failure(t, h.Unregister(ctx, handle, vix.PowerOffGuest), vix.CodeNetHTTPOperationTimedout, vix.FieldNone)
	must(t, s.SetPower("DC0", p.String(), "poweredOff"))
	s.Fault(sim.Fault{Method: "UnregisterVM", SOAP: &types.InvalidPowerState{ExistingState: types.VirtualMachinePowerStatePoweredOn}})
	says(t, failure(t, h.Unregister(t.Context(), handle, vix.PowerOffFail), vix.CodeVMIsRunning, vix.FieldNone), "the host says: InvalidPowerState")
	must(t, h.Unregister(t.Context(), handle, vix.PowerOffFail))
	must(t, h.Unregister(t.Context(), handle, vix.PowerOffFail))
}

func TestTasksAreWatchedAnewWhenTheWatchBreaks(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	for i, f := range []sim.Fault{
		{Method: "WaitForUpdatesEx", Cut: true},
		{Method: "WaitForUpdatesEx", Status: 503, Times: 2},
		{Method: "CreateFilter", Cut: true},
		{Method: "ModifyListView", Cut: true},
		{Method: "WaitForUpdatesEx", SOAP: &types.ManagedObjectNotFound{}},
	} {
		p := laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] vm%d/vm%d.vmx", i, i))
		s.Fault(f)
		if _, err := h.Register(t.Context(), vix.RegisterSpec{Path: p}); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
		s.ClearFaults()
	}
	p := laid(t, s, "DC0", "[LocalDS_0] last/last.vmx")
	s.Fault(sim.Fault{Method: "WaitForUpdatesEx", Times: -1, Status: 503})
	s.Fault(sim.Fault{Method: "CreatePropertyCollector", Times: -1, Status: 503})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeCancelled, vix.FieldNone), "may still finish on the host")
	s.ClearFaults()
}

func TestStaleTemplatesOfPaths(t *testing.T) {
	if got := []string{folderBelow("[ds] a/b/"), folderBelow("[ds] a/b"), folderBelow("[ds]/a/b"), folderBelow("[ds] "), folderBelow("[ds]")}; !slices.Equal(got, []string{"a/b", "a/b", "a/b", "", ""}) {
		t.Errorf("folders: %q", got)
	}
}
