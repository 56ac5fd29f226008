// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// importing imports by id, or by identity if there is one, and reads.
func (w *world) importing(id string, identity args) (*object, diagnostics) {
	w.t.Helper()
	req := &tfprotov6.ImportResourceStateRequest{TypeName: w.resource, ID: id}
	if identity != nil {
		req.Identity = &tfprotov6.ResourceIdentityData{IdentityData: w.dynamic(w.identity, build(w.identity, identity))}
	}
	resp, err := w.server.ImportResourceState(context.Background(), req)
	w.must(err)
	if len(resp.Diagnostics) > 0 {
		return nil, resp.Diagnostics
	}
	one := resp.ImportedResources[0]
	return w.read(&object{value: w.value(w.kind(), one.State), private: one.Private, identity: one.Identity})
}

// data reads a data source.
func (w *world) data(name string, config args) (tftypes.Value, diagnostics) {
	w.t.Helper()
	kind := w.schemas.DataSourceSchemas[name].ValueType()
	resp, err := w.server.ReadDataSource(context.Background(), &tfprotov6.ReadDataSourceRequest{
		TypeName: name, Config: w.dynamic(kind, build(kind, config)),
	})
	w.must(err)
	return w.value(kind, resp.State), resp.Diagnostics
}

// validateData validates the configuration of a data source.
func (w *world) validateData(name string, config args) diagnostics {
	w.t.Helper()
	kind := w.schemas.DataSourceSchemas[name].ValueType()
	resp, err := w.server.ValidateDataResourceConfig(context.Background(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: name, Config: w.dynamic(kind, build(kind, config)),
	})
	w.must(err)
	return resp.Diagnostics
}

// list queries as terraform query does.
func (w *world) list(config args, resource bool, limit int64) []tfprotov6.ListResourceResult {
	w.t.Helper()
	kind := w.schemas.ListResourceSchemas[registration].ValueType()
	server, ok := w.server.(tfprotov6.ListResourceServer)
	if !ok {
		w.t.Fatal("the provider lists nothing")
	}
	stream, err := server.ListResource(context.Background(), &tfprotov6.ListResourceRequest{
		TypeName: registration, Config: w.dynamic(kind, build(kind, config)), IncludeResource: resource, Limit: limit,
	})
	w.must(err)
	return slices.Collect(stream.Results)
}

// read refreshes an object.
func (w *world) read(o *object) (*object, diagnostics) {
	w.t.Helper()
	if w.planned {
		w.walk()
	}
	return w.readToo(o)
}

// readToo is read in the same walk as a plan before.
func (w *world) readToo(o *object) (*object, diagnostics) {
	w.t.Helper()
	resp, err := w.server.ReadResource(context.Background(), &tfprotov6.ReadResourceRequest{
		TypeName: w.resource, CurrentState: w.dynamic(w.kind(), o.value), Private: o.private, CurrentIdentity: o.identity,
	})
	w.must(err)
	return &object{value: w.value(w.kind(), resp.NewState), private: resp.Private, identity: resp.NewIdentity}, resp.Diagnostics
}

// destroy plans and applies the end of an object.
func (w *world) destroy(o *object) (plan, apply diagnostics) {
	w.t.Helper()
	w.walk()
	p := w.planOnce(o, tftypes.NewValue(w.kind(), nil))
	_, apply = w.apply(o, outcome{object: object{value: tftypes.NewValue(w.kind(), nil), private: p.private}}, nil)
	return p.diags, apply
}
