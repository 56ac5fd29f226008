// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"time"
)

// Power switches VMs, and waits for their guests.
type Power interface {
	// CheckPower says what would make SetPower fail for certain, without doing it:
	// privileges that are lacking, what the VM is set up not to do. What many ask for is asked
	// of the host together.
	CheckPower(ctx context.Context, handle Handle, order PowerOrder) error

	// SetPower carries out an order: VixVM_PowerOn, VixVM_PowerOff, VixVM_Suspend,
	// VixVM_Reset. What is so already is done already. It tells how the VM is in the end, also
	// with an error where it got that far: a VM that is on and whose guest does not come up is
	// CodeTimeoutWaitingForTools, and stays on. An interruption leaves to the host what it has
	// begun; the next order of the kind joins it.
	SetPower(ctx context.Context, handle Handle, order PowerOrder) (*Powered, error)

	// CheckAnswer says what would make Answer fail for certain, whatever is asked.
	CheckAnswer(ctx context.Context, handle Handle) error

	// Answer answers the question that a VM asks, and gives it and the choice: VIX shows
	// it as VIX_E_VMX_MSG_DIALOG_AND_NO_UI. Nil if nothing is asked.
	Answer(ctx context.Context, handle Handle, answers Answers) (*Answered, error)
}

// ToolsInstaller puts VMware Tools into guests: VixVM_InstallTools.
type ToolsInstaller interface {
	// CheckTools says what would make InstallTools fail for certain, without doing it.
	CheckTools(ctx context.Context, handle Handle, step ToolsStep) error

	// InstallTools takes one step. Options are the installer's own, for ToolsUpgrade.
	InstallTools(ctx context.Context, handle Handle, step ToolsStep, options string) error
}

// ToolsStep is what InstallTools does.
type ToolsStep string

// The steps of an installation.
const (
	ToolsMount   ToolsStep = "mount"   // put the image into the VM's drive: VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER
	ToolsUnmount ToolsStep = "unmount" // take it out again
	ToolsUpgrade ToolsStep = "upgrade" // let Tools that run upgrade themselves: VIX_INSTALLTOOLS_AUTO_UPGRADE
)

// PowerOp is an order to a VM.
type PowerOp string

// The orders.
const (
	PowerOpOn      PowerOp = "on"
	PowerOpOff     PowerOp = "off"
	PowerOpSuspend PowerOp = "suspend"
	PowerOpReset   PowerOp = "reset"
)

// PowerMode is whether the guest is asked.
type PowerMode string

// The modes.
const (
	PowerSoft         PowerMode = "soft"           // the guest does it, which needs Tools: VIX_VMPOWEROP_FROM_GUEST
	PowerHard         PowerMode = "hard"           // the plug is pulled: VIX_VMPOWEROP_NORMAL
	PowerSoftThenHard PowerMode = "soft_then_hard" // the guest is asked, and not for ever
)

// GuestWait is what is waited for in a guest.
type GuestWait string

// What can be waited for.
const (
	WaitForNothing GuestWait = "none"
	WaitForTools   GuestWait = "tools" // the guest can be worked in: VixVM_WaitForToolsInGuest
	WaitForIP      GuestWait = "ip"    // the guest has told an address
)

// PowerOrder is what to do with a VM's power. The context bounds all of it.
type PowerOrder struct {
	Op   PowerOp
	Mode PowerMode
	// SoftTimeout is how long PowerSoftThenHard leaves the guest.
	SoftTimeout time.Duration
	// WaitFor counts for PowerOpOn, also where the VM is on already, and for PowerOpReset.
	WaitFor GuestWait
	// Answers are for what the VM asks on the way.
	Answers Answers
	// Found, if it is set, is told which state the VM is in before anything is changed.
	Found func(PowerState)
	// Progress, if it is set, is told what happens to the VM, in a few words. It must not block.
	Progress func(vm *VM, what string)
}

// Aim is the state that the order leads to.
func (o PowerOrder) Aim() PowerState {
	switch o.Op {
	case PowerOpOff:
		return PoweredOff
	case PowerOpSuspend:
		return Suspended
	case PowerOpOn, PowerOpReset:
	}
	return PoweredOn
}

// Tell reports progress, if somebody listens.
func (o PowerOrder) Tell(vm *VM, what string) {
	if o.Progress != nil {
		o.Progress(vm, what)
	}
}

// Powered is how a VM is after an order.
type Powered struct {
	// VM is the VM as it was found.
	VM *VM
	// State is what it is in the end.
	State      PowerState
	ToolsState ToolsState
	// IPAddress is empty while the guest has told none.
	IPAddress string
}
