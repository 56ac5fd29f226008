// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var _ function.Function = (*vmxPathFunction)(nil)

// vmxPathFunction is the function vmx_path.
type vmxPathFunction struct{}

// NewVMXPathFunction makes the function vmx_path.
func NewVMXPathFunction() function.Function { return &vmxPathFunction{} }

// Metadata implements function.Function.
func (*vmxPathFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "vmx_path"
}

// Definition implements function.Function.
func (*vmxPathFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Make a vmx path",
		MarkdownDescription: "Makes the vmx path of a file on a datastore, in the one spelling that vSphere uses: " +
			"`vmx_path(\"storage1\", \"web/web.vmx\")` is `[storage1] web/web.vmx`. It undoes `parse_vmx_path`, asks no host, and " +
			"refuses what would be no vmx path.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name: "datastore", AllowNullValue: true,
				MarkdownDescription: "Name of the datastore, without brackets; null on hosted products, which have none.",
			},
			function.StringParameter{
				Name: "path",
				MarkdownDescription: "Path of the file below the root of the datastore, with its ending; absolute where there is no " +
					"datastore.",
			},
		},
		Return: function.StringReturn{},
	}
}

// Run implements function.Function.
func (*vmxPathFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var datastore types.String
	var file string
	if resp.Error = req.Arguments.Get(ctx, &datastore, &file); resp.Error != nil {
		return
	}
	if !datastore.IsNull() && datastore.ValueString() == "" {
		resp.Error = function.NewArgumentFuncError(0, coded(vix.CodeInvalidArg,
			"The name of the datastore is empty; it is null where there is none."))
		return
	}
	p, err := vix.NewPath(datastore.ValueString(), file)
	if err != nil {
		resp.Error = argumentError(1, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, p.String())
}
