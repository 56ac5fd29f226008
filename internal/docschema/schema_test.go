// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The form is the one that tfplugindocs reads, down to the last key.
func TestProviderJSON(t *testing.T) {
	t.Parallel()

	name := &tfprotov6.SchemaAttribute{Name: "name", Type: tftypes.String, Required: true, Description: "The name."}
	block := &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{name}}
	schema := &tfprotov6.GetProviderSchemaResponse{
		Provider: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{
			DescriptionKind: tfprotov6.StringKindMarkdown,
			Attributes: []*tfprotov6.SchemaAttribute{{
				Name:     "hosts",
				Optional: true,
				NestedType: &tfprotov6.SchemaObject{
					Nesting:    tfprotov6.SchemaObjectNestingModeMap,
					Attributes: []*tfprotov6.SchemaAttribute{name},
				},
			}},
		}},
		ResourceSchemas: map[string]*tfprotov6.Schema{"vix_a": {Version: 2, Block: &tfprotov6.SchemaBlock{
			BlockTypes: []*tfprotov6.SchemaNestedBlock{{
				TypeName: "b", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, Block: block, MaxItems: 1,
			}},
		}}},
		ActionSchemas: map[string]*tfprotov6.ActionSchema{"vix_b": {Schema: &tfprotov6.Schema{Block: block}}},
		Functions: map[string]*tfprotov6.Function{"f": {
			Summary:           "Does f",
			Parameters:        []*tfprotov6.FunctionParameter{{Name: "p", Type: tftypes.Number, AllowNullValue: true}},
			VariadicParameter: &tfprotov6.FunctionParameter{Name: "v", Type: tftypes.Bool},
			Return:            &tfprotov6.FunctionReturn{Type: tftypes.List{ElementType: tftypes.String}},
		}},
	}
	identity := &tfprotov6.GetResourceIdentitySchemasResponse{
		IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"vix_a": {
			IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{{
				Name: "id", Type: tftypes.String, RequiredForImport: true,
			}},
		}},
	}
	const (
		nameText  = `"name":{"type":"string","description":"The name.","description_kind":"plain","required":true}`
		blockText = `{"attributes":{` + nameText + `},"description_kind":"plain"}`
	)
	want := `{"provider":{"version":0,"block":{"attributes":{"hosts":{"nested_type":{"attributes":{` + nameText +
		`},"nesting_mode":"map"},"description_kind":"plain","optional":true}},"description_kind":"markdown"}},` +
		`"resource_schemas":{"vix_a":{"version":2,"block":{"block_types":{"b":{"nesting_mode":"list","block":` + blockText +
		`,"max_items":1}},"description_kind":"plain"}}},` +
		`"resource_identity_schemas":{"vix_a":{"version":0,"attributes":{"id":{"type":"string","required_for_import":true}}}},` +
		`"action_schemas":{"vix_b":{"version":0,"block":` + blockText + `}},` +
		`"functions":{"f":{"summary":"Does f","return_type":["list","string"],` +
		`"parameters":[{"name":"p","is_nullable":true,"type":"number"}],"variadic_parameter":{"name":"v","type":"bool"}}}}`

	got, err := json.Marshal(newProvider(schema, identity))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
