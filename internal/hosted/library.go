// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmdir"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// failureAge is how long a failure that took long counts for those who come after it.
const failureAge = 5 * time.Second

// entries are the VMs in the library as they were told last, or why they could not be told.
type entries struct {
	turn chan struct{} // held by who asks

	mu           sync.Mutex
	begun, ended time.Time // when it was asked and answered
	set          *vmdir.Set
	err          error
}

// registered are the VMs in the library of the product, which must be reached. Whoever waits for an answer shares one
// that was asked for after he had begun to wait, or is no older than he believes: what it lacks was not there. A failure
// is shared by all that waited meanwhile, and by those who come right after where it took long.
func (h *host) registered(ctx context.Context) (*vmdir.Set, error) {
	wanted := time.Now()
	select {
	case h.entries.turn <- struct{}{}:
		defer func() { <-h.entries.turn }()
	case <-ctx.Done():
		return nil, h.failed(step{"read the library of", h.name, ""}, context.Cause(ctx))
	}
	if set, err := h.entries.known(wanted, vix.Believed(ctx)); set != nil || err != nil {
		return set, err
	}
	begun := time.Now()
	vms, err := h.library.VMs(ctx)
	if ctx.Err() != nil && err != nil {
		return nil, err // that is about him who asked
	}
	var paths []string
	for _, vm := range vms {
		paths = append(paths, vm.Path)
	}
	var set *vmdir.Set
	if err == nil {
		set = vmdir.NewSet(paths)
	}
	h.entries.mu.Lock()
	defer h.entries.mu.Unlock()
	h.entries.begun, h.entries.ended, h.entries.set, h.entries.err = begun, time.Now(), set, err
	return set, err
}

// known is an answer that is new enough; nothing if there is none.
func (e *entries) known(wanted time.Time, age time.Duration) (*vmdir.Set, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.err != nil && (e.ended.After(wanted) || errors.Is(e.err, vix.ErrSlow) && time.Since(e.ended) < failureAge):
		return nil, e.err
	case e.set != nil && (e.begun.After(wanted) || time.Since(e.begun) < age):
		return e.set, nil
	}
	return nil, nil
}

// add adds a VM to the library, which is known at once to whoever reads what it has.
func (h *host) add(ctx context.Context, name, path string) error {
	err := h.library.Register(ctx, name, path)
	h.entries.mu.Lock()
	defer h.entries.mu.Unlock()
	switch {
	case err != nil:
		h.entries.set = nil
	case h.entries.set != nil:
		h.entries.set = h.entries.set.With(path)
	}
	return err
}

// inLibrary is the VM at a canonical path as the library has it; nil if it does not, by an answer that says so. Where
// the answer leaves open whether it does, the error has the kind.
func (h *host) inLibrary(ctx context.Context, what step, path string, kind vix.Kind) (*vix.Registration, error) {
	library, err := h.registered(ctx)
	if err != nil {
		return nil, err
	}
	is, doubts := library.Has(path)
	file, err := vmdir.ReadConfig(what.op, path)
	switch {
	case !is && len(doubts) > 0 && (kind == vix.ErrUnproved || vix.CodeOf(err) != vix.CodeVMNotFound):
		return nil, h.doubted(what, kind, "Whether the VM is in the library of the product cannot be told. "+unsureEntry, doubts)
	case !is:
		return nil, nil
	case err == nil:
		found := h.registration(path, file)
		return &found, nil
	}
	// The entry is there, and the file is not, or not readable: that is no other registration.
	return &vix.Registration{
		ID: path, Server: string(h.provider), Path: vix.Path{File: path}, FileID: path, ConnectionState: vix.Inaccessible,
	}, nil
}

// unsureEntry is what an error of the library says of entries that may be a VM.
const unsureEntry = "An entry that no file can be looked at for, or that cannot be read, may be it:"

// doubted is the error of what cannot be told because of paths that may be several VMs.
func (h *host) doubted(what step, kind vix.Kind, reason string, doubts []vmdir.Blur) error {
	e := &vix.Error{Op: what.op, Object: what.object, Code: vix.CodeInvalidArg, Kind: kind, Reason: reason}
	if kind == vix.ErrUnproved {
		e.Code = vix.CodeObjectNotFound
	}
	for _, doubt := range doubts {
		e.Choices = append(e.Choices, doubt.String())
	}
	return e
}
