// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"time"
)

func (l *logged) Read(ctx context.Context, handle Handle) (*VM, error) {
	return told(ctx, l, "read", handle.ID, func() (*VM, error) { return l.Host.Read(ctx, handle) })
}

func (l *logged) CheckPower(ctx context.Context, handle Handle, order PowerOrder) error {
	begun := time.Now()
	err := partOf[Power](l).CheckPower(ctx, handle, order)
	l.tell(ctx, "check the power "+string(order.Op), handle.ID, begun, err)
	return err
}

func (l *logged) SetPower(ctx context.Context, handle Handle, order PowerOrder) (*Powered, error) {
	return told(ctx, l, "power "+string(order.Op), handle.ID, func() (*Powered, error) {
		return partOf[Power](l).SetPower(ctx, handle, order)
	})
}

func (l *logged) CheckAnswer(ctx context.Context, handle Handle) error {
	begun := time.Now()
	err := partOf[Power](l).CheckAnswer(ctx, handle)
	l.tell(ctx, "check the answering", handle.ID, begun, err)
	return err
}

func (l *logged) Answer(ctx context.Context, handle Handle, answers Answers) (*Answered, error) {
	return told(ctx, l, "answer", handle.ID, func() (*Answered, error) {
		return partOf[Power](l).Answer(ctx, handle, answers)
	})
}

func (l *logged) CheckTools(ctx context.Context, handle Handle, step ToolsStep) error {
	begun := time.Now()
	err := partOf[ToolsInstaller](l).CheckTools(ctx, handle, step)
	l.tell(ctx, "check the Tools "+string(step), handle.ID, begun, err)
	return err
}

func (l *logged) InstallTools(ctx context.Context, handle Handle, step ToolsStep, options string) error {
	begun := time.Now()
	err := partOf[ToolsInstaller](l).InstallTools(ctx, handle, step, options)
	l.tell(ctx, "Tools "+string(step), handle.ID, begun, err)
	return err
}
