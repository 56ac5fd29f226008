// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"reflect"
	"strconv"

	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// propertiesBody is the answer to RetrievePropertiesEx, written already. A vCenter declares its prefixes once; the encoder
// declares them for each value, which makes answers twice as long, and finds out the type of each anew, which would be
// most of what it takes to list the VMs of a large inventory.
type propertiesBody struct {
	Res *propertiesResponse `xml:"RetrievePropertiesExResponse"`
}

type propertiesResponse struct {
	Text string `xml:",innerxml"`
}

// Fault implements soap.HasFault.
func (*propertiesBody) Fault() *soap.Fault { return nil }

// written writes objects as a vCenter does.
func written(objects []types.ObjectContent) *propertiesBody {
	var text bytes.Buffer
	encoder := xml.NewEncoder(&text)
	element := func(name string, value any) {
		// It writes to memory, and what the simulator keeps can be written.
		_ = encoder.EncodeElement(value, xml.StartElement{Name: xml.Name{Local: name}})
	}
	text.WriteString(`<returnval xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	for _, o := range objects {
		text.WriteString(`<objects><obj type="` + o.Obj.Type + `">` + o.Obj.Value + "</obj>")
		for _, p := range o.PropSet {
			attributes, value, ok := simple(p.Val)
			if !ok {
				element("propSet", p)
				continue
			}
			text.WriteString("<propSet><name>" + p.Name + "</name><val " + attributes + ">")
			_ = xml.EscapeText(&text, []byte(value)) // see above
			text.WriteString("</val></propSet>")
		}
		for _, m := range o.MissingSet {
			element("missingSet", m)
		}
		text.WriteString("</objects>")
	}
	text.WriteString("</returnval>")
	return &propertiesBody{Res: &propertiesResponse{text.String()}}
}

// simple gives the attributes and the text of a value that has no parts. Types, and the ids that the simulator makes,
// are of plain letters.
func simple(value types.AnyType) (attributes, text string, ok bool) {
	typed := func(kind string) string { return `xsi:type="` + kind + `"` }
	switch v := value.(type) {
	case string:
		return typed("xsd:string"), v, true
	case bool:
		return typed("xsd:boolean"), strconv.FormatBool(v), true
	case int32:
		return typed("xsd:int"), strconv.FormatInt(int64(v), 10), true
	case moref:
		return `type="` + v.Type + `" ` + typed("ManagedObjectReference"), v.Value, v.ServerGUID == ""
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String { // an enumeration
		return typed(v.Type().Name()), v.String(), true
	}
	return "", "", false
}
