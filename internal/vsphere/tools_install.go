// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// CheckTools implements vix.ToolsInstaller. It changes nothing.
func (h *host) CheckTools(ctx context.Context, handle vix.Handle, step vix.ToolsStep) error {
	p, err := h.installing(ctx, handle, step)
	if err != nil {
		return err
	}
	return h.mayDo(ctx, p.what, p.vm, privilegeTools)
}

// InstallTools implements vix.ToolsInstaller: MountToolsInstaller, UnmountToolsInstaller,
// UpgradeTools_Task.
func (h *host) InstallTools(ctx context.Context, handle vix.Handle, step vix.ToolsStep, options string) error {
	p, err := h.installing(ctx, handle, step)
	if err != nil {
		return err
	}
	switch step {
	case vix.ToolsMount:
		_, err = methods.MountToolsInstaller(ctx, h.Client, &types.MountToolsInstaller{This: p.vm})
	case vix.ToolsUnmount:
		_, err = methods.UnmountToolsInstaller(ctx, h.Client, &types.UnmountToolsInstaller{This: p.vm})
	case vix.ToolsUpgrade:
		err = h.following(ctx, func(ctx context.Context) (reference, error) {
			response, err := methods.UpgradeTools_Task(ctx, h.Client, &types.UpgradeTools_Task{This: p.vm, InstallerOptions: options})
			if err != nil {
				return reference{}, err
			}
			return response.Returnval, nil
		})
	}
	return p.installError(ctx, step, err)
}

// stepNames are the steps as errors name them.
var stepNames = map[vix.ToolsStep]string{
	vix.ToolsMount: "mount the VMware Tools installer in", vix.ToolsUnmount: "unmount the VMware Tools installer of",
	vix.ToolsUpgrade: "upgrade VMware Tools of",
}

// installing prepares a step.
func (h *host) installing(ctx context.Context, handle vix.Handle, step vix.ToolsStep) (*powering, error) {
	what := wire.To(stepNames[step], "the VM "+handle.ID)
	r, err := h.meant(ctx, what, handle, &h.Powers)
	if err != nil {
		return nil, err
	}
	p, err := h.powering(ctx, r, vix.PowerOrder{})
	if err != nil {
		return nil, err
	}
	p.what.Op = what.Op
	return p, nil
}

// installError says in VIX's words why a step was refused.
func (p *powering) installError(ctx context.Context, step vix.ToolsStep, err error) error {
	if err == nil {
		return nil
	}
	if p.was.PowerState != vix.PoweredOn && step != vix.ToolsUnmount {
		return p.notRunning("The VM is " + string(p.was.PowerState) + ", and must be on.")
	}
	named := func(code vix.Code, reason string) error {
		return &vix.Error{Op: p.what.Op, Object: p.what.Object, Code: code, Reason: reason, Cause: err, Fault: wire.FaultOf(err)}
	}
	var (
		tools  *types.ToolsUnavailable
		image  *types.VmToolsUpgradeFault
		config *types.VmConfigFault
		not    *types.NotSupported
	)
	switch {
	case as(err, &tools):
		return named(vix.CodeToolsInstallGuestNotReady, "VMware Tools do not run in the guest; only Tools that run upgrade themselves.")
	case as(err, &not):
		return named(vix.CodeToolsInstallAutoNotSupported, "VMware Tools in this guest are not the host's to upgrade.")
	case as(err, &config):
		return named(vix.CodeToolsInstallNoDevice, "The VM has no drive that the installer's image could be put into.")
	case as(err, &image):
		return named(vix.CodeToolsInstallNoImage, "The host could not install: it has no image of VMware Tools for "+
			"this guest, or the upgrade failed.")
	case isInvalidState(err):
		return named(vix.CodeToolsInstallInProgress, "The installer is mounted already, or an upgrade runs.")
	}
	return p.h.Denied(ctx, p.what, err)
}
