// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// toolsKey is written into a .vmx by the guest agent, so a file that has it belongs to a VM with VMware Tools.
const toolsKey = "guestinfo.vmtools.versionNumber"

func (h *Host) toolsIn(f *vmx.File) bool {
	_, ok := f.Get(toolsKey)
	return ok
}

func (h *Host) setToolsInstalled(ref moref, installed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if installed {
		h.tools[ref.Value] = true
	} else {
		delete(h.tools, ref.Value)
	}
}

// setTools fills in what a VM of a configuration says about VMware Tools.
func setTools(g *types.GuestInfo, config *types.VirtualMachineConfigInfo, installed, running bool) {
	ready := installed && running
	g.ToolsStatus = types.VirtualMachineToolsStatusToolsNotInstalled
	g.ToolsVersion = "0"
	g.ToolsVersionStatus2 = string(types.VirtualMachineToolsVersionStatusGuestToolsNotInstalled)
	g.ToolsRunningStatus = string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning)
	defer func() { g.ToolsVersionStatus = g.ToolsVersionStatus2 }() // what it was called before API 5.0
	g.GuestState = string(types.VirtualMachineGuestStateNotRunning)
	g.GuestStateChangeSupported = types.NewBool(ready)
	g.GuestOperationsReady = types.NewBool(ready)
	g.InteractiveGuestOperationsReady = types.NewBool(false)
	if installed {
		g.ToolsStatus = types.VirtualMachineToolsStatusToolsNotRunning
		g.ToolsVersion = "12352"
		g.ToolsVersionStatus2 = string(types.VirtualMachineToolsVersionStatusGuestToolsUnmanaged)
		g.GuestFamily = "linuxGuest"
		if config != nil && strings.HasPrefix(strings.ToLower(config.GuestId), "win") {
			g.GuestFamily = "windowsGuest"
		}
	}
	if ready {
		g.ToolsStatus = types.VirtualMachineToolsStatusToolsOk
		g.ToolsRunningStatus = string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
		g.GuestState = string(types.VirtualMachineGuestStateRunning)
	}
}

// guestChanges publishes a guest's state under every name that a client may wait for, with the twins in the summary.
func guestChanges(g *types.GuestInfo) []types.PropertyChange {
	text := func(s string) types.AnyType {
		if s == "" {
			return nil
		}
		return s
	}
	var nets []types.GuestNicInfo
	if g.IpAddress != "" {
		nets = []types.GuestNicInfo{{Network: "VM Network", IpAddress: []string{g.IpAddress}, Connected: true, DeviceConfigId: 4000}}
	}
	return []types.PropertyChange{
		{Name: "guest.toolsStatus", Val: g.ToolsStatus},
		{Name: "guest.toolsVersion", Val: text(g.ToolsVersion)},
		{Name: "guest.toolsVersionStatus", Val: text(g.ToolsVersionStatus)},
		{Name: "guest.toolsVersionStatus2", Val: text(g.ToolsVersionStatus2)},
		{Name: "guest.toolsRunningStatus", Val: text(g.ToolsRunningStatus)},
		{Name: "guest.guestState", Val: text(g.GuestState)},
		{Name: "guest.guestStateChangeSupported", Val: orFalse(g.GuestStateChangeSupported)},
		{Name: "guest.guestOperationsReady", Val: orFalse(g.GuestOperationsReady)},
		{Name: "guest.interactiveGuestOperationsReady", Val: orFalse(g.InteractiveGuestOperationsReady)},
		{Name: "guest.guestFamily", Val: text(g.GuestFamily)},
		{Name: "guest.guestId", Val: text(g.GuestId)},
		{Name: "guest.guestFullName", Val: text(g.GuestFullName)},
		{Name: "guest.hostName", Val: text(g.HostName)},
		{Name: "guest.net", Val: nets},
		{Name: "guest.ipAddress", Val: text(g.IpAddress)},
		{Name: "summary.guest.toolsStatus", Val: g.ToolsStatus},
		{Name: "summary.guest.toolsVersionStatus2", Val: text(g.ToolsVersionStatus2)},
		{Name: "summary.guest.toolsRunningStatus", Val: text(g.ToolsRunningStatus)},
		{Name: "summary.guest.hostName", Val: text(g.HostName)},
		{Name: "summary.guest.ipAddress", Val: text(g.IpAddress)},
	}
}

// orFalse is what a property change holds of an optional boolean: a value, never a pointer.
func orFalse(b *bool) bool { return b != nil && *b }

// address gives a VM an IP address that stays the same while it is registered.
func address(ref moref) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(ref.Value))
	n := sum.Sum32()
	return fmt.Sprintf("10.%d.%d.%d", n>>16&0xff, n>>8&0xff, n&0xff)
}

// SetTools says whether VMware Tools are installed in a VM and, when it is on, whether they run.
func (h *Host) SetTools(datacenter, path string, installed, running bool) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	h.setToolsInstalled(vm.Self, installed)
	ctx := h.context()
	ctx.WithLock(vm, func() {
		g := &types.GuestInfo{}
		on := vm.Runtime.PowerState == powerOn
		setTools(g, vm.Config, installed, running && on)
		if installed && running && on {
			g.HostName, g.IpAddress = vm.Name, address(vm.Self)
		}
		ctx.Update(vm, guestChanges(g))
	})
	return nil
}
