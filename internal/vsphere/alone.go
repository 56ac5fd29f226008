// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"sync"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// alone makes what this process changes of one VM go one after the other: a host refuses the second
// of two tasks, and would have to be asked again and again.
type alone struct {
	mu  sync.Mutex
	vms map[reference]chan struct{}
}

// lock waits until nothing else of this process changes a VM, and gives what ends it.
func (a *alone) lock(ctx context.Context, vm reference) (unlock func(), err error) {
	a.mu.Lock()
	if a.vms == nil {
		a.vms = map[reference]chan struct{}{}
	}
	one := a.vms[vm]
	if one == nil {
		one = make(chan struct{}, 1)
		a.vms[vm] = one
	}
	a.mu.Unlock()
	select {
	case one <- struct{}{}:
		return func() { <-one }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// oneByOne starts a task that has its VM alone, and waits for its end: after what this process does with the VM, and
// after what others do. What was read of the VM is forgotten.
func (h *host) oneByOne(ctx context.Context, vm reference, start func(context.Context) (reference, error)) error {
	unlock, err := h.alone.lock(ctx, vm)
	if err != nil {
		return err
	}
	defer unlock()
	defer h.Changed(vm)
	return h.following(ctx, start)
}

// vmReference is the managed object of a handle.
func vmReference(handle vix.Handle) reference {
	return reference{Type: "VirtualMachine", Value: handle.ManagedObjectID}
}

// shownHandle is a VM as errors name it that has not been read yet.
func shownHandle(handle vix.Handle) string {
	if handle.Path.IsZero() {
		return "the VM " + handle.ID
	}
	return "the VM " + handle.Path.String()
}

// lately is the VM of a handle as an open of this run has read it, or as it is now by reads.
func (h *host) lately(ctx context.Context, what wire.Step, handle vix.Handle, reads vms.Reader) (*vms.Record, error) {
	r := h.Lately(vmReference(handle))
	if r == nil {
		return h.meant(ctx, what, handle, reads)
	}
	if is := r.Registration(); handle.Same(&is) != vix.Itself {
		return h.meant(ctx, what, handle, reads)
	}
	return r, h.sameServer(ctx, what, handle)
}

// latelyReadable is the VM of a handle as an open of this run has read it, or as it is now, whose configuration the
// host can read.
func (h *host) latelyReadable(ctx context.Context, what wire.Step, handle vix.Handle) (*vms.Record, error) {
	r, err := h.lately(ctx, what, handle, &h.Opens)
	if err != nil {
		return nil, err
	}
	return r, h.readableConfig(what, r)
}

// meantReadable is the VM of a handle as it is now, whose configuration the host can read.
func (h *host) meantReadable(ctx context.Context, what wire.Step, handle vix.Handle) (*vms.Record, error) {
	r, err := h.meant(ctx, what, handle, &h.Opens)
	if err != nil {
		return nil, err
	}
	return r, h.readableConfig(what, r)
}
