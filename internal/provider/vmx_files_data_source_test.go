// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const filesSource = "vix_vmx_files"

// elements are the members of a list, set or map of objects, by their key or index.
func elements(t *testing.T, state tftypes.Value, name string) map[string]args {
	t.Helper()
	var top map[string]tftypes.Value
	if err := state.As(&top); err != nil {
		t.Fatal(err)
	}
	out := map[string]args{}
	if top[name].IsNull() {
		return nil
	}
	if top[name].Type().Is(tftypes.Map{}) {
		var members map[string]tftypes.Value
		_ = top[name].As(&members)
		for key, v := range members {
			out[key] = fields(v)
		}
		return out
	}
	var members []tftypes.Value
	_ = top[name].As(&members)
	for i, v := range members {
		out[string(rune('0'+i))] = fields(v)
	}
	return out
}

func found(t *testing.T) vix.Files {
	web := vix.File{
		Path: mustPath(t, webPath), Datacenter: "/DC0", Size: 4096, Modified: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
		Registered: []vix.Item{
			{ID: "other", Name: "elsewhere", Datacenter: "/DC1"}, {ID: "id-1", Name: "web", Datacenter: "/DC0"},
		},
	}
	copied := vix.File{Path: mustPath(t, "[storage1] copy/web.vmx"), Datacenter: "/DC0", Size: 1}
	template := vix.File{Path: mustPath(t, "[storage1] t/t.vmtx"), Datacenter: "/DC0"}
	exists := true
	web.Config = &vix.FileConfig{
		DisplayName: "Web", GuestOS: "debian12-64", NumVCPUs: 2, MemorySize: 2048, HardwareVersion: "vmx-07", BIOSUUID: "b", InstanceUUID: "i", Encrypted: true,
		Disks: []vix.DiskFile{{Name: "web.vmdk", Exists: &exists}, {Name: "/vmfs/volumes/x/y.vmdk"}}, SameUUIDAs: []vix.Locator{copied.Locator()},
	}
	copied.Config = &vix.FileConfig{DisplayName: "Locked", Encrypted: true, InstanceUUID: "i", SameUUIDAs: []vix.Locator{web.Locator()}}
	template.Config = &vix.FileConfig{Problem: "The file cannot be understood."}
	return vix.Files{
		Files:   []vix.File{copied, template, web},
		LeftOut: []vix.LeftOut{{Path: vix.Path{Datastore: "storage1", File: ".snapshot/web.vmx"}, Datacenter: "/DC0", By: ".snapshot"}},
	}
}

func TestVMXFiles(t *testing.T) {
	w := newWorld(t)
	w.host.files = found(t)
	state, diags := w.data(filesSource, args{
		"datacenter": "DC0", "path": "vms", "match": "*.vm*x", "read_config": true,
		"datastores": []tftypes.Value{tftypes.NewValue(tftypes.String, "storage1")},
		"exclude":    []tftypes.Value{tftypes.NewValue(tftypes.String, "lab-*"), tftypes.NewValue(tftypes.String, "!contentlib-*")},
	})
	diags.only(t, "WARNING: Files share a UUID: one is a copy of the other\n"+
		"A copied folder, a restored backup or a replica has the UUID of its original. Which is which, no file tells.\n\n"+
		"  - /DC0:[storage1] copy/web.vmx, not registered\n    /DC0:[storage1] web/web.vmx, registered as web\n\n"+
		"Registering both is possible: vCenter gives the second another instance UUID, and the state of each stays its own. "+
		"Powering both on gives a network two machines that are one. Leave the copy out with exclude, path or datastores if you do "+
		"not mean it.\n\nVIX_E_ALREADY_EXISTS (23)")
	q := w.host.fileQuery
	if q.Datacenter != "DC0" || q.Folder != "vms" || q.Match != "*.vm*x" || !q.ReadConfig || q.SkipUnreadable ||
		!slices.Equal(q.Datastores, []string{"storage1"}) {
		t.Errorf("asked for %+v", q)
	}
	if !slices.Contains(q.Exclude, "lab-*") || !slices.Contains(q.Exclude, ".snapshot") || slices.Contains(q.Exclude, "contentlib-*") {
		t.Errorf("excluded: %q", q.Exclude)
	}
	byPath := elements(t, state, "by_path")
	if len(byPath) != 3 || len(elements(t, state, "files")) != 3 {
		t.Fatalf("found %v", byPath)
	}
	for name, want := range (args{
		"vmx_path": webPath, "datacenter": "/DC0", "datastore": "storage1", "modified": "2026-11-01T12:00:00Z", "registered": true,
		"vm_id": "id-1", "name": "web", "template": false, "display_name": "Web", "guest_os": "debian12-64", "bios_uuid": "b",
		"instance_uuid": "i", "encrypted": true, "problem": nil, "hardware_version": "vmx-07",
	}) {
		if got := byPath["/DC0:"+webPath][name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if template := byPath["/DC0:[storage1] t/t.vmtx"]; template["template"] != true || template["encrypted"] != nil ||
		template["problem"] != "The file cannot be understood." || template["registered"] != false || template["modified"] != nil {
		t.Errorf("the template is %v", template)
	}
	// Of a file that is encrypted as a whole, nothing is told that it hides.
	locked := byPath["/DC0:[storage1] copy/web.vmx"]
	for _, hidden := range []string{"num_vcpus", "memory_size", "hardware_version", "guest_os", "disks"} {
		if v, ok := locked[hidden]; v != nil || !ok {
			t.Errorf("%s of a file encrypted as a whole is %v", hidden, v)
		}
	}
	if locked["display_name"] != "Locked" || locked["encrypted"] != true || byPath["/DC0:"+webPath]["disks"] == nil {
		t.Errorf("locked: %v", locked)
	}
	if left := elements(t, state, "left_out")["0"]; left["by"] != ".snapshot" || left["vmx_path"] != "[storage1] .snapshot/web.vmx" {
		t.Errorf("left out: %v", left)
	}
	if u := elements(t, state, "unreadable"); u == nil || len(u) != 0 {
		t.Errorf("unreadable: %v", u)
	}
}

// What would not have every file must not be fit for for_each.
func TestVMXFilesOfAShortListHaveNoMap(t *testing.T) {
	w := newWorld(t)
	w.host.files = found(t)
	for _, registered := range []bool{true, false} {
		state, _ := w.data(filesSource, args{"registered": registered})
		want := 2
		if registered {
			want = 1
		}
		if files := elements(t, state, "files"); len(files) != want || elements(t, state, "by_path") != nil {
			t.Errorf("registered = %v: %v, by_path %v", registered, files, elements(t, state, "by_path"))
		}
	}
	w.host.files = vix.Files{Unreadable: []vix.Unreadable{{Datacenter: "/DC0", Datastore: "storage2", Reason: "No host can read it."}}}
	state, diags := w.data(filesSource, args{"on_inaccessible": "warn"})
	diags.only(t, "WARNING at AttributeName(\"on_inaccessible\"): Files are missing\nThe datastore storage2 of /DC0: "+
		"No host can read it. It was skipped because of on_inaccessible = \"warn\". The list is shorter than it should be, so by_path "+
		"is null: under for_each, the registrations of this datastore's VMs would be destroyed.\n\nVIX_E_FILE_ERROR (7)")
	if !w.host.fileQuery.SkipUnreadable || elements(t, state, "by_path") != nil || elements(t, state, "unreadable")["0"]["datastore"] != "storage2" {
		t.Errorf("a short list: %v", fields(state))
	}
	w.host.files = vix.Files{}
	state, diags = w.data(filesSource, args{})
	diags.none(t)
	if byPath := elements(t, state, "by_path"); byPath == nil || len(byPath) != 0 {
		t.Errorf("of nothing, by_path is %v, not empty", byPath)
	}
	if w.host.fileQuery.ReadConfig || !slices.Equal(w.host.fileQuery.Exclude, vix.DefaultExclude) {
		t.Errorf("asked for %+v", w.host.fileQuery)
	}
}

func TestVMXFilesErrors(t *testing.T) {
	w := newWorld(t)
	w.host.filesFail = &vix.Error{
		Op: "search the datastore", Object: "storage2 of /DC0", Code: vix.CodeFileError, Field: vix.FieldDatastores, Reason: "No host can read it.",
	}
	_, diags := w.data(filesSource, args{})
	diags.has(t, "ERROR at AttributeName(\"datastores\"): Cannot search the datastore storage2 of /DC0\nNo host can read it.")
	text := func(v string) []tftypes.Value { return []tftypes.Value{tftypes.NewValue(tftypes.String, v)} }
	for name, c := range map[string]struct {
		config args
		says   string
	}{
		"match":     {args{"match": "[a"}, `"[a" is malformed`},
		"disks":     {args{"match": "*.vmdk"}, `"*.vmdk" matches no name that ends in .vmx or .vmtx`},
		"stem":      {args{"match": "web"}, `"web" matches no name that ends in .vmx or .vmtx`},
		"folder":    {args{"match": "web/*.vmx"}, "The folder to look below is path."},
		"exclude":   {args{"exclude": text(`a\`)}, "is malformed"},
		"default":   {args{"exclude": text("!.snap")}, `"!.snap" takes a default away, and ".snap" is none. The defaults are: .snapshot,`},
		"empty":     {args{"exclude": text("")}, "An empty glob matches nothing."},
		"none":      {args{"datastores": []tftypes.Value{}}, "at least 1"},
		"attribute": {args{"on_inaccessible": "ignore"}, "on_inaccessible"},
	} {
		t.Run(name, func(t *testing.T) { w.validateData(filesSource, c.config).has(t, c.says) })
	}
	for _, match := range []string{"*.vm?x", "web*", "*", "*.VMX", "web.vmx", "*.vmt[x-z]", `\[OLD\]*x`} {
		w.validateData(filesSource, args{"match": match, "exclude": text("!*")}).none(t)
	}
	if got := excluded([]string{"!*", "lab"}); !slices.Equal(got, []string{"lab"}) {
		t.Errorf("excluded: %q", got)
	}
}

func TestWarnSameUUIDIsBounded(t *testing.T) {
	var files []vix.File
	for i := range 2 * (maxGroups + 3) {
		f := vix.File{Path: vix.Path{Datastore: "ds", File: string(rune('A'+i/2)) + string(rune('a'+i%2)) + ".vmx"}}
		files = append(files, f)
	}
	for i := range files {
		files[i].Config = &vix.FileConfig{SameUUIDAs: []vix.Locator{files[i^1].Locator()}}
	}
	var diags diag.Diagnostics
	warnSameUUID(&diags, files)
	if len(diags) != 1 || !strings.Contains(diags[0].Detail(), "and 3 more; see same_uuid_as") ||
		strings.Count(diags[0].Detail(), "not registered") != 2*maxGroups {
		t.Errorf("warned: %v", diags)
	}
}

func TestWarnSameFile(t *testing.T) {
	nfs3, nfs4 := vix.File{Path: vix.Path{Datastore: "nfs3", File: "web/web.vmx"}}, vix.File{Path: vix.Path{Datastore: "nfs4", File: "web/web.vmx"}}
	nfs3.SameFileAs, nfs4.SameFileAs = []vix.Locator{nfs4.Locator()}, []vix.Locator{nfs3.Locator()}
	nfs4.Registered = []vix.Item{{Name: "web"}}
	var diags diag.Diagnostics
	warnSameFile(&diags, []vix.File{nfs3, nfs4})
	if len(diags) != 1 || diags[0].Summary() != "Files are seen twice: one NFS export is mounted as two datastores" ||
		diags[0].Detail() != "The datastores have one remote path, and the files have the same path below it, size and time:\n\n"+
			"  - [nfs3] web/web.vmx, not registered\n    [nfs4] web/web.vmx, registered as web\n\nOnly one of each can be registered: a VM "+
			"that is registered twice is powered on twice one day. Unmount one of the two datastores, or leave it out with "+
			"datastores.\n\nVIX_E_ALREADY_EXISTS (23)" {
		t.Errorf("warned: %v", diags)
	}
	m := newVMXFileModel(&nfs3)
	if len(m.SameFileAs) != 1 || m.SameFileAs[0] != "[nfs4] web/web.vmx" {
		t.Errorf("same_file_as: %q", m.SameFileAs)
	}
}
