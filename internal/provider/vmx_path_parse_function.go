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

var _ function.Function = (*parseVMXPathFunction)(nil)

// parseVMXPathFunction is the function parse_vmx_path.
type parseVMXPathFunction struct{}

// NewParseVMXPathFunction makes the function parse_vmx_path.
func NewParseVMXPathFunction() function.Function { return &parseVMXPathFunction{} }

// Metadata implements function.Function.
func (*parseVMXPathFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_vmx_path"
}

// Definition implements function.Function.
func (*parseVMXPathFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Take a vmx path apart",
		MarkdownDescription: "Takes a vmx path apart. It reads both forms, the datastore path of vSphere (`[storage1] web/web.vmx`) and " +
			"the absolute file path of hosted products (`/vms/web/web.vmx`, `C:\\VMs\\web\\web.vmx`), on every machine, and asks no " +
			"host. " +
			"What is no vmx path is an error.\n\n" +
			"It gives an object: `datastore` (null on hosted products), `directory` (the folder of the file; `\"\"` in the root of a " +
			"datastore, absolute on hosted products), `file` (the file's name), `name` (that without its ending) and `path` (the path in " +
			"the one spelling that the product uses).",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "path", MarkdownDescription: "The vmx path. Spacing after the bracket, doubled slashes and `./` mean nothing.",
		}},
		Return: function.ObjectReturn{AttributeTypes: map[string]attr.Type{
			"datastore": types.StringType, "directory": types.StringType, "file": types.StringType,
			"name": types.StringType, "path": types.StringType,
		}},
	}
}

// Run implements function.Function.
func (*parseVMXPathFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	parts, err := vix.ParsePathParts(text)
	if err != nil {
		resp.Error = argumentError(0, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, vmxPathModel{
		Datastore: said(parts.Path.Datastore), Directory: parts.Directory, File: parts.File, Name: parts.Name, Path: parts.Path.String(),
	})
}

// vmxPathModel is what the function gives.
type vmxPathModel struct {
	Datastore types.String `tfsdk:"datastore"`
	Directory string       `tfsdk:"directory"`
	File      string       `tfsdk:"file"`
	Name      string       `tfsdk:"name"`
	Path      string       `tfsdk:"path"`
}

// argumentError is the error of a function about one of its arguments, as diagnostics have it.
func argumentError(argument int64, err error) *function.FuncError {
	summary, detail := texts(err)
	return function.NewArgumentFuncError(argument, summary+":\n\n"+detail)
}
