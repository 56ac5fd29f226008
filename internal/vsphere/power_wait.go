// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// workError is the failure of what goes on while the VM is watched.
type workError struct{ error }

func (e workError) Unwrap() error { return e.error }

// aim is what a VM is to become: in the words of the log, and by what is watched.
type aim struct {
	words   string
	reached func(watch.VM) bool
}

// until waits until the VM has come to an aim, and answers what it asks meanwhile. work goes on at
// the same time: its failure ends the wait, its success does not. It says when its call is made: the VM is
// watched from then on, so that one change of what is watched takes in the VM and its task.
func (p *powering) until(ctx context.Context, to aim, work func(ctx context.Context, made func()) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	done, made := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tell := sync.OnceFunc(func() { close(made) })
		defer tell()
		if work == nil {
			return
		}
		if err := work(ctx, tell); err != nil {
			stop(workError{err})
		}
	}()
	defer func() {
		stop(nil)
		<-done
	}()
	<-made         // at the latest when the work is done
	answered := "" // the question that was answered, until it goes away
	for {
		reached := false
		before := answered
		seen, err := p.h.waits.Until(ctx, p.vm, to.words, func(vm watch.VM) bool {
			if vm.Question == nil {
				before = ""
			}
			reached = to.reached(vm)
			return reached || vm.Question != nil && vm.Question.Id != before
		})
		p.last = seen
		if err != nil {
			if failed, ok := errors.AsType[workError](context.Cause(ctx)); ok {
				return failed.error
			}
			return err
		}
		if reached || seen.Question == nil {
			return nil
		}
		if err := p.answer(ctx, seen.Question); err != nil {
			return err
		}
		answered = seen.Question.Id
	}
}

// answer answers a question: VirtualMachine.AnswerVM. One that nobody asks any more is answered.
func (p *powering) answer(ctx context.Context, question *types.VirtualMachineQuestionInfo) error {
	q := vms.Question(question)
	choice, entry, ok := p.order.Answers.Choose(q)
	if !ok {
		return vix.Unanswered(p.what.Op, p.what.Object, q, entry)
	}
	p.order.Tell(p.was, fmt.Sprintf("answering %q with %q", q.Plain(), choice.Label))
	return p.h.answer(ctx, p.vm, q, choice)
}

func (h *host) answer(ctx context.Context, vm reference, q *vix.Question, choice vix.Choice) error {
	_, err := methods.AnswerVM(ctx, h.Client, &types.AnswerVM{This: vm, QuestionId: q.ID, AnswerChoice: choice.Key})
	var state *types.InvalidState
	var argument *types.InvalidArgument
	if as(err, &state) || as(err, &argument) && argument.InvalidProperty == "questionId" {
		return nil // somebody was faster
	}
	return err
}

// Answer implements vix.Power.
func (h *host) Answer(ctx context.Context, handle vix.Handle, answers vix.Answers) (*vix.Answered, error) {
	what := wire.To("answer", "the VM "+handle.ID)
	r, err := h.meant(ctx, what, handle, &h.Powers)
	if err != nil {
		return nil, err
	}
	vm := r.Opened()
	defer h.Changed(r.VM.Self)
	what = wire.To("answer", shown(vm))
	if vm.Question == nil {
		return nil, nil //nolint:nilnil // nothing is asked
	}
	choice, entry, ok := answers.Choose(vm.Question)
	if !ok {
		return nil, vix.Unanswered(what.Op, what.Object, vm.Question, entry)
	}
	if err := h.answer(ctx, r.VM.Self, vm.Question, choice); err != nil {
		return nil, h.Denied(ctx, what, err)
	}
	return &vix.Answered{Question: *vm.Question, Choice: choice}, nil
}

// ended gives what failed its name, and says of a time that is over what is so.
func (p *powering) ended(ctx context.Context, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) || kindOf(err) != "" {
		return p.h.Denied(ctx, p.what, err)
	}
	return &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeObjectIsBusy, Doubt: true, Cause: err,
		Reason: fmt.Sprintf("The host has not done it in the time allowed, and goes on. The VM is still %s.",
			stateOf(p.last, p.was.PowerState)),
	}
}

// kindOf is the kind of an error; empty if it has none.
func kindOf(err error) vix.Kind {
	if e, ok := errors.AsType[*vix.Error](err); ok {
		return e.Kind
	}
	return ""
}
