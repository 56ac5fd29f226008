// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
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
	t.Parallel()
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
		"unsupported":   {&types.NotSupported{}, vix.CodeNotSupported, vix.FieldNone, "does not support this"},
		"cancelled":     {&types.RequestCanceled{}, vix.CodeCancelled, vix.FieldNone, "cancelled on the host"},
		"gone":          {&types.ManagedObjectNotFound{}, vix.CodeObjectNotFound, vix.FieldNone, "gone"},
		"file":          {&types.FileFault{File: "x"}, vix.CodeFileError, vix.FieldNone, "cannot read or write a file"},
		"unknown":       {&types.PatchMetadataInvalid{}, vix.CodeFail, vix.FieldNone, "Its tasks and events tell what it was doing.\n\nVIX_E_FAIL (1); the host says: PatchMetadataInvalid"},
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

func TestAnESXiHasNoTemplates(t *testing.T) {
	s := simulated(t, sim.Options{ESX: true})
	p := laid(t, s, "ha-datacenter", "[LocalDS_0] tpl/tpl.vmtx")
	h := connected(t, s)
	_, err := h.Check(t.Context(), vix.RegisterSpec{Path: p, Template: true})
	says(t, failure(t, err, vix.CodeNotSupported, vix.FieldTemplate), "VMware ESXi has no templates; a vCenter has.")
	_, err = h.Register(t.Context(), vix.RegisterSpec{Path: p, Template: true})
	failure(t, err, vix.CodeNotSupported, vix.FieldTemplate)
	if n := s.Requests()["RegisterVM_Task"]; n != 0 {
		t.Errorf("it was sent %d times all the same", n)
	}
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
				return h.Register(t.Context(), vix.RegisterSpec{Path: p, Attempt: vix.Attempt{Begun: begun, Until: begun.Add(time.Hour)}})
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
	deadline := time.Now().Add(time.Minute)
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
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: vix.Attempt{Begun: begun, Until: begun.Add(time.Hour)}})
	failure(t, err, vix.CodeAlreadyExists, vix.FieldPath)
	must(t, s.Unregister(t.Context(), "DC0", p.String()))
	_, err = s.RegisterAs(t.Context(), s.Username(), "DC0", p.String())
	must(t, err)
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: vix.Attempt{Begun: begun.Add(time.Hour), Until: begun.Add(2 * time.Hour)}})
	failure(t, err, vix.CodeAlreadyExists, vix.FieldPath) // older than the attempt
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p})
	failure(t, err, vix.CodeAlreadyExists, vix.FieldPath) // no attempt of ours
	got, err := h.Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: vix.Attempt{Begun: begun, Until: begun.Add(time.Hour)}})
	if err != nil || !got.Finished {
		t.Errorf("our own, begun before: %+v, %v", got, err)
	}
}

// What came of the tasks of an attempt tells more than the time of an event: the same user may
// register the same file in another way within the time that the attempt had.
func TestTheTasksOfAnAttemptSayWhatItRegistered(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	var attempt vix.Attempt
	register := func() error {
		_, err := h.Register(t.Context(), vix.RegisterSpec{
			Path: p, Attempt: attempt,
			Sending: func(now time.Time) { attempt = attempt.Again(now, now.Add(time.Hour)) },
			Sent:    func(task string) { attempt = attempt.Made(task) },
		})
		return err
	}
	// Ours failed, and somebody with our account registers it.
	s.Fault(sim.Fault{Method: "RegisterVM_Task", Task: &types.RequestCanceled{}})
	failure(t, register(), vix.CodeCancelled, vix.FieldNone)
	if len(attempt.Tasks) != 1 || !attempt.Told() {
		t.Fatalf("noted: %+v", attempt)
	}
	_, err := s.RegisterAs(t.Context(), s.Username(), "DC0", p.String())
	must(t, err)
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: attempt})
	failure(t, err, vix.CodeAlreadyExists, vix.FieldPath)
	// An attempt whose task was never told leaves only the events to go by.
	untold := attempt
	untold.Sent++
	got, err := h.Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: untold})
	if err != nil || !got.Finished {
		t.Errorf("by the events: %+v, %v", got, err)
	}
	// What one of the tasks has registered is ours.
	must(t, s.Unregister(t.Context(), "DC0", p.String()))
	must(t, register())
	got, err = connected(t, s).Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: attempt})
	if err != nil || !got.Finished {
		t.Errorf("by its task: %+v, %v", got, err)
	}
}

// The task of an attempt that was interrupted ends when the next one has looked
// already: what it registered is ours, if there was such an attempt.
func TestAnAttemptThatEndsLateIsOurs(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	earlier := connected(t, s)
	for _, begun := range []time.Time{time.Now().Add(-time.Minute), {}} {
		h := connected(t, s)
		s.OnRequest(func(method string, _ []byte) {
			if method == "RegisterVM_Task" {
				s.OnRequest(nil)
				if _, err := earlier.Register(context.Background(), vix.RegisterSpec{Path: p}); err != nil {
					t.Error(err)
				}
			}
		})
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Attempt: vix.Attempt{Begun: begun, Until: begun.Add(time.Hour)}})
		if begun.IsZero() {
			failure(t, err, vix.CodeAlreadyExists, vix.FieldPath)
		} else if err != nil || r.Adopted {
			t.Errorf("our own registration: %+v, %v", r, err)
		}
		must(t, s.Unregister(t.Context(), "DC0", p.String()))
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
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Adopt: adopt, Attempt: vix.Attempt{Begun: time.Now().Add(-time.Minute), Until: time.Now().Add(time.Hour)}})
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

func TestOwnWritesAreSeenByTheIndex(t *testing.T) {
	s := simulated(t, sim.Options{VMs: 20, StandaloneHosts: -1})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	s.ResetRequests()
	openMany(t, h, vmPaths(t, s, 12))
	if s.Requests()["FindByDatastorePath"] == 12 {
		t.Fatal("there is no index, so that this test proves nothing")
	}
	for range 3 {
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
		must(t, err)
		s.ResetRequests()
		vm, err := h.Open(t.Context(), vix.Locator{Path: p})
		if err != nil || vm.ManagedObjectID != r.ManagedObjectID {
			t.Fatalf("open after registering: %+v, %v", vm, err)
		}
		if n := s.Requests()["FindByDatastorePath"]; n != 0 {
			t.Errorf("our own registration had to be looked up: %d", n)
		}
		if n := s.Requests()["RetrievePropertiesEx"]; n != 1 {
			t.Errorf("%d reads, want the VM's: the index was read again for what we did ourselves", n)
		}
		must(t, h.Unregister(t.Context(), r.Handle(), vix.PowerOffFail))
		_, err = h.Open(t.Context(), vix.Locator{Path: p})
		failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
	}
}
