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

// Register implements vix.Host: Folder.RegisterVM_Task. The task is sent once;
// nothing of it is repeated.
func (h *host) Register(ctx context.Context, spec vix.RegisterSpec) (*vix.Registered, error) {
	p, err := h.prepare(ctx, spec, time.Time{}) // the host looks itself
	if err != nil {
		return nil, err
	}
	if p.already != nil {
		return &vix.Registered{Registration: h.stamp(ctx, p.already.Registration()), Adopted: !p.finished, Finished: p.finished}, nil
	}
	vm, err := h.register(ctx, p)
	if err != nil {
		if fault.Is(err, &types.AlreadyExists{}) {
			return h.overtaken(ctx, p, err)
		}
		return nil, h.registerError(ctx, p, err)
	}
	h.Registered(spec.Path, p.dc, vm)
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

// overtaken is the case that the path was registered between the look and the
// leap: by somebody else, or by an attempt of ours that was interrupted and whose
// task the host finished only now. The host's record tells which.
func (h *host) overtaken(ctx context.Context, p *prepared, refused error) (*vix.Registered, error) {
	h.Forget(p.spec.Path.Datastore)
	p.refused = true
	if p.already == nil {
		if err := h.lookAround(ctx, p); err != nil {
			return nil, err
		}
	}
	if p.already == nil {
		return nil, h.registerError(ctx, p, refused)
	}
	if err := h.mayTake(ctx, p); err != nil {
		return nil, err
	}
	return &vix.Registered{Registration: h.stamp(ctx, p.already.Registration()), Adopted: !p.finished, Finished: p.finished}, nil
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
	case errors.Is(err, watch.ErrUnsettled):
		e.Code = vix.CodeCancelled
		e.Reason = "The operation was interrupted while the host's task was running; " + watch.ErrUnsettled.Error() + "."
		e.Kind, e.Remedy = "", ""
	case as(err, &missing), as(err, &file):
		e.Code, e.Field = vix.CodeNotFound, vix.FieldPath
		e.Reason = fmt.Sprintf("There is no such file on the datastore %s of %s.", p.ds.Name, p.dc.Path)
		e.Remedy = "Check the path, or upload the VM first."
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

// registeredByUs asks the host's own record whether a VM is what an attempt of ours has
// registered. The tasks of the attempt tell, where they are known and the host still has them;
// otherwise its events do.
func (h *host) registeredByUs(ctx context.Context, vm types.ManagedObjectReference, attempt vix.Attempt) (bool, error) {
	certain := attempt.Told()
	for _, task := range attempt.Tasks {
		info, err := h.waits.Ended(ctx, types.ManagedObjectReference{Type: "Task", Value: task})
		switch {
		case err != nil:
			return false, err
		case info == nil:
			certain = false // it runs still, or the host has forgotten it
		case info.State == types.TaskInfoStateSuccess && info.Result == vm:
			return true, nil
		}
	}
	if certain {
		return false, nil // all of them came to another end
	}
	return h.eventByUs(ctx, vm, attempt)
}

// eventByUs asks the host's events: is the newest VmRegisteredEvent of this VM one of our
// user, within the time of the attempt? EventManager.QueryEvents.
func (h *host) eventByUs(ctx context.Context, vm types.ManagedObjectReference, attempt vix.Attempt) (bool, error) {
	manager := h.Client.ServiceContent.EventManager
	if manager == nil {
		return false, nil
	}
	response, err := methods.QueryEvents(ctx, h.Client, &types.QueryEvents{
		This: *manager,
		Filter: types.EventFilterSpec{
			Entity:      &types.EventFilterSpecByEntity{Entity: vm, Recursion: types.EventFilterSpecRecursionOptionSelf},
			EventTypeId: []string{"VmRegisteredEvent"},
		},
	})
	if err != nil {
		if unanswerable(err) {
			return false, nil // no record, no proof
		}
		return false, err
	}
	var newest *types.Event
	for _, event := range response.Returnval {
		if _, ok := event.(*types.VmRegisteredEvent); !ok {
			continue
		}
		if e := event.GetEvent(); newest == nil || e.CreatedTime.After(newest.CreatedTime) {
			newest = e
		}
	}
	return newest != nil && newest.UserName == h.User.UserName && attempt.Covers(newest.CreatedTime), nil
}
