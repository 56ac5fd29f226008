// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// fakeHost is a host with an inventory in memory that knows which calls were
// made. A func in fail answers instead of it.
type fakeHost struct {
	fakeBrowser

	// query is what Find was asked.
	query vix.Query
	// lacks are the features that the product does not have.
	lacks map[vix.Feature]bool

	mu    sync.Mutex
	calls []string
	// specs and changes are what Register, Check and Update were given.
	specs   []vix.RegisterSpec
	changes []vix.Change
	off     vix.PowerOff
	vms     map[string]*vix.Registration
	next    int
	// missing are files that are not there.
	missing map[vix.Path]bool
	// links are where paths lead, on a product whose registrations are known before they are made.
	links map[string]string
	// fail answers for a method; finished makes a VM that is there the end of an
	// earlier attempt.
	fail     map[string]error
	finished bool
	vm       *vix.VM
	options  vix.ConnectOptions
	// left is the time that the last call was given.
	left time.Duration
	// handle is the one of the last call that took one.
	handle    vix.Handle
	variables fakeVariables
	snapshots fakeSnapshots
	// cloned is what CheckClone and Clone were given last, underway that a clone of an earlier attempt is still being made.
	cloned   vix.CloneSpec
	underway bool
	guest    fakeGuest
	// order is the last one to a VM's power, question what the VM asks.
	order    vix.PowerOrder
	question *vix.Question
	// address is what guests tell.
	address string
	closed  int
}

var _ vix.Host = (*fakeHost)(nil)

const (
	fakeServer = "5e7e5e00-0000-0000-0000-000000000001"
	webPath    = "[storage1] web/web.vmx"
)

// fakePlacement is where a VM goes of which nothing else is said.
var fakePlacement = vix.Placement{
	Datacenter: "/DC0", Folder: "/DC0/vm", ResourcePool: "/DC0/host/C0/Resources", Cluster: "/DC0/host/C0", Host: "/DC0/host/C0/esx1",
}

func newFakeHost() *fakeHost {
	return &fakeHost{vms: map[string]*vix.Registration{}, missing: map[vix.Path]bool{}, fail: map[string]error{}}
}

// connect is the fake's vix.Connect.
func (h *fakeHost) connect(_ context.Context, options vix.ConnectOptions) (vix.Host, error) {
	h.options = options
	return h, h.called("Connect")
}

func (h *fakeHost) called(name string) error {
	h.calls = append(h.calls, name)
	return h.fail[name]
}

func (h *fakeHost) given(ctx context.Context) {
	end, _ := ctx.Deadline()
	h.left = time.Until(end)
}

// made returns the calls since the last time it was asked, without those of Info.
func (h *fakeHost) made() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := slices.DeleteFunc(h.calls, func(c string) bool { return c == "Info" })
	h.calls = nil
	return calls
}

func (h *fakeHost) byPath(p vix.Path) *vix.Registration {
	for _, r := range h.vms {
		if r.Path == p {
			return r
		}
	}
	return nil
}

// register puts a VM into the inventory.
func (h *fakeHost) register(p vix.Path, name string) *vix.Registration {
	h.next++
	r := &vix.Registration{
		ID:              fmt.Sprintf("50000000-0000-0000-0000-%012d", h.next),
		ManagedObjectID: fmt.Sprintf("vm-%d", h.next), Name: name, Path: p, FileID: p.String(),
		Placement: fakePlacement, Server: fakeServer,
		ConnectionState: vix.Connected, PowerState: vix.PoweredOff,
	}
	r.InstanceUUID = r.ID
	h.vms[r.ID] = r
	return r
}

func (h *fakeHost) Info(context.Context) (vix.HostInfo, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return vix.HostInfo{
		ServiceProvider: vix.VIServer, Product: "VMware vCenter Server", Version: "8.0.3", Build: "1", APIVersion: "8.0.3.0",
		InstanceUUID: fakeServer, Username: "DOMAIN\\user", Features: []vix.Feature{vix.FeatureRegister},
		Datacenters: []vix.Datacenter{{
			Name: "DC0", Path: "/DC0",
			Datastores: []vix.Datastore{{Name: "storage1", URL: "ds:///vmfs/volumes/1/", Type: "VMFS", Accessible: true}},
		}},
	}, h.called("Info")
}

func (h *fakeHost) Supports(feature vix.Feature) error {
	if h.lacks[feature] {
		return vix.NotSupported("VMware Player", feature)
	}
	return nil
}

func (h *fakeHost) ParsePath(text string) (vix.Path, error) {
	if leads, ok := h.links[text]; ok {
		text = leads
	}
	return vix.ParsePath(text)
}

func (h *fakeHost) Open(_ context.Context, at vix.Locator) (*vix.VM, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("Open " + at.String()); err != nil {
		return nil, err
	}
	if err := h.fail["Open"]; err != nil {
		return nil, err
	}
	if h.vm != nil {
		return h.vm, nil
	}
	if r := h.byPath(at.Path); r != nil {
		return h.opened(r), nil
	}
	return nil, &vix.Error{Op: "open", Object: at.Path.String(), Code: vix.CodeVMNotFound, Field: vix.FieldPath, Reason: "No VM has it."}
}

func (h *fakeHost) OpenID(_ context.Context, id string) (*vix.VM, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("OpenID " + id); err != nil {
		return nil, err
	}
	for _, r := range h.vms {
		if id == r.ID || id == r.ManagedObjectID || id == r.Folder+"/"+r.Name {
			return h.opened(r), nil
		}
	}
	return nil, &vix.Error{Op: "open", Object: id, Code: vix.CodeVMNotFound, Reason: "No VM has it."}
}

func (h *fakeHost) Read(ctx context.Context, handle vix.Handle) (*vix.VM, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle = handle
	if err := h.called("Read"); err != nil {
		return nil, err
	}
	r := h.vms[handle.ID]
	if r == nil {
		return nil, &vix.Error{Op: "read", Object: "the VM " + handle.ID, Code: vix.CodeObjectNotFound, Kind: vix.ErrGone, Reason: "It is gone."}
	}
	return h.opened(r), nil
}

// opened is a VM of the inventory as an open tells it.
func (h *fakeHost) opened(r *vix.Registration) *vix.VM {
	vm := &vix.VM{Registration: *r, IsRunning: r.PowerState == vix.PoweredOn, Snapshots: slices.Clone(h.snapshots[r.ID])}
	vm.Guest.Family = h.guest.family
	vm.GuestOS = h.guest.os
	if vm.IsRunning {
		vm.Guest.IPAddress = h.address
	}
	return vm
}

func (h *fakeHost) Find(_ context.Context, query vix.Query) ([]vix.Item, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.query = query
	var items []vix.Item
	for _, id := range slices.Sorted(maps.Keys(h.vms)) {
		r := h.vms[id]
		items = append(items, vix.Item{
			ID: r.ID, ManagedObjectID: r.ManagedObjectID, Name: r.Name, Path: r.Path, Datacenter: r.Datacenter, PowerState: r.PowerState,
			ConnectionState: r.ConnectionState,
		})
	}
	return items, h.called("Find")
}

func (h *fakeHost) Disconnect(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed++
	return h.called("Disconnect")
}

func mustPath(t *testing.T, text string) vix.Path {
	t.Helper()
	p, err := vix.ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
