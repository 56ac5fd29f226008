// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ vix.Power          = (*fakeHost)(nil)
	_ vix.ToolsInstaller = (*fakeHost)(nil)
)

func (h *fakeHost) CheckPower(_ context.Context, handle vix.Handle, order vix.PowerOrder) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	return h.called("CheckPower " + string(order.Op) + " " + string(order.Mode))
}

// SetPower changes the power at once. An error of "SetPower" comes before that, one of "WaitForGuest"
// where something is waited for.
func (h *fakeHost) SetPower(ctx context.Context, handle vix.Handle, order vix.PowerOrder) (*vix.Powered, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle, h.order = handle, order
	if err := h.called("SetPower " + string(order.Op) + " " + string(order.Mode) + " " + string(order.WaitFor)); err != nil {
		return nil, err
	}
	r := h.vms[handle.ID]
	if r == nil {
		return nil, &vix.Error{Op: "power", Object: "the VM " + handle.ID, Code: vix.CodeObjectNotFound, Kind: vix.ErrGone, Reason: "It is gone."}
	}
	was := h.opened(r)
	if order.Found != nil {
		order.Found(r.PowerState)
	}
	if err := h.fail["SetPower"]; err != nil {
		return &vix.Powered{VM: was, State: r.PowerState}, err
	}
	order.Tell(was, "powering "+string(order.Op))
	r.PowerState = order.Aim()
	done := &vix.Powered{VM: was, State: r.PowerState}
	if r.PowerState == vix.PoweredOn && order.WaitFor != vix.WaitForNothing {
		if err := h.fail["WaitForGuest"]; err != nil {
			return done, err
		}
		done.IPAddress, done.ToolsState = fakeAddress, vix.ToolsRunning
	}
	return done, nil
}

const fakeAddress = "10.0.0.7"

func (h *fakeHost) CheckAnswer(context.Context, vix.Handle) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.called("CheckAnswer")
}

func (h *fakeHost) Answer(_ context.Context, handle vix.Handle, answers vix.Answers) (*vix.Answered, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	if err := h.called("Answer"); err != nil {
		return nil, err
	}
	if h.question == nil {
		return nil, nil //nolint:nilnil // nothing is asked
	}
	choice, entry, ok := answers.Choose(h.question)
	if !ok {
		return nil, vix.Unanswered("answer", "the VM "+handle.ID, h.question, entry)
	}
	return &vix.Answered{Question: *h.question, Choice: choice}, nil
}

func (h *fakeHost) CheckTools(_ context.Context, _ vix.Handle, step vix.ToolsStep) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.called("CheckTools " + string(step))
}

func (h *fakeHost) InstallTools(_ context.Context, _ vix.Handle, step vix.ToolsStep, options string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.called("InstallTools " + string(step) + " " + options)
}
