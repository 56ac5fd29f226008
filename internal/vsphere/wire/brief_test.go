// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

const briefPath = "summary.config.vmPathName"

// answer is what a host writes of n VMs and a datastore that has them all.
func answer(n int) []byte {
	var body bytes.Buffer
	body.WriteString(`<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Body><RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><token>t1</token>`)
	for i := range n {
		fmt.Fprintf(&body, `<objects><obj type="VirtualMachine">vm-%d</obj><propSet><name>`+briefPath+`</name>`+
			`<val xsi:type="xsd:string">[a&amp;b] vm%d/vm%d.vmx</val></propSet></objects>`, i, i, i)
	}
	body.WriteString(`<objects><obj type="Datastore">datastore-1</obj><propSet><name>vm</name><val xsi:type="ArrayOfManagedObjectReference">`)
	for i := range n {
		fmt.Fprintf(&body, `<ManagedObjectReference type="VirtualMachine" xsi:type="ManagedObjectReference">vm-%d</ManagedObjectReference>`, i)
	}
	body.WriteString(`</val></propSet></objects><objects><obj type="VirtualMachine">vm-x</obj><missingSet><path>` + briefPath + `</path><fault><fault xsi:type="NotAuthenticated"></fault></fault></missingSet></objects>`)
	body.WriteString(`</returnval></RetrievePropertiesExResponse></Body></Envelope>`)
	return body.Bytes()
}

func decode(t testing.TB, text []byte, body any) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.TypeFunc = types.TypeFunc()
	if err := decoder.Decode(&soap.Envelope{Body: body}); err != nil {
		t.Fatal(err)
	}
}

func TestABriefAnswerIsUnderstood(t *testing.T) {
	var body briefBody
	decode(t, answer(2), &body)
	objects := body.First.Objects
	if len(objects) != 4 || body.First.Token != "t1" {
		t.Fatalf("got %+v", body.First)
	}
	if vm := objects[1]; vm.Obj.Type != "VirtualMachine" || vm.Obj.Value != "vm-1" || vm.Text(briefPath) != "[a&b] vm1/vm1.vmx" {
		t.Errorf("a VM: %+v", vm)
	}
	if refs := objects[2].Refs("vm"); len(refs) != 2 || refs[1] != objects[1].Obj {
		t.Errorf("references: %+v", refs)
	}
	if !body.expired() {
		t.Errorf("that the session has ended is not noticed: %+v", objects[3].MissingSet)
	}
}

// BenchmarkBrief is why an index is decoded by itself: it reads the answer for
// 5,000 VMs so, and with the types of the whole API.
func BenchmarkBrief(b *testing.B) {
	text := answer(5000)
	for name, body := range map[string]func() any{
		"briefly": func() any { return new(briefBody) }, "wholly": func() any { return new(methods.RetrievePropertiesExBody) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				decode(b, text, body())
			}
		})
	}
}
