// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// hostModel is the state of data "vix_host".
type hostModel struct {
	ServiceProvider   types.String      `tfsdk:"service_provider"`
	Product           types.String      `tfsdk:"product"`
	Version           types.String      `tfsdk:"version"`
	Build             types.String      `tfsdk:"build"`
	APIVersion        types.String      `tfsdk:"api_version"`
	InstanceUUID      types.String      `tfsdk:"instance_uuid"`
	Username          types.String      `tfsdk:"username"`
	Datacenters       []datacenterModel `tfsdk:"datacenters"`
	SupportedFeatures []vix.Feature     `tfsdk:"supported_features"`
}

type datacenterModel struct {
	Name          types.String     `tfsdk:"name"`
	InventoryPath types.String     `tfsdk:"inventory_path"`
	Datastores    []datastoreModel `tfsdk:"datastores"`
}

type datastoreModel struct {
	Name       types.String `tfsdk:"name"`
	URL        types.String `tfsdk:"url"`
	Type       types.String `tfsdk:"type"`
	Accessible types.Bool   `tfsdk:"accessible"`
}

func newHostModel(info vix.HostInfo) hostModel {
	m := hostModel{
		ServiceProvider:   said(info.ServiceProvider),
		Product:           said(info.Product),
		Version:           said(info.Version),
		Build:             said(info.Build),
		APIVersion:        said(info.APIVersion),
		InstanceUUID:      said(info.InstanceUUID),
		Username:          said(info.Username),
		Datacenters:       make([]datacenterModel, 0, len(info.Datacenters)),
		SupportedFeatures: append([]vix.Feature{}, info.Features...),
	}
	for _, dc := range info.Datacenters {
		d := datacenterModel{
			Name: said(dc.Name), InventoryPath: said(dc.Path), Datastores: make([]datastoreModel, 0, len(dc.Datastores)),
		}
		for _, ds := range dc.Datastores {
			d.Datastores = append(d.Datastores, datastoreModel{
				Name: said(ds.Name), URL: said(ds.URL), Type: said(ds.Type), Accessible: types.BoolValue(ds.Accessible),
			})
		}
		m.Datacenters = append(m.Datacenters, d)
	}
	return m
}

// said is a text of the host; null if it said nothing.
func said[T ~string](text T) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(string(text))
}

// saidNumber is a number of the host; null if it said nothing.
func saidNumber(n int64) types.Int64 {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(n)
}
