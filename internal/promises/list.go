// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ForEach is the configuration of a resource with for_each = data.vix_vmx_files.x.by_path: one address for each key.
func (w *Workspace) ForEach(list, each Attributes) (Config, []Diagnostic) {
	out := Config{Resources: map[string]Resource{}}
	p, diags := w.start()
	defer p.end()
	if failed(diags) {
		return out, diags
	}
	const name = "vix_vmx_files"
	kind := p.schemas.DataSourceSchemas[name].ValueType()
	resp, err := p.server.ReadDataSource(p.ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: name, Config: dynamic(kind, build(kind, list, true)),
	})
	if err != nil {
		return out, failure("data."+name, err)
	}
	if diags = diagnosticsOf("data."+name, resp.Diagnostics); failed(diags) {
		return out, diags
	}
	v, err := resp.State.Unmarshal(kind)
	if err != nil {
		return out, failure("data."+name, err)
	}
	for key, file := range parts(parts(v)["by_path"]) {
		attributes := maps.Clone(each)
		attributes["vmx_path"], attributes["datacenter"] = text(file, "vmx_path"), text(file, "datacenter")
		out.Resources["x["+key+"]"] = Resource{Attributes: attributes}
	}
	return out, diags
}
