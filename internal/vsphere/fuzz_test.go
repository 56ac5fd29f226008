// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"path"
	"strings"
	"testing"
	"unicode"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// answerOf is a read's answer as a host might write it: a VM in a folder in a
// datacenter, with names that it has made up.
func answerOf(vm, folder, datacenter, file string) []byte {
	var b bytes.Buffer
	text := func(s string) string {
		b.Reset()
		_ = xml.EscapeText(&b, []byte(s))
		return b.String()
	}
	object := func(kind, id, name, parent string) string {
		out := `<objects><obj type="` + kind + `">` + id + `</obj><propSet><name>name</name><val xsi:type="xsd:string">` + text(name) + `</val></propSet>`
		if parent != "" {
			parentKind, parentID, _ := strings.Cut(parent, ":")
			out += `<propSet><name>parent</name><val type="` + parentKind + `" xsi:type="ManagedObjectReference">` + parentID + `</val></propSet>`
		}
		if kind == "VirtualMachine" {
			out += `<propSet><name>config.files.vmPathName</name><val xsi:type="xsd:string">` + text(file) + `</val></propSet>`
		}
		return out + `</objects>`
	}
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ` +
		`xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>` +
		`<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval>` +
		object("Folder", "group-d1", "Datacenters", "") + object("Datacenter", "datacenter-2", datacenter, "Folder:group-d1") +
		object("Folder", "group-v3", folder, "Datacenter:datacenter-2") + object("VirtualMachine", "vm-4", vm, "Folder:group-v3") +
		`</returnval></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>`)
}

// decoded is what the client makes of an answer.
func decoded(answer []byte) ([]types.ObjectContent, bool) {
	var body methods.RetrievePropertiesExBody
	decoder := xml.NewDecoder(bytes.NewReader(answer))
	decoder.TypeFunc = types.TypeFunc()
	if decoder.Decode(&soap.Envelope{Body: &body}) != nil || body.Res == nil || body.Res.Returnval == nil {
		return nil, false
	}
	return body.Res.Returnval.Objects, true
}

// converted runs everything that is made of an answer.
func converted(content []types.ObjectContent) []*vms.Record {
	above := inventory.NewEntities(content)
	var out []*vms.Record
	for _, o := range content {
		if o.Obj.Type != "VirtualMachine" {
			continue
		}
		r := vms.NewRecord(o, above, nil)
		_, _ = r.Opened(), candidate(r.Registration())
		out = append(out, r)
	}
	return out
}

// FuzzHostileNames proves that no name that a host gives changes what a path
// means: an inventory path has as many parts as the inventory has levels, a file
// is the one that the host named or none, and an error stays one error.
func FuzzHostileNames(f *testing.F) {
	long := strings.Repeat("n", 100<<10)
	for _, seed := range [][4]string{
		{"web", "Linux", "DC0", "[ds] web/web.vmx"}, {"../..", "a/b", "..", "[ds] ../x.vmx"}, {"%2f%", "%25", "100%", "[ds] 100%/x.vmx"},
		{"[x] y", "]", "[", "[d]s] a.vmx"}, {"\x1b[2J", "a\nError: b", "\u202e", "[ds] a\x00.vmx"}, {"\xff\xfe", "\xc0\xaf", "\xed", "[ds] \xff.vmx"},
		{long, long, long, "[" + long + "] " + long + ".vmx"}, {"", "", "", ""}, {" ", " a", "a ", "[ ds ]  web/web.vmx "}, {"a", "a", "a", "[ds] a//./b.vmx"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, vm, folder, datacenter, file string) {
		content, ok := decoded(answerOf(vm, folder, datacenter, file))
		if !ok {
			return
		}
		for _, r := range converted(content) {
			got := r.Registration()
			if n := strings.Count(got.Folder, "/"); got.Folder != "" && n != 2 {
				t.Fatalf("the folder %q of %q has the path %q", folder, datacenter, got.Folder)
			}
			if n := strings.Count(got.Datacenter, "/"); got.Datacenter != "" && n != 1 {
				t.Fatalf("the datacenter %q has the path %q", datacenter, got.Datacenter)
			}
			sameFile(t, r.VM.Config, got.Path)
			_, err := inventory.Pick(wire.To("open", "it"), vix.FieldFolder, "folder", "Linux", "it", []inventory.Place{{Path: got.Folder}})
			meant := got.Folder == "/"+strings.ReplaceAll(datacenter, "/", "%2f")+"/Linux"
			if (err == nil) && !meant && !strings.HasSuffix(got.Folder, "/Linux") {
				t.Fatalf("the name Linux means the folder %q", got.Folder)
			}
			e := &vix.Error{Op: "open", Object: got.Path.String(), Reason: "It is " + got.Name + ".", Choices: []string{candidate(got), got.Folder}, Fault: vm}
			for line := range strings.SplitSeq(e.Summary()+"\n"+e.Detail(), "\n") {
				if strings.ContainsFunc(line, unicode.IsControl) {
					t.Fatalf("the error holds a control character: %q", line)
				}
			}
		}
	})
}

// sameFile checks that a path means the file that the host named.
func sameFile(t *testing.T, config *types.VirtualMachineConfigInfo, got vix.Path) {
	t.Helper()
	if config == nil {
		return
	}
	text := config.Files.VmPathName
	if got.Datastore == "" {
		if got.File != text {
			t.Fatalf("%q is kept as %+v", text, got)
		}
		return
	}
	rest, ok := strings.CutPrefix(text, "["+got.Datastore+"]")
	if !ok || path.Clean("/"+strings.TrimPrefix(rest, " ")) != "/"+got.File {
		t.Fatalf("%q means %+v", text, got)
	}
}

// FuzzSOAPAnswer proves that no answer, however it is written, makes the client
// or what is made of it panic.
func FuzzSOAPAnswer(f *testing.F) {
	f.Add(answerOf("web", "Linux", "DC0", "[ds] web/web.vmx"))
	f.Add([]byte(`<Envelope><Body/></Envelope>`))
	f.Add([]byte(faultBody))
	f.Fuzz(func(_ *testing.T, answer []byte) {
		if content, ok := decoded(answer); ok {
			converted(content)
		}
	})
}
