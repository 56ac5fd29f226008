// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
)

func TestOpenReadsWhatTheVMIs(t *testing.T) {
	s := simulated(t, sim.Options{})
	p, moref := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{
		DisplayName: "Web", GuestOS: "debian12-64", CPUs: 4, MemoryMiB: 2048, Annotation: "the web server",
		BIOSUUID: "564d0000-1111-2222-3333-444455556666", InstanceUUID: "52000000-1111-2222-3333-444455556666",
		GuestInfo: map[string]string{"role": "web", "a.b": "c"},
	})
	must(t, s.SetTools("DC0", p.String(), true, true))
	must(t, s.SetPower("DC0", p.String(), "poweredOn"))
	vm, err := connected(t, s).Open(t.Context(), vix.Locator{Path: p})
	must(t, err)
	if vm.ID != "52000000-1111-2222-3333-444455556666" || vm.InstanceUUID != vm.ID || vm.BIOSUUID != "564d0000-1111-2222-3333-444455556666" {
		t.Errorf("ids: %q %q %q", vm.ID, vm.InstanceUUID, vm.BIOSUUID)
	}
	if vm.Server != s.InstanceUUID() || vm.ManagedObjectID != moref || vm.Name != "Web" || vm.Path != p {
		t.Errorf("registration: %+v", vm.Registration)
	}
	if vm.Datacenter != "/DC0" || vm.Folder != "/DC0/vm" || !strings.HasPrefix(vm.Host, "/DC0/host/") || !strings.HasSuffix(vm.ResourcePool, "/Resources") {
		t.Errorf("placement: %+v", vm.Placement)
	}
	if vm.NumVCPUs != 4 || vm.MemorySize != 2048 || vm.Annotation != "the web server" || vm.Variables["role"] != "web" || vm.Variables["a.b"] != "c" {
		t.Errorf("configuration: %+v", vm)
	}
	if vm.PowerState != vix.PoweredOn || !vm.IsRunning || vm.ToolsState != vix.ToolsRunning || vm.ConnectionState != vix.Connected {
		t.Errorf("state: %s %v %s %s", vm.PowerState, vm.IsRunning, vm.ToolsState, vm.ConnectionState)
	}
	if vm.Guest.IPAddress == "" || !slices.Contains(vm.Guest.IPAddresses, vm.Guest.IPAddress) || vm.HardwareVersion == "" {
		t.Errorf("guest: %+v, hardware %q", vm.Guest, vm.HardwareVersion)
	}
}

func TestOpenListsSnapshots(t *testing.T) {
	s := simulated(t, sim.Options{})
	p, moref := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	other, err := s.Client(t.Context())
	must(t, err)
	vm := object.NewVirtualMachine(other.Client, types.ManagedObjectReference{Type: "VirtualMachine", Value: moref})
	for _, name := range []string{"first", "second"} {
		task, err := vm.CreateSnapshot(t.Context(), name, "about "+name, false, false)
		must(t, err)
		must(t, task.Wait(t.Context()))
	}
	must(t, other.Logout(t.Context()))
	opened, err := connected(t, s).Open(t.Context(), vix.Locator{Path: p})
	must(t, err)
	if len(opened.Snapshots) != 2 {
		t.Fatalf("snapshots: %+v", opened.Snapshots)
	}
	root, child := opened.Snapshots[0], opened.Snapshots[1]
	if root.Path != "first" || root.IsCurrent || child.Path != "first/second" || !child.IsCurrent || child.Description != "about second" ||
		child.Created.IsZero() || child.PowerState != vix.PoweredOff {
		t.Errorf("snapshots: %+v", opened.Snapshots)
	}
}

func TestOpenOfOnePathInTwoDatacentersIsAmbiguous(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, DatacenterFolders: 1})
	p, first := registered(t, s, "/DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "one", InstanceUUID: "52000000-0000-0000-0000-000000000001"})
	_, second := registered(t, s, "/F0/DC1", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "two", InstanceUUID: "52000000-0000-0000-0000-000000000002"})
	must(t, s.SetPower("/F0/DC1", p.String(), "poweredOn"))
	h := connected(t, s)
	// Again and again: the slow road first, the index later.
	for range 8 {
		_, err := h.Open(t.Context(), vix.Locator{Path: p})
		e := failure(t, err, vix.CodeInvalidArg, vix.FieldDatacenter)
		if !errors.Is(err, vix.ErrAmbiguous) {
			t.Fatal("not an ambiguity")
		}
		want := []vix.Option{
			{Field: vix.FieldDatacenter, Value: "/DC0", Note: `"one" (managed object id ` + first + ", instance UUID 52000000-0000-0000-0000-000000000001, power state off)"},
			{Field: vix.FieldDatacenter, Value: "/F0/DC1", Note: `"two" (managed object id ` + second + ", instance UUID 52000000-0000-0000-0000-000000000002, power state on)"},
		}
		if !slices.Equal(e.Options, want) {
			t.Errorf("candidates:\n%q\nwant\n%q", e.Options, want)
		}
		says(t, e, "2 VMs have this path", `datacenter /DC0: "one"`)
		for name, id := range map[string]string{"DC0": first, "/DC0": first, "DC1": second, "/F0/DC1": second, "F0/DC1": second} {
			vm, err := h.Open(t.Context(), vix.Locator{Path: p, Datacenter: name})
			if err != nil || vm.ManagedObjectID != id {
				t.Errorf("open in %s: %+v, %v; want %s", name, vm, err, id)
			}
		}
	}
	byDefault := connected(t, s, func(o *vix.ConnectOptions) { o.Datacenter = "DC1" })
	vm, err := byDefault.Open(t.Context(), vix.Locator{Path: p})
	if err != nil || vm.ManagedObjectID != second {
		t.Errorf("open in the provider's datacenter: %+v, %v", vm, err)
	}
}

func TestOpenSaysWhyNot(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, Datastores: 2})
	laid(t, s, "DC1", "[LocalDS_0] web/web.vmx")
	laid(t, s, "DC0", "[LocalDS_1] tpl/tpl.vmtx")
	must(t, s.AddDatastore("DC1", "only-in-dc1"))
	h := connected(t, s)
	open := func(path, datacenter string) error {
		_, err := h.Open(t.Context(), vix.Locator{Path: pathOf(t, path), Datacenter: datacenter})
		return err
	}
	e := kind(t, failure(t, open("[LocalDS_0] web/web.vmx", ""), vix.CodeVMNotFound, vix.FieldPath), vix.ErrNotRegistered)
	says(t, e, "The file exists in /DC1, but it is not registered there", "VIX_E_VM_NOT_FOUND (4000)")
	if at := (vix.Locator{Path: pathOf(t, "[LocalDS_0] web/web.vmx"), Datacenter: "/DC1"}); e.At != at {
		t.Errorf("the file is at %+v, want %+v: two datacenters have a datastore of the name", e.At, at)
	}
	says(t, failure(t, open("[LocalDS_0] none/none.vmx", "DC0"), vix.CodeVMNotFound, vix.FieldPath),
		"No VM with this path is registered in /DC0, and there is no such file on the datastore.")
	says(t, kind(t, failure(t, open("[LocalDS_1] tpl/tpl.vmtx", "DC0"), vix.CodeVMNotFound, vix.FieldPath), vix.ErrNotRegistered),
		"The file exists", "that of a VM would be [LocalDS_1] tpl/tpl.vmx")
	says(t, failure(t, open("[LocalDS0] web/web.vmx", ""), vix.CodeFileNotFound, vix.FieldPath),
		`There is no datastore "LocalDS0" on this host`, "The nearest names are:", "LocalDS_0", "LocalDS_1")
	says(t, failure(t, open("[zzz] web/web.vmx", "DC0"), vix.CodeFileNotFound, vix.FieldPath),
		`There is no datastore "zzz" in the datacenter /DC0`, "There are:", "LocalDS_0")
	says(t, failure(t, open("[only-in-dc1] web/web.vmx", "DC0"), vix.CodeFileNotFound, vix.FieldDatacenter),
		`The datacenter /DC0 has no datastore "only-in-dc1". These have one:`, "/DC1")
	says(t, failure(t, open("[LocalDS_0] web/web.vmx", "DC9"), vix.CodeObjectNotFound, vix.FieldDatacenter),
		`There is no datacenter "DC9"`, "/DC0", "/DC1")
	must(t, s.SetDatastoreAccessible("DC1", "only-in-dc1", false))
	fresh := connected(t, s)
	_, err := fresh.Open(t.Context(), vix.Locator{Path: pathOf(t, "[only-in-dc1] web/web.vmx")})
	says(t, failure(t, err, vix.CodeVMNotFound, vix.FieldPath), "whether the file exists cannot be told", "is inaccessible")
}

func TestDatacenterNamesMustBeUnique(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, DatacenterFolders: 1})
	other, err := s.Client(t.Context())
	must(t, err)
	folder, err := object.NewRootFolder(other.Client).CreateFolder(t.Context(), "F9")
	must(t, err)
	_, err = folder.CreateDatacenter(t.Context(), "DC1")
	must(t, err)
	must(t, other.Logout(t.Context()))
	_, err = connected(t, s).Open(t.Context(), vix.Locator{Path: pathOf(t, "[LocalDS_0] a/a.vmx"), Datacenter: "DC1"})
	e := failure(t, err, vix.CodeInvalidArg, vix.FieldDatacenter)
	if !slices.Equal(e.Choices, []string{"/F0/DC1", "/F9/DC1"}) || !errors.Is(err, vix.ErrAmbiguous) {
		t.Errorf("choices: %q", e.Choices)
	}
}

func TestOpenByIDRefusesASharedID(t *testing.T) {
	s := simulated(t, sim.Options{KeepDuplicateInstanceUUIDs: true})
	const id = "52000000-0000-0000-0000-00000000abcd"
	registered(t, s, "DC0", "[LocalDS_0] a/a.vmx", sim.VMX{InstanceUUID: id})
	registered(t, s, "DC0", "[LocalDS_0] copy/copy.vmx", sim.VMX{InstanceUUID: id})
	_, err := connected(t, s).OpenID(t.Context(), id)
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldNone), "2 VMs have this instance UUID", "[LocalDS_0] a/a.vmx", "[LocalDS_0] copy/copy.vmx")
}

func TestOpenOfAVMInABadState(t *testing.T) {
	t.Parallel()
	for _, state := range []vix.ConnectionState{vix.Inaccessible, vix.Invalid, vix.Orphaned, vix.Disconnected} {
		s := simulated(t, sim.Options{})
		p, moref := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
		must(t, s.SetConnectionState("DC0", p.String(), string(state)))
		vm, err := connected(t, s).Open(t.Context(), vix.Locator{Path: p})
		if err != nil || vm.ConnectionState != state || vm.ManagedObjectID != moref || vm.ID == "" {
			t.Errorf("open of a VM that is %s: %+v, %v", state, vm, err)
		}
	}
}

func TestWhatMayNotBeSeenIsNotFound(t *testing.T) {
	s := simulated(t, sim.Options{})
	p, _ := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	s.AddUser("reader", "pw")
	must(t, s.HideVM("reader", "DC0", p.String()))
	h := connected(t, s, func(o *vix.ConnectOptions) { o.Username, o.Password = "reader", "pw" })
	_, err := h.Open(t.Context(), vix.Locator{Path: p})
	failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
}

// openMany opens n VMs, ten at a time.
func openMany(t *testing.T, h *host, paths []vix.Path) {
	t.Helper()
	var workers sync.WaitGroup
	work := make(chan vix.Path)
	for range 10 {
		workers.Go(func() {
			for p := range work {
				vm, err := h.Open(t.Context(), vix.Locator{Path: p, Datacenter: ""})
				if err != nil || vm.Path != p {
					t.Errorf("open %s: %+v, %v", p, vm, err)
				}
			}
		})
	}
	for _, p := range paths {
		work <- p
	}
	close(work)
	workers.Wait()
}

// vmPaths are the paths of the first n VMs of a simulated host.
func vmPaths(t *testing.T, s *sim.Host, n int) []vix.Path {
	t.Helper()
	other, err := s.Client(t.Context())
	must(t, err)
	defer func() { _ = other.Logout(context.Background()) }()
	items, err := connected(t, s).Find(t.Context(), vix.Query{})
	must(t, err)
	var out []vix.Path
	seen := map[vix.Path]int{}
	for _, i := range items {
		seen[i.Path]++
	}
	for _, i := range items {
		if seen[i.Path] == 1 && len(out) < n {
			out = append(out, i.Path)
		}
	}
	return out
}

func TestRequestsOfOpens(t *testing.T) {
	for _, c := range []struct{ n, datacenters, most int }{{1, 1, 8}, {1, 4, 8}, {100, 1, 25}, {100, 4, 25}} {
		t.Run(fmt.Sprintf("N=%d,D=%d", c.n, c.datacenters), func(t *testing.T) {
			s := simulated(t, sim.Options{Datacenters: c.datacenters, VMs: 120 / c.datacenters, Latency: 5 * time.Millisecond})
			paths := vmPaths(t, s, c.n)
			if len(paths) != c.n {
				t.Fatalf("%d paths", len(paths))
			}
			s.ResetRequests()
			h := connected(t, s)
			openMany(t, h, paths)
			must(t, h.Disconnect(t.Context()))
			if got := s.RequestCount(); got > c.most {
				t.Errorf("%d opens took %d requests, at most %d are allowed: %v", c.n, got, c.most, s.Requests())
			}
			if got := s.Connections(); got > 12 {
				t.Errorf("%d connections", got)
			} else {
				t.Logf("%d opens: %d requests, %d connections", c.n, s.RequestCount(), got)
			}
		})
	}
}

func TestWhatIsRememberedIsHeldAgainstTheVM(t *testing.T) {
	s := simulated(t, sim.Options{Datastores: 2, VMs: 20})
	paths := vmPaths(t, s, 12)
	h := connected(t, s)
	s.ResetRequests()
	openMany(t, h, paths) // now there is an index
	if s.Requests()["FindByDatastorePath"] == len(paths) {
		t.Fatal("there is no index, so that this test proves nothing")
	}
	moved, err := s.StorageVMotion(t.Context(), "DC0", paths[0].String(), otherStore(paths[0].Datastore))
	must(t, err)
	_, err = h.Open(t.Context(), vix.Locator{Path: paths[0]})
	failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
	vm, err := h.Open(t.Context(), vix.Locator{Path: pathOf(t, moved)})
	if err != nil || vm.Path.String() != moved {
		t.Errorf("open where it moved to: %+v, %v", vm, err)
	}
	must(t, s.Unregister(t.Context(), "DC0", paths[1].String()))
	_, err = h.Open(t.Context(), vix.Locator{Path: paths[1]})
	failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
	moref, err := s.Register(t.Context(), "DC0", paths[1].String())
	must(t, err)
	vm, err = h.Open(t.Context(), vix.Locator{Path: paths[1]})
	if err != nil || vm.ManagedObjectID != moref {
		t.Errorf("open of what was registered since: %+v, %v", vm, err)
	}
}

func otherStore(name string) string {
	if name == "LocalDS_0" {
		return "LocalDS_1"
	}
	return "LocalDS_0"
}

func TestFind(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, VMs: 3})
	_, err := s.AddFolder("DC0", "Linux/Web")
	must(t, err)
	const folder = "/DC0/vm/Linux/Web"
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	_, err = h.Register(t.Context(), vix.RegisterSpec{Path: p, Folder: folder, Cluster: "DC0_C0"})
	must(t, err)
	count := func(q vix.Query) int {
		items, err := h.Find(t.Context(), q)
		must(t, err)
		return len(items)
	}
	if got := []int{count(vix.Query{}), count(vix.Query{Datacenter: "DC1"}), count(vix.Query{Datacenter: "DC0", Folder: "Linux"}), count(vix.Query{Folder: folder}), count(vix.Query{Running: true})}; !slices.Equal(got, []int{7, 3, 1, 1, 0}) {
		t.Errorf("found %v", got)
	}
	_, err = h.Find(t.Context(), vix.Query{Folder: "Linux"})
	failure(t, err, vix.CodeInvalidArg, vix.FieldDatacenter)
	_, err = h.Find(t.Context(), vix.Query{Datacenter: "DC0", Folder: "Lynux"})
	says(t, failure(t, err, vix.CodeObjectNotFound, vix.FieldFolder), `There is no VM folder "Lynux" in /DC0`, "/DC0/vm/Linux")
	_, err = h.Find(t.Context(), vix.Query{Datacenter: "DC7"})
	failure(t, err, vix.CodeObjectNotFound, vix.FieldDatacenter)
}

// What explains an error is looked for in some places, whatever there are.
func TestWhatIsNotFoundIsNotLookedForEverywhere(t *testing.T) {
	t.Parallel()
	s := simulated(t, sim.Options{Datacenters: 60, Clusters: -1, PlainHTTP: true})
	h := connected(t, s)
	must(t, second(h.Info(t.Context()))) // what the others share
	s.ResetRequests()
	_, err := h.Open(t.Context(), vix.Locator{Path: pathOf(t, "[LocalDS_0] none/none.vmx")})
	e := failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
	says(t, e, "/DC0, /DC1", "and 40 more, and there is no such file on the datastore. It was looked for in the first 20 of them.")
	one := s.RequestCount()
	if one > 80 || s.Requests()["SearchDatastore_Task"] != 20 || s.Requests()["FindByDatastorePath"] != 0 {
		t.Errorf("it took %d requests: %v", one, s.Requests())
	}
	var paths []vix.Path
	for i := range 10 {
		paths = append(paths, pathOf(t, fmt.Sprintf("[LocalDS_0] none%d/none.vmx", i)))
	}
	s.ResetRequests()
	tenAtATime(paths, func(_ int, p vix.Path) {
		_, err := h.Open(t.Context(), vix.Locator{Path: p})
		failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
	})
	if n := s.RequestCount(); n > 100 {
		t.Errorf("ten more took %d requests: %v", n, s.Requests())
	}
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: paths[0]})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldDatacenter), "60 datacenters have a datastore named", "- and 40 more")
}

func TestPlacesInASentence(t *testing.T) {
	if got := []string{join(nil), join([]string{"a"}), join([]string{"a", "b"}), join([]string{"a", "b", "c"})}; !slices.Equal(got, []string{"any datacenter", "a", "a and b", "a, b and c"}) {
		t.Errorf("join = %q", got)
	}
	if got := inventory.AtMost([]string{"a", "b", "c"}, 2); !slices.Equal(got, []string{"a", "b", "and 1 more"}) {
		t.Errorf("atMost = %q", got)
	}
}

func TestAQuestionIsShown(t *testing.T) {
	s := simulated(t, sim.Options{})
	p, _ := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	must(t, s.Ask("DC0", p.String(), sim.MovedOrCopied))
	vm, err := connected(t, s).Open(t.Context(), vix.Locator{Path: p})
	must(t, err)
	if vm.Question == nil || vm.Question.ID == "" || vm.Question.Text == "" || len(vm.Question.Choices) < 2 {
		t.Fatalf("question: %+v", vm.Question)
	}
	if !slices.ContainsFunc(vm.Question.Choices, func(c vix.Choice) bool { return c.Default }) {
		t.Errorf("no choice is the default: %+v", vm.Question.Choices)
	}
}
