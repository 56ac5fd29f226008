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

// propertiesBody is the answer to RetrievePropertiesEx, written already: most properties are text, and the encoder, which
// has to find that out anew for each, would be most of what it takes to list the VMs of a large inventory.
type propertiesBody struct {
	Res *propertiesResponse `xml:"RetrievePropertiesExResponse"`
}

type propertiesResponse struct {
	Text string `xml:",innerxml"`
}

// Fault implements soap.HasFault.
func (*propertiesBody) Fault() *soap.Fault { return nil }

// written writes objects as the encoder would.
func written(objects []types.ObjectContent) *propertiesBody {
	var text bytes.Buffer
	encoder := xml.NewEncoder(&text)
	element := func(name string, value any) {
		// It writes to memory, and what the simulator keeps can be written.
		_ = encoder.EncodeElement(value, xml.StartElement{Name: xml.Name{Local: name}})
	}
	text.WriteString("<returnval>")
	for _, o := range objects {
		text.WriteString(`<objects><obj type="` + o.Obj.Type + `">` + o.Obj.Value + "</obj>") // made by the simulator, of plain letters
		for _, p := range o.PropSet {
			kind, value, ok := simple(p.Val)
			if !ok {
				element("propSet", p)
				continue
			}
			text.WriteString("<propSet><name>" + p.Name + `</name><val xmlns:_XMLSchema-instance="` + xsi + `" _XMLSchema-instance:type="` + kind + `">`)
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

const xsi = "http://www.w3.org/2001/XMLSchema-instance"

// simple gives the type and the text of a value that has no parts.
func simple(value types.AnyType) (kind, text string, ok bool) {
	switch v := value.(type) {
	case string:
		return "xsd:string", v, true
	case bool:
		return "xsd:boolean", strconv.FormatBool(v), true
	case int32:
		return "xsd:int", strconv.FormatInt(int64(v), 10), true
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String { // an enumeration
		return v.Type().Name(), v.String(), true
	}
	return "", "", false
}
