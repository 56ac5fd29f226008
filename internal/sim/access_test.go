// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// as returns the same host seen by another user.
func (s *seat) as(name string) (*seat, error) {
	s.AddUser(name, "secret")
	c, err := s.ClientAs(s.ctx, name, "secret")
	if err != nil {
		return nil, err
	}
	return &seat{Host: s.Host, ctx: s.ctx, c: c}, nil
}

func TestPrivilegesAreEnforcedAndAnsweredAlike(t *testing.T) {
	for _, c := range []struct{ privilege, entity string }{
		{"VirtualMachine.Inventory.Register", "/DC0/vm"},
		{"Resource.AssignVMToPool", "/DC0/host"},
		{"System.Read", "/DC0/datastore/LocalDS_0"},
	} {
		vsphere(t, Options{}, func(s *seat) error {
			if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
				return err
			}
			jane, err := s.as("jane")
			if err != nil {
				return err
			}
			s.Deny("jane", c.privilege, c.entity)
			_, err = jane.register("DC0", "[LocalDS_0] a/a.vmx", "")
			f, err := wants[types.NoPermission](err)
			if err != nil {
				return err
			}
			if f.PrivilegeId != c.privilege || f.Object == nil {
				return missing("%v", f)
			}
			am := object.NewAuthorizationManager(jane.c.Client)
			res, err := am.HasUserPrivilegeOnEntities(s.ctx, []types.ManagedObjectReference{*f.Object}, "jane", []string{c.privilege, "Bogus.Priv"})
			if err != nil {
				return err
			}
			for _, p := range res[0].PrivAvailability {
				if p.IsGranted {
					return missing("%s is granted", p.PrivId)
				}
			}
			_, err = s.register("DC0", "[LocalDS_0] a/a.vmx", "") // everybody else may
			return err
		})
	}
}

func TestHiddenVMIsAbsent(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		seen, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		hidden, err := s.layoutBare("DC0", "b")
		if err != nil {
			return err
		}
		jane, err := s.as("jane")
		if err != nil {
			return err
		}
		if err := s.HideVM("jane", "DC0", "[LocalDS_0] b/b.vmx"); err != nil {
			return err
		}
		if ref, err := jane.findPath("DC0", "[LocalDS_0] b/b.vmx"); ref != nil || err != nil {
			return missing("found by path: %v, %v", ref, err)
		}
		v, err := view.NewManager(jane.c.Client).CreateContainerView(s.ctx, s.c.ServiceContent.RootFolder, []string{"VirtualMachine"}, true)
		if err != nil {
			return err
		}
		var vms []mo.VirtualMachine
		if err := v.Retrieve(s.ctx, []string{"VirtualMachine"}, []string{"name"}, &vms); err != nil {
			return err
		}
		if len(vms) != 1 || vms[0].Self != seen {
			return missing("the view shows %d VMs", len(vms))
		}
		_, err = jane.read(hidden, "name")
		return isFault[types.NoPermission](err)
	})
}

func TestExpiredSession(t *testing.T) {
	s := sit(t, Options{})
	if s.Sessions() != 1 {
		t.Errorf("%d sessions", s.Sessions())
	}
	s.ExpireSessions()
	_, err := methods.GetCurrentTime(s.ctx, s.c)
	if err := isFault[types.NotAuthenticated](err); err != nil {
		t.Error(err)
	}
	if s.Sessions() != 0 {
		t.Errorf("%d sessions left", s.Sessions())
	}
	if _, err := s.ClientAs(s.ctx, s.Username(), "wrong"); err == nil {
		t.Error("a wrong password logs in")
	} else if err := isFault[types.InvalidLogin](err); err != nil {
		t.Error(err)
	}
}

// Old hosts answer a read of a session that has ended without a result, and without a fault; anything else is a fault there, too.
func TestAReadOfAnExpiredSessionMayFindNothing(t *testing.T) {
	s := sit(t, Options{EmptyWhenExpired: true, VMs: 1})
	ref := s.c.ServiceContent.RootFolder
	read := func() (*types.RetrieveResult, error) {
		res, err := methods.RetrievePropertiesEx(s.ctx, s.c, &types.RetrievePropertiesEx{
			This: s.c.ServiceContent.PropertyCollector, SpecSet: []types.PropertyFilterSpec{{
				PropSet: []types.PropertySpec{{Type: ref.Type, PathSet: []string{"name"}}}, ObjectSet: []types.ObjectSpec{{Obj: ref}},
			}},
		})
		if err != nil {
			return nil, err
		}
		return res.Returnval, nil
	}
	if found, err := read(); err != nil || found == nil || len(found.Objects) != 1 {
		t.Fatalf("while it lives: %+v, %v", found, err)
	}
	s.ExpireSessions()
	if found, err := read(); err != nil || found != nil {
		t.Errorf("when it has ended: %+v, %v", found, err)
	}
	_, err := methods.GetCurrentTime(s.ctx, s.c)
	if err := isFault[types.NotAuthenticated](err); err != nil {
		t.Error(err)
	}
}

func TestFreeLicenceRefusesWrites(t *testing.T) {
	vsphere(t, Options{ESX: true}, func(s *seat) error {
		if err := s.WriteVM("ha-datacenter", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
			return err
		}
		s.SetRestricted(true)
		_, err := s.register("ha-datacenter", "[LocalDS_0] a/a.vmx", "")
		if err := isFault[types.RestrictedVersion](err); err != nil {
			return err
		}
		if _, err := s.findPath("ha-datacenter", "[LocalDS_0] a/a.vmx"); err != nil {
			return err
		}
		s.SetRestricted(false)
		_, err = s.register("ha-datacenter", "[LocalDS_0] a/a.vmx", "")
		return err
	})
}

func TestESXHasNoTemplates(t *testing.T) {
	vsphere(t, Options{ESX: true}, func(s *seat) error {
		ref, err := s.layoutBare("ha-datacenter", "a")
		if err != nil {
			return err
		}
		_, err = methods.MarkAsTemplate(s.ctx, s.c, &types.MarkAsTemplate{This: ref})
		if err := isFault[types.NotSupported](err); err != nil {
			return err
		}
		const file = "[LocalDS_0] t/t.vmtx"
		if err := s.WriteVM("ha-datacenter", file, VMX{}); err != nil {
			return err
		}
		_, host := s.place("ha-datacenter")
		_, err = s.registerWith(types.RegisterVM_Task{This: s.dc("ha-datacenter").VmFolder, Path: file, AsTemplate: true, Host: &host})
		return isFault[types.NotSupported](err)
	})
}

func (s *seat) http(method, dc, path string, body io.Reader, login bool) (int, string, error) {
	u, err := url.Parse(s.URL())
	if err != nil {
		return 0, "", err
	}
	u.Path = "/folder/" + path
	u.RawQuery = url.Values{"dcPath": {dc}, "dsName": {"LocalDS_0"}}.Encode()
	req, err := http.NewRequestWithContext(s.ctx, method, u.String(), body)
	if err != nil {
		return 0, "", err
	}
	jar := s.c.Jar
	if !login {
		s.c.Jar = nil
	}
	status, text := 0, ""
	err = s.c.Do(s.ctx, req, func(res *http.Response) error {
		b, err := io.ReadAll(res.Body)
		status, text = res.StatusCode, string(b)
		return err
	})
	s.c.Jar = jar
	return status, text, err
}

func TestFilesOverHTTPNeedALogin(t *testing.T) {
	vsphere(t, Options{Datacenters: 2, DatacenterFolders: 1}, func(s *seat) error {
		if status, _, err := s.http("PUT", "/F0/DC1", "new dir/x.vmx", strings.NewReader("a = \"b\"\n"), true); err != nil || status != http.StatusCreated {
			return missing("PUT: %d, %v", status, err)
		}
		if status, text, err := s.http("GET", "F0/DC1", "new dir/x.vmx", nil, true); err != nil || status != http.StatusOK || text != "a = \"b\"\n" {
			return missing("GET: %d %q, %v", status, text, err)
		}
		if status, _, _ := s.http("GET", "F0/DC1", "new dir/x.vmx", nil, false); status != http.StatusUnauthorized {
			return missing("GET without a session: %d", status)
		}
		if status, _, err := s.http("DELETE", "F0/DC1", "new dir/x.vmx", nil, true); err != nil || status != http.StatusNoContent {
			return missing("DELETE: %d, %v", status, err)
		}
		if status, _, _ := s.http("GET", "F0/DC1", "new dir/x.vmx", nil, true); status != http.StatusNotFound {
			return missing("GET after DELETE: %d", status)
		}
		return nil
	})
}

// A user who may not read files is answered as somebody without a session.
func TestFilesOverHTTPWithoutThePrivilege(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		if err := s.WriteFile("DC0", "[LocalDS_0] a/a.vmx", []byte("x")); err != nil {
			return err
		}
		for _, privilege := range []string{"Datastore.Browse", "Datastore.FileManagement"} {
			s.AddUser(privilege, "pw")
			s.Deny(privilege, privilege, "")
			c, err := s.ClientAs(s.ctx, privilege, "pw")
			if err != nil {
				return err
			}
			limited := &seat{Host: s.Host, ctx: s.ctx, c: c}
			if status, _, err := limited.http("GET", "DC0", "a/a.vmx", nil, true); err != nil || status != http.StatusUnauthorized {
				return missing("GET without %s: %d, %v", privilege, status, err)
			}
		}
		return nil
	})
}

// A + in the path of a file is a blank.
func TestFilesOverHTTPReadAPlusAsABlank(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		if err := s.WriteFile("DC0", "[LocalDS_0] a b/a b.vmx", []byte("blanks")); err != nil {
			return err
		}
		if status, text, err := s.http("GET", "DC0", "a+b/a+b.vmx", nil, true); err != nil || status != http.StatusOK || text != "blanks" {
			return missing("GET: %d %q, %v", status, text, err)
		}
		return nil
	})
}

func TestUploadAndDownloadOfGovmomi(t *testing.T) {
	s := sit(t, Options{})
	ds := object.NewDatastore(s.c.Client, s.dc("DC0").Datastore[0])
	ds.DatacenterPath, ds.InventoryPath = "/DC0", "/DC0/datastore/LocalDS_0"
	if err := ds.Upload(s.ctx, bytes.NewReader([]byte("x = \"y\"\n")), "up/up.vmx", nil); err != nil {
		t.Fatal(err)
	}
	if b, err := s.ReadFile("DC0", "[LocalDS_0] up/up.vmx"); err != nil || string(b) != "x = \"y\"\n" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestFaultSwitch(t *testing.T) {
	s := sit(t, Options{})
	if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
		t.Fatal(err)
	}
	try := func(f Fault) error {
		f.Method = "RegisterVM_Task"
		s.Fault(f)
		_, err := s.register("DC0", "[LocalDS_0] a/a.vmx", "")
		return err
	}
	if err := isFault[types.Timedout](try(Fault{SOAP: &types.Timedout{}})); err != nil {
		t.Error(err)
	}
	if err := isFault[types.Timedout](try(Fault{Task: &types.Timedout{}})); err != nil {
		t.Error(err)
	}
	if err := try(Fault{Status: http.StatusServiceUnavailable}); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("503: %v", err)
	}
	if err := try(Fault{Cut: true}); !errors.Is(err, io.EOF) {
		t.Errorf("cut: %v", err)
	}
	if err := try(Fault{Cut: true, After: true}); !errors.Is(err, io.EOF) {
		t.Errorf("cut after: %v", err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		if _, err := s.VM("DC0", "[LocalDS_0] a/a.vmx"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a call that was cut afterwards must have been executed")
		}
		pause(s.ctx, time.Millisecond)
	}
	begin := time.Now()
	s.Fault(Fault{Method: "*", Delay: 50 * time.Millisecond, Times: -1})
	if _, err := methods.GetCurrentTime(s.ctx, s.c); err != nil || time.Since(begin) < 50*time.Millisecond {
		t.Errorf("delay: %v after %v", err, time.Since(begin))
	}
	s.ClearFaults()
}

func TestRequestsAreCounted(t *testing.T) {
	s := sit(t, Options{})
	s.ResetRequests()
	var hooked []string
	s.OnRequest(func(method string, _ []byte) { hooked = append(hooked, method) })
	if _, err := methods.GetCurrentTime(s.ctx, s.c); err != nil {
		t.Fatal(err)
	}
	_, _, _ = s.http("GET", "DC0", "nosuch", nil, true)
	s.OnRequest(nil)
	got := s.Requests()
	if got["CurrentTime"] != 1 || got["HTTP GET"] != 1 || s.RequestCount() != 2 || len(hooked) != 2 || s.BytesOut() == 0 {
		t.Errorf("%v, %d, hook %v, %d bytes", got, s.RequestCount(), hooked, s.BytesOut())
	}
}

func TestAbandonedWaitEndsWithTheHost(t *testing.T) {
	s := sit(t, Options{})
	pc, err := property.DefaultCollector(s.c.Client).Create(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	filter := types.CreateFilter{This: pc.Reference(), Spec: types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: s.dc("DC0").Self}}, PropSet: []types.PropertySpec{props("Datacenter", "name")},
	}}
	if _, err := methods.CreateFilter(s.ctx, s.c, &filter); err != nil {
		t.Fatal(err)
	}
	res, err := methods.WaitForUpdatesEx(s.ctx, s.c, &types.WaitForUpdatesEx{This: pc.Reference()})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = methods.WaitForUpdatesEx(s.ctx, s.c, &types.WaitForUpdatesEx{This: pc.Reference(), Version: res.Returnval.Version})
	}()
	pause(s.ctx, 50*time.Millisecond)
	begin := time.Now()
	s.Close()
	<-done
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("closing took %v", took)
	}
}
