// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ datasource.DataSource              = (*guestProcessesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*guestProcessesDataSource)(nil)
)

// guestProcessesDataSource is data "vix_guest_processes": VixVM_ListProcessesInGuest.
type guestProcessesDataSource struct{ guestReader }

// guestProcessesModel is its state.
type guestProcessesModel struct {
	VMID      types.String       `tfsdk:"vm_id"`
	Processes []guestProcessItem `tfsdk:"processes"`
}

// guestProcessItem is a process.
type guestProcessItem struct {
	PID     types.Int64  `tfsdk:"pid"`
	Name    types.String `tfsdk:"name"`
	Owner   types.String `tfsdk:"owner"`
	Command types.String `tfsdk:"command"`
	Started types.String `tfsdk:"started"`
}

// NewGuestProcessesDataSource makes data "vix_guest_processes".
func NewGuestProcessesDataSource() datasource.DataSource { return &guestProcessesDataSource{} }

// Metadata implements datasource.DataSource.
func (d *guestProcessesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_processes"
}

// Schema implements datasource.DataSource.
func (d *guestProcessesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the processes in the guest of a VM (VixVM_ListProcessesInGuest), by the provider's login in guests. " +
			"Their commands go into the state.",
		Attributes: map[string]schema.Attribute{
			"vm_id": schema.StringAttribute{Required: true, MarkdownDescription: vmIDDescription},
			"processes": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The processes that run, in the order of the guest.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"pid":     schema.Int64Attribute{Computed: true, MarkdownDescription: "Process id."},
					"name":    text("Name of the process."),
					"owner":   text("User that it runs as. Null if the guest does not tell."),
					"command": text("Command with its arguments. Null if the guest does not tell."),
					"started": text("Time when it was started, by the guest's clock, in RFC 3339 and UTC. Null if the guest does not " +
						"tell."),
				}},
			},
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *guestProcessesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.configure(req.ProviderData, &resp.Diagnostics)
}

// Read implements datasource.DataSource.
func (d *guestProcessesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m guestProcessesModel
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("vm_id"), &m.VMID)...)
	if resp.Diagnostics.HasError() {
		return
	}
	vm, login := d.opens(ctx, m.VMID, "list the processes of a guest", &resp.Diagnostics)
	if vm == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	processes, err := d.guest.GuestProcesses(ctx, vm.Handle(), login)
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	m.Processes = guestProcessItems(processes)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// guestProcessItems is a list of processes as state has it.
func guestProcessItems(processes []vix.GuestProcess) []guestProcessItem {
	items := []guestProcessItem{}
	for _, p := range processes {
		items = append(items, guestProcessItem{
			PID: types.Int64Value(p.PID), Name: types.StringValue(p.Name), Owner: said(p.Owner), Command: said(p.Command),
			Started: saidTime(p.Started),
		})
	}
	return items
}
