// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

func TestAScanLeavesWhatItDoesNotKnow(t *testing.T) {
	const (
		known  = `<objects><obj type="VirtualMachine">vm-1</obj><propSet><name>summary.config.vmPathName</name><val xsi:type="xsd:string">[a] b/b.vmx</val></propSet></objects>`
		typed  = `<objects><obj xsi:type="ManagedObjectReference" type="VirtualMachine">vm-2</obj><propSet><name>summary.config.vmPathName</name><val xsi:type="xsd:string">[ä] ö ü.vmx</val></propSet></objects>`
		entity = `<objects><obj type="VirtualMachine">vm-3</obj><propSet><name>summary.config.vmPathName</name><val xsi:type="xsd:string">[a] b&amp;c.vmx</val></propSet></objects>`
		denied = `<objects><obj type="VirtualMachine">vm-4</obj><missingSet><path>summary.config.vmPathName</path></missingSet></objects>`
		both   = `<objects><obj type="VirtualMachine">vm-5</obj><propSet><name>summary.config.vmPathName</name><val xsi:type="xsd:string">x</val></propSet><propSet><name>name</name><val xsi:type="xsd:string">y</val></propSet></objects>`
		other  = `<objects><obj type="Datastore">datastore-1</obj><propSet><name>summary.config.vmPathName</name><val xsi:type="xsd:string">x</val></propSet></objects>`
		empty  = `<objects><obj type="VirtualMachine">vm-6</obj></objects>`
		broken = `<objects><obj type="VirtualMachine">vm-7</obj><propSet>`
	)
	s := &pathScan{paths: map[types.ManagedObjectReference]string{}}
	got := string(s.take([]byte("<returnval>" + known + entity + denied + typed + both + other + empty + "</returnval>" + broken)))
	if want := "<returnval>" + entity + denied + both + other + empty + "</returnval>" + broken; got != want {
		t.Errorf("left is\n%s\nwant\n%s", got, want)
	}
	vm := func(id string) types.ManagedObjectReference {
		return types.ManagedObjectReference{Type: "VirtualMachine", Value: id}
	}
	if want := map[types.ManagedObjectReference]string{vm("vm-1"): "[a] b/b.vmx", vm("vm-2"): "[ä] ö ü.vmx"}; !maps.Equal(s.paths, want) {
		t.Errorf("paths: %v, want %v", s.paths, want)
	}
}

// BenchmarkIndexAnswer is why an index is scanned: it reads the answer for 5,000
// VMs, 1.2 MB, with a scan before the decoder and without.
func BenchmarkIndexAnswer(b *testing.B) {
	const v = 5000
	var body bytes.Buffer
	body.WriteString(`<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><RetrievePropertiesExResponse xmlns="urn:vim25"><returnval>`)
	for i := range v {
		fmt.Fprintf(&body, `<objects><obj type="VirtualMachine">vm-%d</obj><propSet><name>summary.config.vmPathName</name>`+
			`<val xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance" XMLSchema-instance:type="xsd:string">[LocalDS_0] vm%d/vm%d.vmx</val>`+
			`</propSet></objects>`, i, i, i)
	}
	body.WriteString(`</returnval></RetrievePropertiesExResponse></Body></Envelope>`)
	for _, scanned := range []bool{true, false} {
		b.Run(fmt.Sprintf("scan=%t", scanned), func(b *testing.B) {
			b.SetBytes(int64(body.Len()))
			for b.Loop() {
				s := &pathScan{paths: map[types.ManagedObjectReference]string{}}
				text := body.Bytes()
				if scanned {
					text = s.take(text)
				}
				var answer methods.RetrievePropertiesExBody
				decoder := xml.NewDecoder(bytes.NewReader(text))
				decoder.TypeFunc = types.TypeFunc()
				must(b, decoder.Decode(&soap.Envelope{Body: &answer}))
				if n := len(s.paths) + len(answer.Res.Returnval.Objects); n != v {
					b.Fatalf("%d VMs", n)
				}
			}
		})
	}
}

// An index has the VMs whose paths the scan takes and those it leaves.
func TestTheIndexHasEveryVM(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, VMs: 3})
	odd := []string{"[LocalDS_0] a&b/a&b.vmx", "[LocalDS_0] a <b>/ä.vmx", "[LocalDS_0] it's \"so\"/x.vmx", "[LocalDS_0] 100% [x]/y.vmx"}
	for _, path := range odd {
		registered(t, s, "DC1", path)
	}
	must(t, s.SetConnectionState("DC1", odd[0], "inaccessible")) // it tells no configuration any more
	h := connected(t, s)
	sk, err := h.skeleton(t.Context(), time.Time{})
	must(t, err)
	ctx, scan := scanning(t.Context())
	ix, err := h.readIndex(ctx, sk, sk.datastoreNames())
	must(t, err)
	if taken := len(scan.paths); taken < 6 || taken == 6+len(odd) {
		t.Errorf("the scan took %d paths, and ought to have left some", taken)
	}
	if len(ix.vms) != 6+len(odd) {
		t.Errorf("the index has %d paths: %v", len(ix.vms), ix.vms)
	}
	for _, path := range odd {
		if hits := ix.find(pathOf(t, path), sk.datacenters); len(hits) != 1 || hits[0].in.name != "DC1" {
			t.Errorf("%s: %+v", path, hits)
		}
	}
}
