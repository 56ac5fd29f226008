// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ datasource.DataSource              = (*vmxFilesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*vmxFilesDataSource)(nil)
)

// vmxFilesDataSource is data "vix_vmx_files": what lies on the datastores.
type vmxFilesDataSource struct {
	conn *connection
	// browser is nil while the provider is not connected.
	browser vix.Browser
}

// NewVMXFilesDataSource makes data "vix_vmx_files".
func NewVMXFilesDataSource() datasource.DataSource { return &vmxFilesDataSource{} }

// Metadata implements datasource.DataSource.
func (d *vmxFilesDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_vmx_files"
}

// Schema implements datasource.DataSource.
func (d *vmxFilesDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	resp.Schema = vmxFilesSchema()
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *vmxFilesDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	d.browser = partOf[vix.Browser](d.conn, vix.FeatureFiles, &resp.Diagnostics)
}

// Read implements datasource.DataSource. It searches; it changes nothing.
func (d *vmxFilesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config vmxFilesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.conn.connected() {
		addNotConnected(&resp.Diagnostics, "look for files", d.conn)
		return
	}
	if !config.Registered.IsNull() {
		if err := d.conn.host.Supports(vix.FeatureRegister); err != nil {
			addErrorAt(&resp.Diagnostics, path.Root("registered"), err)
			return
		}
	}
	found, err := d.browser.Files(ctx, config.query())
	if err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
		return
	}
	if addFolded(&resp.Diagnostics, found.Files); resp.Diagnostics.HasError() {
		return
	}
	model := newVMXFilesModel(found, config)
	warnUnreadable(&resp.Diagnostics, found.Unreadable)
	warnSameFile(&resp.Diagnostics, found.Files)
	warnSameUUID(&resp.Diagnostics, found.Files)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// addFolded refuses files whose paths are one to Terraform, which composes every letter: one of them would stand for the others.
func addFolded(diags *diag.Diagnostics, files []vix.File) {
	byPath := map[string][]string{}
	for i := range files {
		at := files[i].Locator().String()
		byPath[vix.Composed(at)] = append(byPath[vix.Composed(at)], at)
	}
	for _, key := range slices.Sorted(maps.Keys(byPath)) {
		if same := byPath[key]; len(same) > 1 {
			why := fmt.Sprintf("They differ only in how their letters are composed, which makes no difference in Terraform: %+q. Rename "+
				"one, or leave its folder out with exclude.", same)
			diags.AddAttributeError(path.Root("path"), fmt.Sprintf("%d files have the path %s", len(same), key),
				coded(vix.CodeInvalidArg, why))
		}
	}
}

// warnUnreadable names each datastore that was skipped, under one summary.
func warnUnreadable(diags *diag.Diagnostics, skipped []vix.Unreadable) {
	for _, u := range skipped {
		where := fmt.Sprintf("the datastore %s of %s", u.Datastore, u.Datacenter)
		if u.Datacenter == "" {
			where = "the folder " + u.Datastore
		}
		diags.AddAttributeWarning(path.Root("on_inaccessible"), "Files are missing",
			coded(vix.CodeFileError,
				capital(where)+": "+u.Reason+" It was skipped because of on_inaccessible = \"warn\". The list is shorter "+
					"than it should be, "+
					"so by_path is null: under for_each, the registrations of this datastore's VMs would be destroyed."))
	}
}

// maxGroups is how many groups of files with one UUID a warning names.
const maxGroups = 20

// groupsOf are the groups of files of which each names the others, at most maxGroups
// lines; each group once. see is where all of them are told.
func groupsOf(files []vix.File, others func(*vix.File) []vix.Locator, see string) string {
	var groups []string
	for i := range files {
		f := &files[i]
		group := []string{describeFile(f)}
		first := len(others(f)) > 0
		for _, other := range others(f) {
			if other.String() < f.Locator().String() {
				first = false // said with the other
				break
			}
			if at := slices.IndexFunc(files, func(f vix.File) bool { return f.Locator() == other }); at >= 0 {
				group = append(group, describeFile(&files[at]))
			}
		}
		if first {
			groups = append(groups, "  - "+strings.Join(group, "\n    "))
		}
	}
	more := ""
	if n := len(groups) - maxGroups; n > 0 {
		groups, more = groups[:maxGroups], fmt.Sprintf("\n  - and %d more; see %s", n, see)
	}
	return strings.Join(groups, "\n") + more
}

// warnSameUUID says which files are copies of one another. One warning for all of
// them: a replica of a datastore has as many as it has files.
func warnSameUUID(diags *diag.Diagnostics, files []vix.File) {
	groups := groupsOf(files, func(f *vix.File) []vix.Locator {
		if f.Config == nil {
			return nil
		}
		return f.Config.SameUUIDAs
	}, "same_uuid_as")
	if groups == "" {
		return
	}
	anew := "vCenter gives the second another instance UUID, and "
	if files[0].Path.Datastore == "" {
		anew = "" // on a desktop the path is the identity
	}
	diags.AddWarning("Files share a UUID: one is a copy of the other", coded(vix.CodeAlreadyExists,
		"A copied folder, a restored backup or a replica has the UUID of its original. Which is which, no file tells.\n\n"+
			groups+"\n\nRegistering both is possible: "+anew+"the state of each stays its own. Powering both on gives a network two "+
			"machines that are one. Leave the copy out "+
			"with exclude, path or datastores if you do not mean it."))
}

// warnSameFile says which files are one, seen through two datastores.
func warnSameFile(diags *diag.Diagnostics, files []vix.File) {
	groups := groupsOf(files, func(f *vix.File) []vix.Locator { return f.SameFileAs }, "same_file_as")
	if groups == "" {
		return
	}
	diags.AddWarning("Files are seen twice: one NFS export is mounted as two datastores", coded(vix.CodeAlreadyExists,
		"The datastores have one remote path, and the files have the same path below it, size and time:\n\n"+groups+
			"\n\nOnly one of each can be registered: a VM that is registered twice is powered on twice one day. Unmount one of the two "+
			"datastores, or leave it out with datastores."))
}

// describeFile is a file's key, and whether a VM has it.
func describeFile(f *vix.File) string {
	if vm := registeredAs(f); vm != nil {
		return fmt.Sprintf("%s, registered as %s", f.Locator(), vm.Name)
	}
	return f.Locator().String() + ", not registered"
}
