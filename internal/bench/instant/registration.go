// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// registration is a resource that does nothing. Terraform writes the whole state
// for each one that it creates, so what it keeps is of the size of what
// vix_registration keeps.
type registration struct{}

// computed are the attributes that vix_registration computes, and values as long
// as its own.
var computed = map[string]string{
	"name":                 "new0000",
	"datacenter":           "/DC0",
	"folder":               "/DC0/vm",
	"resource_pool":        "/DC0/host/DC0_C0/Resources",
	"cluster":              "/DC0/host/DC0_C0",
	"host":                 "/DC0/host/DC0_C0/DC0_C0_H0",
	"instance_uuid":        "52000000-0000-4000-8000-000000000000",
	"managed_object_id":    "vm-00000",
	"connection_state":     "connected",
	"registered_path":      "[LocalDS_0] new0000/new0000.vmx",
	"if_registered":        "fail",
	"power_off_on_destroy": "fail",
	"template":             "false",
	"adopted":              "false",
	"encrypted":            "false",
}

// Metadata implements resource.Resource.
func (*registration) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "instant_registration"
}

// Schema implements resource.Resource.
func (*registration) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"vmx_path": schema.StringAttribute{Required: true},
		"id":       schema.StringAttribute{Computed: true},
	}}
	for name := range computed {
		resp.Schema.Attributes[name] = schema.StringAttribute{Computed: true}
	}
}

// Create implements resource.Resource.
func (*registration) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var at types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("vmx_path"), &at)...)
	resp.State.Raw = req.Plan.Raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), at)...)
	var kept strings.Builder
	for name, value := range computed {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
		fmt.Fprintf(&kept, "%q:%q,", name, value)
	}
	// vix_registration keeps where the VM is in the private state too.
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, "registration", []byte("{"+strings.TrimSuffix(kept.String(), ",")+"}"))...)
}

// Read implements resource.Resource: what is known stays.
func (*registration) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update implements resource.Resource.
func (*registration) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("instant_registration is not updated", "The benchmark has nothing to update.")
}

// Delete implements resource.Resource: it goes without saying.
func (*registration) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
