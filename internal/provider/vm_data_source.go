// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ datasource.DataSource              = (*vmDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*vmDataSource)(nil)
)

// vmDataSource is data "vix_vm": VixVM_Open.
type vmDataSource struct{ conn *connection }

// NewVMDataSource makes data "vix_vm".
func NewVMDataSource() datasource.DataSource { return &vmDataSource{} }

// Metadata implements datasource.DataSource.
func (d *vmDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vm"
}

// Schema implements datasource.DataSource.
func (d *vmDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = vmSchema()
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *vmDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
}

// Read implements datasource.DataSource. It opens the VM; it waits for nothing
// and changes nothing.
func (d *vmDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var vmxPath, datacenter types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("vmx_path"), &vmxPath)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("datacenter"), &datacenter)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.conn.connected() {
		addNotConnected(&resp.Diagnostics, "open "+vmxPath.ValueString(), d.conn)
		return
	}
	at, err := d.conn.host.ParsePath(vmxPath.ValueString())
	if err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
		return
	}
	vm, err := d.conn.host.Open(ctx, vix.Locator{Path: at, Datacenter: datacenter.ValueString()})
	if err != nil {
		if vix.CodeOf(err) == vix.CodeVMNotFound && d.conn.host.Supports(vix.FeatureInventory) == nil {
			err = further(err, readTooEarly)
		}
		addError(&resp.Diagnostics, req.Config.Schema, err)
		return
	}
	d.conn.vms.learn(vm)
	d.conn.opened(&vm.Registration)
	warnConnectionState(&resp.Diagnostics, &vm.Registration)
	warnLocks(&resp.Diagnostics, vm)
	resp.Diagnostics.Append(resp.State.Set(ctx, newVMObject(vm, vmxPath, datacenter))...)
}

// warnLocks says that a VM has the locks of one that runs, while the product does not tell that it does. One warning for
// many, so that Terraform folds them.
func warnLocks(diags *diag.Diagnostics, vm *vix.VM) {
	if len(vm.Locks) == 0 {
		return
	}
	diags.AddWarning("A VM is locked, and does not run as far as the product tells", coded(vix.CodeFileAlreadyLocked,
		fmt.Sprintf("%s: beside it are the locks %s. Another user of this machine runs it, or it is paused, or it has crashed. Its "+
			"power_state is what the product and its files tell; the locks are left as they are.", vm.Path, strings.Join(vm.Locks, ", "))))
}
