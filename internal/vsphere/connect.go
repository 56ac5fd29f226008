// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/datastores"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/guests"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// host is a connection to a vCenter or ESXi.
type host struct {
	*wire.Line
	*inventory.Inventory
	*vms.VMs
	*datastores.Datastores

	grants wire.Memory[grantKey, []missingGrant]
	// bySession is set once the host has said that it tells privileges of sessions only.
	bySession atomic.Bool
	identity  wire.Memory[struct{}, string]
	clocks    wire.Memory[struct{}, time.Duration]
	names     wire.Memory[types.ManagedObjectReference, map[string]types.ManagedObjectReference]
	// namesAsked is how many names were looked for one by one.
	namesAsked atomic.Int32
	// namesRead is how many files were read for nothing but the names in them.
	namesRead atomic.Int32

	waits  *watch.Watch
	guests *guests.Guests
	starts starts
	alone  alone
	// vmGrants is what the user lacks on VMs.
	vmGrants *vmGrants
}

// Connect logs in to a vCenter or ESXi, once: a refused login is not repeated,
// because hosts lock accounts. It is VixHost_Connect with
// VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, and a vix.Connect.
func Connect(ctx context.Context, options vix.ConnectOptions) (vix.Host, error) {
	line, err := wire.Dial(ctx, options)
	if err != nil {
		return nil, err
	}
	outlined := inventory.New(line)
	h := &host{Line: line, Inventory: outlined, waits: watch.New(line), vmGrants: newVMGrants()}
	h.VMs = vms.New(h.Inventory, h.vmGrants.see)
	h.vmGrants.batch.Run, h.vmGrants.batch.Life, h.vmGrants.batch.Max = h.readVMGrants, h.Life, vms.Bulk
	h.starts.batch.Run, h.starts.batch.Life, h.starts.batch.Max = h.startPower, h.Life, vms.Bulk
	h.starts.tasks.Run, h.starts.tasks.Life, h.starts.tasks.Max = h.powerOnTasks, h.Life, vms.Bulk
	h.Datastores = datastores.New(h.Inventory, h.waits)
	h.guests = guests.New(line, h.now)
	// Almost all that follows needs the outline of the inventory. It is on its way while Terraform
	// makes up its mind; whoever needs it gets its error, too.
	go func() { _, _ = outlined.Outline(line.Life, time.Time{}) }()
	return h, nil
}

// Disconnect implements vix.Host: VixHost_Disconnect.
func (h *host) Disconnect(ctx context.Context) error { return h.Close(ctx, h.waits.Destroy) }
