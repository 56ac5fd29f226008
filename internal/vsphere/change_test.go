// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
)

// What Update could not do is known before, and nothing is done to find out.
func TestCheckChange(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, Clusters: 2, ClusterHosts: 1, StandaloneHosts: -1})
	for _, dc := range []string{"DC0", "DC1"} {
		must(t, second(s.AddFolder(dc, "Linux/Web")))
	}
	must(t, second(s.AddFolder("DC0", "Old/Web")))
	must(t, second(s.AddFolder("DC1", "Foreign")))
	must(t, second(s.AddPool("DC0", "DC0_C1", "gold")))
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "web"})
	db := laid(t, s, "DC0", "[LocalDS_0] db/db.vmx", sim.VMX{DisplayName: "d/b"})
	h := connected(t, s)
	placed := vix.RegisterSpec{Path: p, Datacenter: "DC0", Cluster: "DC0_C0"}
	r, err := h.Register(t.Context(), placed)
	must(t, err)
	placed.Path = db
	must(t, second(h.Register(t.Context(), placed)))
	handle := r.Handle()
	for name, test := range map[string]struct {
		change vix.Change
		code   vix.Code
		field  vix.Field
		says   string
	}{
		"unknown folder":       {vix.Change{Folder: ptr("Linus")}, vix.CodeObjectNotFound, vix.FieldFolder, "/DC0/vm/Linux"},
		"ambiguous folder":     {vix.Change{Folder: ptr("Web")}, vix.CodeInvalidArg, vix.FieldFolder, "/DC0/vm/Old/Web"},
		"a foreign folder":     {vix.Change{Folder: ptr("Foreign")}, vix.CodeObjectNotFound, vix.FieldFolder, "There is no VM folder"},
		"unknown pool":         {vix.Change{ResourcePool: ptr("silver")}, vix.CodeObjectNotFound, vix.FieldResourcePool, "gold"},
		"a foreign pool":       {vix.Change{ResourcePool: ptr("gold")}, vix.CodeNotSupported, vix.FieldResourcePool, "migration"},
		"a name that is taken": {vix.Change{Name: ptr("d/b")}, vix.CodeDuplicateName, vix.FieldName, "The name \"d/b\" is taken in the folder /DC0/vm"},
	} {
		s.ResetRequests()
		e := failure(t, h.CheckChange(t.Context(), handle, test.change), test.code, test.field)
		says(t, e, test.says)
		if n := s.Requests()["Rename_Task"] + s.Requests()["MoveIntoFolder_Task"] + s.Requests()["MoveIntoResourcePool"]; n > 0 {
			t.Errorf("%s: it was tried", name)
		}
	}
	must(t, h.CheckChange(t.Context(), handle, vix.Change{}))
	must(t, h.CheckChange(t.Context(), handle, vix.Change{Name: ptr("d/b"), Folder: ptr("Linux")}))
	must(t, h.CheckChange(t.Context(), handle, vix.Change{Name: ptr("web")}))

	// A create asks for its name, too; what is taken out before has none any more.
	lab := vix.RegisterSpec{Path: laid(t, s, "DC0", "[LocalDS_0] lab/lab.vmx"), Datacenter: "DC0", Cluster: "DC0_C0", Name: "web"}
	_, err = h.Check(t.Context(), lab)
	failure(t, err, vix.CodeDuplicateName, vix.FieldName)
	lab.Without = &handle
	_, err = h.Check(t.Context(), lab)
	must(t, err)
}

// Many names are looked for with one read of their folder.
func TestNamesAreAskedForTogether(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	for i := range 40 {
		p := laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] v%d/v%d.vmx", i, i))
		if i == 1 {
			s.ResetRequests()
		}
		must(t, second(h.Check(t.Context(), vix.RegisterSpec{Path: p, Name: fmt.Sprintf("vm-%d", i)})))
	}
	if n := s.Requests()["FindChild"]; n > vms.MaxSingles {
		t.Errorf("%d names were asked for one by one", n)
	}
}

// A replacement is checked as if what it takes out were gone: a VM that is in its own way is not.
func TestCheckWithout(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, StandaloneHosts: -1, ClusterHosts: 1})
	must(t, s.AddDatastore("DC0", "san"))
	must(t, s.ShareDatastore("DC0", "san", "DC1"))
	p := laid(t, s, "DC0", "[san] web/web.vmx")
	h := connected(t, s)
	spec := vix.RegisterSpec{Path: p, Datacenter: "DC0"}
	r, err := h.Register(t.Context(), spec)
	must(t, err)
	_, err = h.Check(t.Context(), spec)
	e := failure(t, err, vix.CodeAlreadyExists, vix.FieldPath)
	if e.VM == nil || e.VM.ManagedObjectID != r.ManagedObjectID || e.VM.FileID == "" {
		t.Errorf("the error does not tell which VM is in the way: %+v", e.VM)
	}
	handle := r.Handle()
	spec.Without = &handle
	for _, datacenter := range []string{"DC0", "DC1"} {
		spec.Datacenter = datacenter
		got, err := h.Check(t.Context(), spec)
		must(t, err)
		if got.Registered != nil || got.Placement.Datacenter != "/"+datacenter || got.FileID != e.VM.FileID {
			t.Errorf("%s: %+v", datacenter, got)
		}
	}
}

// Which privileges an unregistration needs is asked once for all.
func TestPrivilegesToUnregisterAreAskedForTogether(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	var handles []vix.Handle
	for i := range 22 {
		p := laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] v%d/v%d.vmx", i, i))
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
		must(t, err)
		handles = append(handles, r.Handle())
	}
	for _, handle := range handles {
		must(t, second(h.Registration(t.Context(), handle)))
	}
	s.Deny("", privilegeUnregister, handles[7].ManagedObjectID)
	s.Deny("", privilegePowerOff, handles[8].ManagedObjectID)
	s.ResetRequests()
	for i, handle := range handles {
		err := h.CheckUnregister(t.Context(), handle, vix.PowerOffFail)
		if i == 7 {
			e := failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone)
			says(t, e, privilegeUnregister+" on the VM [LocalDS_0] v7/v7.vmx")
			continue
		}
		must(t, err)
	}
	failure(t, h.CheckUnregister(t.Context(), handles[8], vix.PowerOffHard), vix.CodeHostUserPermissions, vix.FieldNone)
	if n := s.RequestCount(); n != 2 { // one a privilege
		t.Errorf("%d requests for %d VMs", n, len(handles))
	}
	// One that is gone fails nobody else's question.
	must(t, s.Unregister(t.Context(), "DC0", handles[3].Path.String()))
	again := connected(t, s)
	for _, i := range []int{2, 4} {
		must(t, second(again.Registration(t.Context(), handles[i])))
	}
	must(t, again.CheckUnregister(t.Context(), handles[3], vix.PowerOffFail))
	must(t, again.CheckUnregister(t.Context(), handles[4], vix.PowerOffFail))
}

// A managed object id is no UUID, and is not asked for as one.
func TestAManagedObjectIDIsNotSentAsAUUID(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	s.ResetRequests()
	for _, id := range []string{"vm-42", "42", "web"} {
		_, err := h.OpenID(t.Context(), id)
		failure(t, err, vix.CodeVMNotFound, vix.FieldNone)
	}
	if n := s.Requests()["FindAllByUuid"]; n > 0 {
		t.Errorf("it was sent %d times", n)
	}
}

// A VM without an instance UUID has its managed object id as id; that of any other names it, and is not its id.
func TestAManagedObjectIDIsTheIDOfAVMWithoutAUUIDOnly(t *testing.T) {
	s := simulated(t, single)
	p, moref := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	named, err := connected(t, s).OpenID(t.Context(), moref)
	if err != nil || named.ID == moref {
		t.Errorf("named by its managed object: %+v, %v", named, err)
	}
	must(t, s.TakeInstanceUUID("DC0", p.String()))
	h := connected(t, s)
	got, err := h.OpenID(t.Context(), moref)
	if err != nil || got.Path != p || got.ID != moref {
		t.Fatalf("%+v, %v", got, err)
	}
	if n := s.Requests()["FindAllByUuid"]; n > 0 {
		t.Errorf("it was sent %d times", n)
	}
	got, err = h.Read(t.Context(), got.Handle())
	if err != nil || got.Path != p {
		t.Errorf("%+v, %v", got, err)
	}
}

// The time of an attempt is the host's own, whose clock may be an hour away.
func TestSendingTellsTheHostsTime(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		s := simulated(t, sim.Options{StandaloneHosts: -1, Datastores: 2, ClockAhead: ahead})
		p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
		h := connected(t, s)
		sent := 0
		var attempt vix.Attempt
		spec := vix.RegisterSpec{Path: p, Sending: func(now time.Time) {
			if n := s.Requests()["RegisterVM_Task"]; n > 0 {
				t.Error("it is told after the call was sent")
			}
			sent++
			attempt = vix.Attempt{Begun: now, Until: now.Add(time.Minute)}
		}}
		r, err := h.Register(t.Context(), spec)
		must(t, err)
		if sent != 1 {
			t.Errorf("told %d times", sent)
		}
		got, err := h.Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: attempt})
		if err != nil || !got.Finished || got.Registered.ManagedObjectID != r.ManagedObjectID {
			t.Errorf("the registration does not lie within its attempt, with a clock %s ahead: %+v, %v", ahead, got, err)
		}
	}
}
