// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The values of on_inaccessible.
const (
	onInaccessibleError = "error"
	onInaccessibleWarn  = "warn"
)

// vmxFilesModel is the configuration and state of data "vix_vmx_files".
type vmxFilesModel struct {
	Datacenter     types.String            `tfsdk:"datacenter"`
	Datastores     []string                `tfsdk:"datastores"`
	Path           types.String            `tfsdk:"path"`
	Match          types.String            `tfsdk:"match"`
	Registered     types.Bool              `tfsdk:"registered"`
	Exclude        []string                `tfsdk:"exclude"`
	ReadConfig     types.Bool              `tfsdk:"read_config"`
	OnInaccessible types.String            `tfsdk:"on_inaccessible"`
	Files          []vmxFileModel          `tfsdk:"files"`
	ByPath         map[string]vmxFileModel `tfsdk:"by_path"`
	LeftOut        []leftOutModel          `tfsdk:"left_out"`
	Unreadable     []unreadableModel       `tfsdk:"unreadable"`
}

type vmxFileModel struct {
	VMXPath      types.String    `tfsdk:"vmx_path"`
	Datacenter   types.String    `tfsdk:"datacenter"`
	Datastore    types.String    `tfsdk:"datastore"`
	Size         types.Int64     `tfsdk:"size"`
	Modified     types.String    `tfsdk:"modified"`
	Registered   types.Bool      `tfsdk:"registered"`
	VMID         types.String    `tfsdk:"vm_id"`
	Name         types.String    `tfsdk:"name"`
	Template     types.Bool      `tfsdk:"template"`
	DisplayName  types.String    `tfsdk:"display_name"`
	GuestOS      types.String    `tfsdk:"guest_os"`
	NumVCPUs     types.Int64     `tfsdk:"num_vcpus"`
	MemorySize   types.Int64     `tfsdk:"memory_size"`
	Hardware     types.String    `tfsdk:"hardware_version"`
	BIOSUUID     types.String    `tfsdk:"bios_uuid"`
	InstanceUUID types.String    `tfsdk:"instance_uuid"`
	Encrypted    types.Bool      `tfsdk:"encrypted"`
	Disks        []diskFileModel `tfsdk:"disks"`
	SameUUIDAs   []string        `tfsdk:"same_uuid_as"`
	SameFileAs   []string        `tfsdk:"same_file_as"`
	Problem      types.String    `tfsdk:"problem"`
}

type diskFileModel struct {
	Name   types.String `tfsdk:"name"`
	Exists types.Bool   `tfsdk:"exists"`
}

type leftOutModel struct {
	VMXPath    types.String `tfsdk:"vmx_path"`
	Datacenter types.String `tfsdk:"datacenter"`
	By         types.String `tfsdk:"by"`
}

type unreadableModel struct {
	Datacenter types.String `tfsdk:"datacenter"`
	Datastore  types.String `tfsdk:"datastore"`
	Reason     types.String `tfsdk:"reason"`
}

// query is what to look for.
func (m *vmxFilesModel) query() vix.FileQuery {
	return vix.FileQuery{
		Datacenter: m.Datacenter.ValueString(), Datastores: m.Datastores, Folder: m.Path.ValueString(), Match: m.Match.ValueString(),
		Exclude: excluded(m.Exclude), ReadConfig: m.ReadConfig.ValueBool(),
		SkipUnreadable: m.OnInaccessible.ValueString() == onInaccessibleWarn,
	}
}

// excluded are the default globs without those that a "!" takes away, and then
// the given ones.
func excluded(given []string) []string {
	out := slices.Clone(vix.DefaultExclude)
	for _, glob := range given {
		if unwanted, negated := strings.CutPrefix(glob, "!"); negated {
			out = slices.DeleteFunc(out, func(d string) bool { return d == unwanted || unwanted == "*" })
		}
	}
	for _, glob := range given {
		if !strings.HasPrefix(glob, "!") {
			out = append(out, glob)
		}
	}
	return out
}

// newVMXFilesModel is what was found, below what the user wrote. by_path is null
// wherever it would not have every file: a for_each over it destroys what it lacks.
func newVMXFilesModel(found *vix.Files, config vmxFilesModel) vmxFilesModel {
	m := config
	m.Files, m.LeftOut, m.Unreadable = []vmxFileModel{}, []leftOutModel{}, []unreadableModel{}
	m.ByPath = nil
	if config.Registered.IsNull() && len(found.Unreadable) == 0 {
		m.ByPath = map[string]vmxFileModel{}
	}
	for i := range found.Files {
		f := &found.Files[i]
		if !config.Registered.IsNull() && config.Registered.ValueBool() != (len(f.Registered) > 0) {
			continue
		}
		file := newVMXFileModel(f)
		if found.RegisteredUnknown {
			file.Registered = types.BoolNull()
		}
		m.Files = append(m.Files, file)
		if m.ByPath != nil {
			m.ByPath[f.Locator().String()] = file
		}
	}
	for _, l := range found.LeftOut {
		m.LeftOut = append(m.LeftOut, leftOutModel{VMXPath: said(l.Path.String()), Datacenter: said(l.Datacenter), By: said(l.By)})
	}
	for _, u := range found.Unreadable {
		m.Unreadable = append(m.Unreadable, unreadableModel{
			Datacenter: said(u.Datacenter), Datastore: said(u.Datastore), Reason: said(u.Reason),
		})
	}
	return m
}

func newVMXFileModel(f *vix.File) vmxFileModel {
	m := vmxFileModel{
		VMXPath: said(f.Path.String()), Datacenter: said(f.Datacenter), Datastore: said(f.Path.Datastore),
		Size: types.Int64Value(f.Size), Registered: types.BoolValue(len(f.Registered) > 0), Template: types.BoolValue(f.Path.IsTemplate()),
	}
	if !f.Modified.IsZero() {
		m.Modified = types.StringValue(f.Modified.UTC().Format(time.RFC3339))
	}
	m.SameFileAs = []string{}
	for _, other := range f.SameFileAs {
		m.SameFileAs = append(m.SameFileAs, other.String())
	}
	if vm := registeredAs(f); vm != nil {
		m.VMID, m.Name = said(vm.ID), said(vm.Name)
	}
	c := f.Config
	if c == nil {
		return m
	}
	m.Problem = said(c.Problem)
	m.SameUUIDAs = []string{}
	if c.Problem != "" {
		return m
	}
	m.DisplayName, m.GuestOS = said(c.DisplayName), said(c.GuestOS)
	m.NumVCPUs, m.MemorySize = saidNumber(c.NumVCPUs), saidNumber(c.MemorySize)
	m.Hardware = said(c.HardwareVersion)
	m.BIOSUUID, m.InstanceUUID, m.Encrypted = said(c.BIOSUUID), said(c.InstanceUUID), types.BoolValue(c.Encrypted)
	if c.Disks != nil {
		m.Disks = []diskFileModel{}
	}
	for _, disk := range c.Disks {
		m.Disks = append(m.Disks, diskFileModel{Name: said(disk.Name), Exists: types.BoolPointerValue(disk.Exists)})
	}
	for _, other := range c.SameUUIDAs {
		m.SameUUIDAs = append(m.SameUUIDAs, other.String())
	}
	return m
}

// registeredAs is the VM that has the file: the one of the datacenter that the file
// is counted in, where several have it.
func registeredAs(f *vix.File) *vix.Item {
	for i := range f.Registered {
		if f.Registered[i].Datacenter == f.Datacenter {
			return &f.Registered[i]
		}
	}
	if len(f.Registered) > 0 {
		return &f.Registered[0]
	}
	return nil
}
