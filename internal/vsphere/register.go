// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Register implements vix.Host: Folder.RegisterVM_Task. The task is sent once; it
// is repeated only where the host refused to begin it because another one is running.
func (h *host) Register(ctx context.Context, spec vix.RegisterSpec) (*vix.Registered, error) {
	p, err := h.prepare(ctx, spec, time.Time{}) // the host looks itself
	if err != nil {
		return nil, err
	}
	if p.already != nil {
		return &vix.Registered{Registration: h.stamp(ctx, p.already.Registration()), Adopted: !p.finished, Finished: p.finished}, nil
	}
	var vm types.ManagedObjectReference
	err = h.patiently(ctx, func() (err error) {
		vm, err = h.register(ctx, p)
		return err
	})
	if err != nil {
		if fault.Is(err, &types.AlreadyExists{}) {
			return h.overtaken(ctx, p, err)
		}
		return nil, h.registerError(ctx, p, err)
	}
	h.Registered(p.spec.Path, p.dc, vm)
	// The registration exists: reading it back must not be cut short by the
	// interruption that came too late to stop it.
	readCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.Options.RequestTimeout)
	defer cancel()
	r, err := h.Reads.Get(readCtx, vm)
	if err != nil {
		e := &vix.Error{
			Op: "read back", Object: spec.Path.String(), Code: vix.CodeHostConnectionLost, Doubt: true, Cause: err,
			Reason: fmt.Sprintf("The VM was registered as %s, but the host did not tell more: %s.", vm.Value, err),
		}
		return nil, e
	}
	return &vix.Registered{Registration: h.stamp(ctx, r.Registration())}, nil
}

// register starts the task and waits for it.
func (h *host) register(ctx context.Context, p *prepared) (types.ManagedObjectReference, error) {
	pool, on := p.placed.Refs()
	if p.spec.Sending != nil {
		now, err := h.now(ctx)
		if err != nil {
			return types.ManagedObjectReference{}, err
		}
		p.spec.Sending(now)
	}
	response, err := methods.RegisterVM_Task(ctx, h.Client, &types.RegisterVM_Task{
		This: p.placed.Folder.Ref, Path: p.spec.Path.String(), Name: wire.EscapeName(p.spec.Name),
		AsTemplate: p.spec.Template, Pool: pool, Host: on,
	})
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	if p.spec.Sent != nil {
		p.spec.Sent(response.Returnval.Value)
	}
	result, err := h.waits.Result(ctx, response.Returnval)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	vm, ok := result.(types.ManagedObjectReference)
	if !ok {
		return vm, fmt.Errorf("the task gave %T rather than a VM", result)
	}
	return vm, nil
}

// registerError says more about a refused registration than its fault does.
func (h *host) registerError(ctx context.Context, p *prepared, err error) error {
	var e *vix.Error
	if !errors.As(h.Failed(p.what, err), &e) {
		return err
	}
	var (
		argument *types.InvalidArgument
		missing  *types.NotFound
		file     *types.FileNotFound
	)
	switch {
	case unsettled(e, err):
	case as(err, &missing), as(err, &file):
		e.Code, e.Field = vix.CodeNotFound, vix.FieldPath
		e.Reason = fmt.Sprintf("There is no such file on the datastore %s of %s.", p.ds.Name, p.dc.Path)
		e.Remedy = "Check the path, or upload the VM first."
		if e.Choices = h.Near(ctx, p.ds, p.spec.Path); len(e.Choices) > 0 {
			e.Reason += " Near it are:"
		}
	case as(err, &argument):
		switch argument.InvalidProperty {
		case "pool":
			e.Field = vix.FieldResourcePool
		case "host":
			e.Field = vix.FieldHost
		case "path":
			e.Field = vix.FieldPath
		case "name":
			e.Field = vix.FieldName
		}
	case fault.Is(err, &types.NoPermission{}):
		e.Reason = cmp.Or(h.Lacking(ctx, err), e.Reason)
	case e.Code == vix.CodeCannotReadVMConfig:
		e.Field = vix.FieldPath
		e.Reason = "The host cannot understand the file: it is damaged, or no VM's configuration."
		e.Remedy = "Look at the file. A copy of it, or a backup, may be readable."
	}
	return e
}

// unsettled completes the error of a task whose caller had to go before its end was known; false of another one.
func unsettled(e *vix.Error, err error) bool {
	switch {
	case !errors.Is(err, watch.ErrUnsettled):
		return false
	case errors.Is(err, context.DeadlineExceeded):
		e.Reason = "The host's task did not end within the time of the operation; " + watch.ErrUnsettled.Error() + "."
	default:
		e.Code, e.Kind, e.Remedy = vix.CodeCancelled, "", ""
		e.Reason = "The operation was interrupted while the host's task was running; " + watch.ErrUnsettled.Error() + "."
	}
	return true
}

// as is fault.As for its truth alone.
func as[T any](err error, target *T) bool {
	_, ok := fault.As(err, target)
	return ok
}

// now is the host's time. What its clock has before this machine's is asked once.
func (h *host) now(ctx context.Context) (time.Time, error) {
	ahead, err := h.clocks.Get(ctx, h.Life, struct{}{}, time.Time{}, func(ctx context.Context) (time.Duration, error) {
		now, err := methods.GetCurrentTime(ctx, h.Client)
		if err != nil {
			return 0, err
		}
		// What the answer took makes the host's time seem earlier: an attempt must not
		// seem to begin after what it did.
		return time.Until(*now), nil
	})
	return time.Now().Add(ahead), err
}
