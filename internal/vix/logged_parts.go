// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"cmp"
	"context"
)

// The parts of a logged host. One that is not here is used as it is, and logs no operation.

// shown is a VM as a log names it.
func (h Handle) shown() string {
	if h.Path.IsZero() {
		return cmp.Or(h.ID, h.ManagedObjectID)
	}
	return h.Path.String()
}

func (l *logged) Check(ctx context.Context, spec RegisterSpec) (*Check, error) {
	return told(ctx, l, "check", spec.Path.String(), func(ctx context.Context) (*Check, error) {
		return partOf[Registrar](l).Check(ctx, spec)
	})
}

func (l *logged) Register(ctx context.Context, spec RegisterSpec) (*Registered, error) {
	return told(ctx, l, "register", spec.Path.String(), func(ctx context.Context) (*Registered, error) {
		return partOf[Registrar](l).Register(ctx, spec)
	})
}

func (l *logged) Registration(ctx context.Context, handle Handle) (*Registration, error) {
	return told(ctx, l, "read the registration", handle.shown(), func(ctx context.Context) (*Registration, error) {
		return partOf[Registrar](l).Registration(ctx, handle)
	})
}

func (l *logged) CheckChange(ctx context.Context, handle Handle, change Change) error {
	return done(ctx, l, "check the change", handle.shown(), func(ctx context.Context) error {
		return partOf[Registrar](l).CheckChange(ctx, handle, change)
	})
}

func (l *logged) Update(ctx context.Context, handle Handle, change Change) error {
	return done(ctx, l, "update", handle.shown(), func(ctx context.Context) error {
		return partOf[Registrar](l).Update(ctx, handle, change)
	})
}

func (l *logged) CheckUnregister(ctx context.Context, handle Handle, off PowerOff) error {
	return done(ctx, l, "check the unregistering", handle.shown(), func(ctx context.Context) error {
		return partOf[Registrar](l).CheckUnregister(ctx, handle, off)
	})
}

func (l *logged) Unregister(ctx context.Context, handle Handle, off PowerOff) error {
	return done(ctx, l, "unregister", handle.shown(), func(ctx context.Context) error {
		return partOf[Registrar](l).Unregister(ctx, handle, off)
	})
}

func (l *logged) Files(ctx context.Context, query FileQuery) (*Files, error) {
	return told(ctx, l, "search", query.Folder, func(ctx context.Context) (*Files, error) {
		return partOf[Browser](l).Files(ctx, query)
	})
}

func (l *logged) CheckPower(ctx context.Context, handle Handle, order PowerOrder) error {
	return done(ctx, l, "check the powering", handle.shown(), func(ctx context.Context) error {
		return partOf[Power](l).CheckPower(ctx, handle, order)
	})
}

func (l *logged) SetPower(ctx context.Context, handle Handle, order PowerOrder) (*Powered, error) {
	return told(ctx, l, "power", handle.shown(), func(ctx context.Context) (*Powered, error) {
		return partOf[Power](l).SetPower(ctx, handle, order)
	})
}

func (l *logged) CheckAnswer(ctx context.Context, handle Handle) error {
	return done(ctx, l, "check the answering", handle.shown(), func(ctx context.Context) error {
		return partOf[Power](l).CheckAnswer(ctx, handle)
	})
}

func (l *logged) Answer(ctx context.Context, handle Handle, answers Answers) (*Answered, error) {
	return told(ctx, l, "answer", handle.shown(), func(ctx context.Context) (*Answered, error) {
		return partOf[Power](l).Answer(ctx, handle, answers)
	})
}

func (l *logged) CheckTools(ctx context.Context, handle Handle, step ToolsStep) error {
	return done(ctx, l, "check the installing of Tools", handle.shown(), func(ctx context.Context) error {
		return partOf[ToolsInstaller](l).CheckTools(ctx, handle, step)
	})
}

func (l *logged) InstallTools(ctx context.Context, handle Handle, step ToolsStep, options string) error {
	return done(ctx, l, "install Tools", handle.shown(), func(ctx context.Context) error {
		return partOf[ToolsInstaller](l).InstallTools(ctx, handle, step, options)
	})
}

func (l *logged) CheckVariable(ctx context.Context, handle Handle, v Variable) error {
	return done(ctx, l, "check the variable", handle.shown(), func(ctx context.Context) error {
		return partOf[Variables](l).CheckVariable(ctx, handle, v)
	})
}

func (l *logged) ReadVariable(ctx context.Context, handle Handle, v Variable) (*VariableRead, error) {
	return told(ctx, l, "read a variable", handle.shown(), func(ctx context.Context) (*VariableRead, error) {
		return partOf[Variables](l).ReadVariable(ctx, handle, v)
	})
}

func (l *logged) WriteVariable(ctx context.Context, handle Handle, v Variable, value string, overwrite bool) error {
	return done(ctx, l, "write a variable", handle.shown(), func(ctx context.Context) error {
		return partOf[Variables](l).WriteVariable(ctx, handle, v, value, overwrite)
	})
}

func (l *logged) RemoveVariable(ctx context.Context, handle Handle, v Variable) error {
	return done(ctx, l, "remove a variable", handle.shown(), func(ctx context.Context) error {
		return partOf[Variables](l).RemoveVariable(ctx, handle, v)
	})
}

func (l *logged) CheckSnapshot(ctx context.Context, handle Handle, op SnapshotOp) error {
	return done(ctx, l, "check the snapshot", handle.shown(), func(ctx context.Context) error {
		return partOf[Snapshots](l).CheckSnapshot(ctx, handle, op)
	})
}

func (l *logged) Snapshots(ctx context.Context, handle Handle) (*VM, error) {
	return told(ctx, l, "read the snapshots", handle.shown(), func(ctx context.Context) (*VM, error) {
		return partOf[Snapshots](l).Snapshots(ctx, handle)
	})
}

func (l *logged) TakeSnapshot(ctx context.Context, handle Handle, spec SnapshotSpec) (*Snapshot, error) {
	return told(ctx, l, "take a snapshot", handle.shown(), func(ctx context.Context) (*Snapshot, error) {
		return partOf[Snapshots](l).TakeSnapshot(ctx, handle, spec)
	})
}

func (l *logged) RenameSnapshot(ctx context.Context, handle Handle, id, name, description string) error {
	return done(ctx, l, "rename a snapshot", handle.shown(), func(ctx context.Context) error {
		return partOf[Snapshots](l).RenameSnapshot(ctx, handle, id, name, description)
	})
}

func (l *logged) RemoveSnapshot(ctx context.Context, handle Handle, id string, children, consolidate bool) error {
	return done(ctx, l, "remove a snapshot", handle.shown(), func(ctx context.Context) error {
		return partOf[Snapshots](l).RemoveSnapshot(ctx, handle, id, children, consolidate)
	})
}

func (l *logged) Revert(ctx context.Context, handle Handle, to SnapshotName, suppressPowerOn bool) (*Reverted, error) {
	return told(ctx, l, "revert", handle.shown(), func(ctx context.Context) (*Reverted, error) {
		return partOf[Snapshots](l).Revert(ctx, handle, to, suppressPowerOn)
	})
}

func (l *logged) CaptureScreen(ctx context.Context, handle Handle) (*Screenshot, error) {
	return told(ctx, l, "capture the screen", handle.shown(), func(ctx context.Context) (*Screenshot, error) {
		return partOf[Screen](l).CaptureScreen(ctx, handle)
	})
}
