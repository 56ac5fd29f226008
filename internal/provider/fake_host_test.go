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
	// files is what a search finds, fileQuery what it was asked; query is what Find was.
	files     vix.Files
	fileQuery vix.FileQuery
	query     vix.Query

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
	// fail answers for a method; finished makes a VM that is there the end of an
	// earlier attempt.
	fail     map[string]error
	finished bool
	vm       *vix.VM
	options  vix.ConnectOptions
	// left is the time that the last call was given.
	left time.Duration
	// handle is the one of the last call that took one.
	handle vix.Handle
	closed int
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
		InstanceUUID: fakeServer, Username: "DOMAIN\\user", Features: []string{"register"},
		Datacenters: []vix.Datacenter{{
			Name: "DC0", Path: "/DC0",
			Datastores: []vix.Datastore{{Name: "storage1", URL: "ds:///vmfs/volumes/1/", Type: "VMFS", Accessible: true}},
		}},
	}, h.called("Info")
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
		return &vix.VM{Registration: *r}, nil
	}
	return nil, &vix.Error{Op: "open", Object: at.Path.String(), Code: vix.CodeVMNotFound, Field: vix.FieldPath, Reason: "No VM has it."}
}

func (h *fakeHost) OpenID(_ context.Context, id string) (*vix.VM, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("OpenID " + id); err != nil {
		return nil, err
	}
	if r := h.vms[id]; r != nil {
		return &vix.VM{Registration: *r}, nil
	}
	return nil, &vix.Error{Op: "open", Object: id, Code: vix.CodeVMNotFound, Reason: "No VM has it."}
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
		})
	}
	return items, h.called("Find")
}

func (h *fakeHost) Files(_ context.Context, query vix.FileQuery) (*vix.Files, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fileQuery = query
	return &h.files, h.called("Files")
}

func (h *fakeHost) Check(ctx context.Context, spec vix.RegisterSpec) (*vix.Check, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.specs = append(h.specs, spec)
	if err := h.called("Check"); err != nil {
		return nil, err
	}
	check := &vix.Check{FileExists: !h.missing[spec.Path], FileID: spec.Path.String(), Placement: fakePlacement}
	place(&check.Placement.Folder, "/DC0/vm/", spec.Folder)
	place(&check.Placement.ResourcePool, "/DC0/host/C0/Resources/", spec.ResourcePool)
	if r := h.byPath(spec.Path); r != nil && (spec.Without == nil || spec.Without.ManagedObjectID != r.ManagedObjectID) {
		check.Finished = h.finished && !spec.Attempt.IsZero()
		if !spec.Adopt && !check.Finished {
			return nil, already(spec.Path, r)
		}
		check.Registered = r
	}
	return check, nil
}

func (h *fakeHost) Register(ctx context.Context, spec vix.RegisterSpec) (*vix.Registered, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.specs = append(h.specs, spec)
	if spec.Sending != nil && h.byPath(spec.Path) == nil {
		spec.Sending(time.Now())
	}
	if err := h.called("Register"); err != nil {
		return nil, err
	}
	if r := h.byPath(spec.Path); r != nil {
		finished := h.finished && !spec.Attempt.IsZero()
		if !spec.Adopt && !finished {
			return nil, already(spec.Path, r)
		}
		return &vix.Registered{Registration: *r, Adopted: !finished, Finished: finished}, nil
	}
	name := spec.Name
	if name == "" {
		name = spec.Path.Stem()
	}
	r := h.register(spec.Path, name)
	r.Template = spec.Template
	place(&r.Folder, "/DC0/vm/", spec.Folder)
	place(&r.Host, "/DC0/host/C0/", spec.Host)
	place(&r.ResourcePool, "/DC0/host/C0/Resources/", spec.ResourcePool)
	return &vix.Registered{Registration: *r}, nil
}

func (h *fakeHost) Registration(ctx context.Context, handle vix.Handle) (*vix.Registration, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle = handle
	if err := h.called("Registration"); err != nil {
		return nil, err
	}
	if r := h.vms[handle.ID]; r != nil {
		found := *r
		return &found, nil
	}
	return nil, &vix.Error{Op: "read", Object: handle.Path.String(), Code: vix.CodeVMNotFound, Cause: vix.ErrGone}
}

func (h *fakeHost) CheckChange(_ context.Context, handle vix.Handle, change vix.Change) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	return h.called("CheckChange")
}

func (h *fakeHost) CheckUnregister(_ context.Context, handle vix.Handle, _ vix.PowerOff) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	return h.called("CheckUnregister")
}

func (h *fakeHost) Update(ctx context.Context, handle vix.Handle, change vix.Change) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle = handle
	h.changes = append(h.changes, change)
	r := h.vms[handle.ID]
	if change.Name != nil {
		// The name is done before the rest fails: what a partial failure looks like.
		r.Name = *change.Name
	}
	if err := h.called("Update"); err != nil {
		return err
	}
	if change.Folder != nil {
		place(&r.Folder, "/DC0/vm/", *change.Folder)
	}
	if change.ResourcePool != nil {
		place(&r.ResourcePool, "/DC0/host/C0/Resources/", *change.ResourcePool)
	}
	return nil
}

func (h *fakeHost) Unregister(ctx context.Context, handle vix.Handle, off vix.PowerOff) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle = handle
	h.off = off
	if err := h.called("Unregister"); err != nil {
		return err
	}
	delete(h.vms, handle.ID)
	return nil
}

func (h *fakeHost) Disconnect(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed++
	return h.called("Disconnect")
}

func place(at *string, parent, name string) {
	switch {
	case name == "":
	case name[0] == '/':
		*at = name
	default:
		*at = parent + name
	}
}

func already(p vix.Path, r *vix.Registration) error {
	return &vix.Error{
		Op: "register", Object: p.String(), Code: vix.CodeAlreadyExists, Field: vix.FieldPath, Reason: "It is registered already.", VM: r,
	}
}

func mustPath(t *testing.T, text string) vix.Path {
	t.Helper()
	p, err := vix.ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
