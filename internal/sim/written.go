// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"

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
			value, ok := p.Val.(string)
			if !ok {
				element("propSet", p)
				continue
			}
			text.WriteString("<propSet><name>" + p.Name + "</name>" + textValue)
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

// textValue is how the encoder begins a text.
const textValue = `<val xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance" XMLSchema-instance:type="xsd:string">`
