// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package watch

import (
	"context"
	"errors"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// settle is how long a cancelled caller waits to learn how its task ended.
const settle = 700 * time.Millisecond

// ErrUnsettled is a task whose end is not known because the caller had to go.
var ErrUnsettled = errors.New("the task was asked to stop, and may still finish on the host")

// goneError is what is waited for and gone.
type goneError struct{ ref reference }

func (e goneError) Error() string {
	return "the host does not know the task " + e.ref.Value + " any more"
}

// Done waits for a task that gives nothing but its end.
func (w *Watch) Done(ctx context.Context, ref reference) error {
	_, err := w.task(ctx, ref)
	return err
}

// Result waits for a task and gives its result.
func (w *Watch) Result(ctx context.Context, ref reference) (types.AnyType, error) {
	info, err := w.task(ctx, ref)
	return w.resultOf(ctx, ref, info, err)
}

// Follow waits for a task that gives nothing but its end. When ctx ends first, the task is left
// alone: what it does goes on.
func (w *Watch) Follow(ctx context.Context, ref reference) error {
	_, err := w.followed(ctx, ref)
	return err
}

// FollowResult is Follow of a task with a result.
func (w *Watch) FollowResult(ctx context.Context, ref reference) (types.AnyType, error) {
	info, err := w.followed(ctx, ref)
	return w.resultOf(ctx, ref, info, err)
}

func (w *Watch) followed(ctx context.Context, ref reference) (_ types.TaskInfo, err error) {
	defer w.line.Waiting(ctx, "task", "task", ref.Value)(&err)
	info, one := w.ended(ref)
	select {
	case err = <-one.end:
		return *info, w.outcome(ctx, ref, info, err)
	case <-ctx.Done():
		w.leave(ref, one)
		return types.TaskInfo{}, w.line.Typed(ctx.Err())
	}
}

// ended is a wait for the end of a task, and what is known of it then.
func (w *Watch) ended(ref reference) (*types.TaskInfo, *waiter) {
	info := &types.TaskInfo{}
	return info, w.follow(ref, func(known properties) bool {
		*info = infoOf(known)
		return HasEnded(*info)
	})
}

// resultOf is the result of a task that has ended.
func (w *Watch) resultOf(ctx context.Context, ref reference, info types.TaskInfo, err error) (types.AnyType, error) {
	if err != nil || info.Result != nil {
		return info.Result, err
	}
	// The state came without it, and nobody watches the task any more.
	now, err := w.retrieve(context.WithoutCancel(ctx), ref)
	return now["info.result"], err
}

// Outlast waits until a task that is somebody else's is over, however it ends, or until ctx
// ends. It is left alone. An error says that the host does not tell.
func (w *Watch) Outlast(ctx context.Context, ref reference) (err error) {
	if ref.Value == "" {
		return nil
	}
	defer w.line.Waiting(ctx, "wait", "wait", ref.Value, "for", "the end of another task")(&err)
	one := w.follow(ref, func(known properties) bool {
		return HasEnded(infoOf(known))
	})
	select {
	case err := <-one.end:
		return err
	case <-ctx.Done():
		w.leave(ref, one)
		return ctx.Err()
	}
}

// Now gives how a task is now, without waiting for its end; nil of one that the host does not know any more.
func (w *Watch) Now(ctx context.Context, ref reference) (*types.TaskInfo, error) {
	now, err := w.retrieve(ctx, ref)
	if wire.IsGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info := infoOf(now)
	return &info, nil
}

// Ended gives what a task has come to, without waiting for it: nil while it runs, and of one
// that the host does not know any more.
func (w *Watch) Ended(ctx context.Context, ref reference) (*types.TaskInfo, error) {
	info, err := w.Now(ctx, ref)
	if info == nil || !HasEnded(*info) {
		return nil, err
	}
	return info, nil
}

// HasEnded reports that a task runs no more.
func HasEnded(info types.TaskInfo) bool {
	return info.State == types.TaskInfoStateSuccess || info.State == types.TaskInfoStateError
}

// task waits for a task. When ctx ends first the task is cancelled, and its end is
// awaited a moment longer, because a task may finish all the same: what it did
// must not be lost.
func (w *Watch) task(ctx context.Context, ref reference) (_ types.TaskInfo, err error) {
	defer w.line.Waiting(ctx, "task", "task", ref.Value)(&err)
	info, one := w.ended(ref)
	select {
	case err = <-one.end:
		return *info, w.outcome(ctx, ref, info, err)
	case <-ctx.Done():
	}
	settled, cancel := context.WithTimeout(context.WithoutCancel(ctx), settle)
	defer cancel()
	cancelled := make(chan struct{})
	go func() {
		defer close(cancelled)
		_, _ = methods.CancelTask(settled, w.line.Client, &types.CancelTask{This: ref})
	}()
	defer func() { <-cancelled }()
	select {
	case err = <-one.end:
		return *info, w.stopped(ctx, w.outcome(settled, ref, info, err))
	case <-settled.Done():
		w.leave(ref, one)
		return types.TaskInfo{}, w.doubtful(errors.Join(ctx.Err(), ErrUnsettled))
	}
}

// stopped is the end of a task that was cancelled because ctx had ended: that nobody else
// did it is the cause, not what the host says.
func (w *Watch) stopped(ctx context.Context, err error) error {
	if !fault.Is(err, &types.RequestCanceled{}) {
		return err
	}
	e := &vix.Error{Code: vix.CodeCancelled, Kind: vix.ErrPassing, Cause: errors.Join(ctx.Err(), err)}
	if told, ok := errors.AsType[*vix.Error](err); ok {
		e.Fault, e.Doubt = told.Fault, told.Doubt
	}
	e.Reason = "The operation was interrupted, and the host has stopped its task."
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		e.Code, e.Kind = vix.CodeNetHTTPOperationTimedout, ""
		e.Reason = "The host's task did not end within the time of the operation, and was stopped."
		e.Remedy = "Raise the operation's timeout, or find out what the host waits for."
	}
	return e
}

// infoOf makes a task's information of what is known of it.
func infoOf(known properties) types.TaskInfo {
	var info types.TaskInfo
	info.State, _ = known["info.state"].(types.TaskInfoState)
	info.Result = known["info.result"]
	if failed, ok := known["info.error"].(types.LocalizedMethodFault); ok {
		info.Error = &failed
	}
	return info
}

// outcome is the error of a task that has ended, or that cannot be followed.
func (w *Watch) outcome(ctx context.Context, ref reference, info *types.TaskInfo, err error) error {
	if err != nil {
		if _, gone := errors.AsType[goneError](err); !gone {
			err = errors.Join(err, ErrUnsettled)
		}
		return w.doubtful(err)
	}
	if info.State == types.TaskInfoStateError && info.Error == nil {
		now, err := w.retrieve(ctx, ref)
		if err != nil {
			return w.doubtful(err)
		}
		*info = infoOf(now)
	}
	if info.Error != nil {
		return w.line.Typed(task.Error{LocalizedMethodFault: info.Error})
	}
	return nil
}

// doubtful is the error of a task whose end nobody has told.
func (w *Watch) doubtful(err error) error {
	typed, ok := errors.AsType[*vix.Error](w.line.Typed(err))
	if !ok {
		return err
	}
	e := *typed
	e.Doubt, e.Cause = true, err
	return &e
}

// VM is what is watched of a VM.
type VM struct {
	Power    types.VirtualMachinePowerState
	Question *types.VirtualMachineQuestionInfo
	// Tools is whether they run, and ToolsVersion whether they are there at all.
	Tools        types.VirtualMachineToolsRunningStatus
	ToolsVersion types.VirtualMachineToolsVersionStatus
	// Able is set when the guest can be asked to shut down, Ready when it can be worked in.
	Able, Ready bool
	Address     string
}

// Until waits until a VM is as content wants it, which wanted says to the log, and gives what was seen last. A
// VM that is gone is ManagedObjectNotFound.
func (w *Watch) Until(ctx context.Context, ref reference, wanted string, content func(VM) bool) (last VM, err error) {
	defer w.line.Waiting(ctx, "wait", "wait", ref.Value, "for", wanted)(&err)
	seen := make(chan VM, 1)
	one := w.follow(ref, func(known properties) bool {
		vm := vmOf(known)
		select {
		case <-seen:
		default:
		}
		seen <- vm
		return content(vm)
	})
	select {
	case err = <-one.end:
	case <-ctx.Done():
		w.leave(ref, one)
		err = ctx.Err()
	}
	select {
	case last = <-seen:
	default:
	}
	if _, gone := errors.AsType[goneError](err); gone {
		err = soap.WrapVimFault(&types.ManagedObjectNotFound{Obj: ref})
	}
	return last, w.line.Typed(err)
}

// vmOf makes a VM of what is known of it.
func vmOf(known properties) VM {
	var vm VM
	vm.Power, _ = known["runtime.powerState"].(types.VirtualMachinePowerState)
	if q, ok := known["runtime.question"].(types.VirtualMachineQuestionInfo); ok {
		vm.Question = &q
	}
	tools, _ := known["guest.toolsRunningStatus"].(string)
	vm.Tools = types.VirtualMachineToolsRunningStatus(tools)
	version, _ := known["guest.toolsVersionStatus2"].(string)
	if version == "" {
		version, _ = known["guest.toolsVersionStatus"].(string) // before API 5.0
	}
	vm.ToolsVersion = types.VirtualMachineToolsVersionStatus(version)
	vm.Able, _ = known[stateProperty].(bool)
	vm.Ready, _ = known["guest.guestOperationsReady"].(bool)
	vm.Address, _ = known["guest.ipAddress"].(string)
	return vm
}
