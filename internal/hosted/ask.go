// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmrun"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// ask has a VM that runs tell what its Tools say, and proves the password of an encrypted one: by one process, which
// opens the VM before it looks at anything else. What a VM does not tell is unknown, and no error.
func (h *host) ask(ctx context.Context, what step, vm *vix.VM) error {
	call := vmrun.Call{Command: "getGuestIPAddress", VM: vm.Path.File}
	if vm.Encrypted {
		call.Password = h.options.VMPassword
	}
	text, err := h.vmrun.Do(ctx, call)
	if err == nil {
		if vm.IsRunning {
			vm.ToolsState, vm.Guest.IPAddress = vix.ToolsRunning, address(text)
		}
		return nil
	}
	f, answered := errors.AsType[*vmrun.AnswerError](err)
	failed := h.failed(what, err)
	switch {
	case ctx.Err() != nil, isSealed(failed):
		return failed
	case !vm.IsRunning:
		if answered && f.Code == vix.CodeVMNotRunning {
			return nil // so it was opened, with this password
		}
		return failed
	case !answered:
		return nil // it took too long, for example: nothing is known
	case f.Code == vix.CodeToolsNotRunning:
		vm.ToolsState = vix.ToolsNotRunning
	case f.Paused():
		vm.PowerState = vix.Paused
	}
	return nil
}

// address is an address as the Tools tell it, in the last line; empty for "unknown". The first address of a network is the
// host's own, which a guest with several cards may have told in error.
func address(text string) string {
	text = strings.TrimSpace(text)
	text = strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Is4() && ip.As4()[3] == 1 {
		return ""
	}
	return text
}
