// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
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
	answer := "<returnval>" + known + entity + denied + typed + both + other + empty + "</returnval>" + broken
	left := "<returnval>" + entity + denied + both + other + empty + "</returnval>" + broken
	found := []scannedPath{{"vm-1", "[a] b/b.vmx"}, {"vm-2", "[ä] ö ü.vmx"}}
	torn := errors.New("torn")
	for name, arriving := range map[string]struct {
		as    io.Reader
		found []scannedPath
		err   error
	}{
		"at once":             {strings.NewReader(answer), found, nil},
		"with the end's news": {iotest.DataErrReader(strings.NewReader(answer)), found, nil},
		"byte by byte":        {iotest.OneByteReader(strings.NewReader(answer)), found, nil},
		"in halves":           {iotest.HalfReader(strings.NewReader(answer)), found, nil},
		"torn off":            {io.MultiReader(strings.NewReader(answer), iotest.ErrReader(torn)), nil, torn},
	} {
		t.Run(name, func(t *testing.T) {
			s := new(pathScan)
			got, err := io.ReadAll(&scannedBody{ReadCloser: io.NopCloser(arriving.as), scan: s})
			if string(got) != left || !errors.Is(err, arriving.err) {
				t.Errorf("left is\n%s (%v)\nwant\n%s", got, err, left)
			}
			if !slices.Equal(s.found, arriving.found) {
				t.Errorf("found %v, want %v", s.found, arriving.found)
			}
		})
	}
}

// A decoder stops at the last tag. What has been scanned by then counts.
func TestAScanEndsBeforeItsReader(t *testing.T) {
	const vm = `<objects><obj type="VirtualMachine">vm-1</obj><propSet><name>summary.config.vmPathName</name><val xsi:type="xsd:string">[a] b.vmx</val></propSet></objects>`
	s := new(pathScan)
	body := &scannedBody{ReadCloser: io.NopCloser(iotest.OneByteReader(strings.NewReader("<a>" + vm + "</a>"))), scan: s}
	must(t, xml.NewDecoder(body).Decode(new(struct{})))
	if len(s.found) != 1 {
		t.Errorf("found %v", s.found)
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
				s := new(pathScan)
				var text io.Reader = bytes.NewReader(body.Bytes())
				if scanned {
					text = &scannedBody{ReadCloser: io.NopCloser(text), scan: s}
				}
				var answer methods.RetrievePropertiesExBody
				decoder := xml.NewDecoder(text)
				decoder.TypeFunc = types.TypeFunc()
				must(b, decoder.Decode(&soap.Envelope{Body: &answer}))
				if n := len(s.found) + len(answer.Res.Returnval.Objects); n != v {
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
	if taken := len(scan.found); taken < 6 || taken == 6+len(odd) {
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
