// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var _ function.Function = (*parseKeyFunction)(nil)

// parseKeyFunction is the function parse_key.
type parseKeyFunction struct{}

// NewParseKeyFunction makes the function parse_key.
func NewParseKeyFunction() function.Function { return &parseKeyFunction{} }

// Metadata implements function.Function.
func (*parseKeyFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_key"
}

// Definition implements function.Function.
func (*parseKeyFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Take a key of by_path apart",
		MarkdownDescription: "Takes a key of `by_path` of `data \"vix_vmx_files\"` apart: `/DC1:[storage1] web/web.vmx`. It asks no " +
			"host. " +
			"What is no such key is an error.\n\n" +
			"It gives an object: `datacenter` (inventory path; null on hosted products, which have none) and `path` (the vmx path).",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "key", MarkdownDescription: "The key: `each.key` under a `for_each` over `by_path`.",
		}},
		Return: function.ObjectReturn{AttributeTypes: map[string]attr.Type{"datacenter": types.StringType, "path": types.StringType}},
	}
}

// Run implements function.Function.
func (*parseKeyFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var key string
	if resp.Error = req.Arguments.Get(ctx, &key); resp.Error != nil {
		return
	}
	at, err := vix.ParseKey(key)
	if err != nil {
		resp.Error = argumentError(0, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, keyModel{Datacenter: said(at.Datacenter), Path: at.Path.String()})
}

// keyModel is what the function gives.
type keyModel struct {
	Datacenter types.String `tfsdk:"datacenter"`
	Path       string       `tfsdk:"path"`
}
