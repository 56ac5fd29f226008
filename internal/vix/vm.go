// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"strings"
	"time"
)

// PowerState is VIX_PROPERTY_VM_POWER_STATE without its transitional bits.
type PowerState string

// The power states.
const (
	PoweredOn  PowerState = "on"
	PoweredOff PowerState = "off"
	Suspended  PowerState = "suspended"
	Paused     PowerState = "paused"
)

// ToolsState is VIX_PROPERTY_VM_TOOLS_STATE.
type ToolsState string

// The states of VMware Tools.
const (
	ToolsUnknown      ToolsState = "unknown"
	ToolsRunning      ToolsState = "running"
	ToolsNotRunning   ToolsState = "not_running"
	ToolsNotInstalled ToolsState = "not_installed"
)

// ConnectionState is how well the host knows the VM: vSphere's
// VirtualMachineConnectionState.
type ConnectionState string

// The connection states.
const (
	Connected    ConnectionState = "connected"    // the usual one
	Disconnected ConnectionState = "disconnected" // its ESXi host is
	Orphaned     ConnectionState = "orphaned"     // its ESXi host no longer has it
	Inaccessible ConnectionState = "inaccessible" // its files cannot be read
	Invalid      ConnectionState = "invalid"      // its .vmx cannot be understood, or is locked
)

// VM is an opened VM: what Vix_GetProperties reads of a VM handle. What the host
// did not say is empty or zero.
type VM struct {
	Registration
	BIOSUUID  string
	IsRunning bool
	// Question is set while the VM waits for an answer and does nothing else.
	Question     *Question
	ToolsState   ToolsState
	ToolsVersion string
	// GuestOS is the configured guest, as an identifier (debian12_64Guest).
	GuestOS string
	// HardwareVersion is vmx-21 and the like.
	HardwareVersion string
	NumVCPUs        int64
	// MemorySize is in MiB.
	MemorySize int64
	Guest      GuestInfo
	// Snapshots are all of them, parents before children.
	Snapshots []Snapshot
	// Variables are the guestinfo.* settings, keyed without that prefix: what
	// VixVM_ReadVariable(VIX_VM_GUEST_VARIABLE) reads.
	Variables  map[string]string
	Annotation string
	// StaysOnInStandby is set where the VM stays on when its guest suspends.
	StaysOnInStandby bool
	// Locks are the locks of disks and memory, by name, that lie beside a VM which does not run as far as the product tells:
	// it is another user's, or crashed, or paused. Nothing is concluded from them. Only products on a desktop have them.
	Locks []string
}

// Question is what a VM asks before it goes on (VIX_E_VMX_MSG_DIALOG_AND_NO_UI).
type Question struct {
	ID, Text string
	// MessageID is what the question is about, the same on every host and in every language
	// (msg.uuid.altered); empty where the host does not tell.
	MessageID string
	Choices   []Choice
}

// Choice is one answer to a Question.
type Choice struct {
	Key, Label string
	Default    bool
}

// HasWindowsGuest reports that the guest is Windows: what its Tools tell decides, else what it is configured as.
func (v *VM) HasWindowsGuest() bool {
	if v.Guest.Family != "" {
		return v.Guest.Family == WindowsFamily
	}
	return strings.HasPrefix(strings.ToLower(v.GuestOS), "win")
}

// GuestInfo is what the guest's tools told last.
type GuestInfo struct {
	Hostname string
	// IPAddress is the first one, IPAddresses are all of them.
	IPAddress   string
	IPAddresses []string
	FullName    string
	Family      string
}

// Snapshot is one snapshot of a VM, parents before children.
type Snapshot struct {
	// ID is the host's number of the snapshot in its VM, which a rename and a registration leave
	// as it is. Empty where the host has none.
	ID                string
	Name, Description string
	// Parent is the ID of the snapshot that it was taken on; empty for a root.
	Parent string
	// Path is the names from the root down, joined by slashes: VIX's
	// VixVM_GetNamedSnapshot takes it. See SnapshotPath.
	Path       string
	Created    time.Time
	IsCurrent  bool
	PowerState PowerState
	// Quiesced is set where the guest's Tools settled its file systems first.
	Quiesced bool
}

// SnapshotPath is the path of a snapshot with a name, below the snapshot with the path above, or at the root where that is empty. In a
// name % is %25 and / is %2F.
func SnapshotPath(above, name string) string {
	name = strings.NewReplacer("%", "%25", "/", "%2F").Replace(name)
	if above == "" {
		return name
	}
	return above + "/" + name
}
