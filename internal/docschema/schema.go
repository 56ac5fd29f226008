// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The types below are the JSON of `terraform providers schema -json`:
// https://developer.hashicorp.com/terraform/cli/commands/providers/schema

type schemasJSON struct {
	FormatVersion string                  `json:"format_version"`
	Providers     map[string]providerJSON `json:"provider_schemas"`
}

type providerJSON struct {
	Provider           schemaJSON                    `json:"provider"`
	Resources          map[string]schemaJSON         `json:"resource_schemas,omitempty"`
	ResourceIdentities map[string]identityJSON       `json:"resource_identity_schemas,omitempty"`
	DataSources        map[string]schemaJSON         `json:"data_source_schemas,omitempty"`
	EphemeralResources map[string]schemaJSON         `json:"ephemeral_resource_schemas,omitempty"`
	ListResources      map[string]schemaJSON         `json:"list_resource_schemas,omitempty"`
	Actions            map[string]schemaJSON         `json:"action_schemas,omitempty"`
	Functions          map[string]functionSchemaJSON `json:"functions,omitempty"`
}

type schemaJSON struct {
	Version int64      `json:"version"`
	Block   *blockJSON `json:"block,omitempty"`
}

type blockJSON struct {
	Attributes      map[string]attributeJSON   `json:"attributes,omitempty"`
	BlockTypes      map[string]nestedBlockJSON `json:"block_types,omitempty"`
	Description     string                     `json:"description,omitempty"`
	DescriptionKind string                     `json:"description_kind,omitempty"`
	Deprecated      bool                       `json:"deprecated,omitempty"`
}

type nestedBlockJSON struct {
	NestingMode string     `json:"nesting_mode"`
	Block       *blockJSON `json:"block"`
	MinItems    int64      `json:"min_items,omitempty"`
	MaxItems    int64      `json:"max_items,omitempty"`
}

type attributeJSON struct {
	Type            tftypes.Type `json:"type,omitempty"`
	NestedType      *objectJSON  `json:"nested_type,omitempty"`
	Description     string       `json:"description,omitempty"`
	DescriptionKind string       `json:"description_kind,omitempty"`
	Deprecated      bool         `json:"deprecated,omitempty"`
	Required        bool         `json:"required,omitempty"`
	Optional        bool         `json:"optional,omitempty"`
	Computed        bool         `json:"computed,omitempty"`
	Sensitive       bool         `json:"sensitive,omitempty"`
	WriteOnly       bool         `json:"write_only,omitempty"`
}

type objectJSON struct {
	Attributes  map[string]attributeJSON `json:"attributes"`
	NestingMode string                   `json:"nesting_mode"`
}

type identityJSON struct {
	Version    int64                            `json:"version"`
	Attributes map[string]identityAttributeJSON `json:"attributes"`
}

type identityAttributeJSON struct {
	Type              tftypes.Type `json:"type"`
	Description       string       `json:"description,omitempty"`
	RequiredForImport bool         `json:"required_for_import,omitempty"`
	OptionalForImport bool         `json:"optional_for_import,omitempty"`
}

type functionSchemaJSON struct {
	Summary            string          `json:"summary,omitempty"`
	Description        string          `json:"description,omitempty"`
	DeprecationMessage string          `json:"deprecation_message,omitempty"`
	ReturnType         tftypes.Type    `json:"return_type"`
	Parameters         []parameterJSON `json:"parameters,omitempty"`
	VariadicParameter  *parameterJSON  `json:"variadic_parameter,omitempty"`
}

type parameterJSON struct {
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	IsNullable  bool         `json:"is_nullable,omitempty"`
	Type        tftypes.Type `json:"type"`
}

func newProvider(schema *tfprotov6.GetProviderSchemaResponse, identity *tfprotov6.GetResourceIdentitySchemasResponse) providerJSON {
	return providerJSON{
		Provider:           newSchema(schema.Provider),
		Resources:          mapValues(schema.ResourceSchemas, newSchema),
		ResourceIdentities: mapValues(identity.IdentitySchemas, newIdentity),
		DataSources:        mapValues(schema.DataSourceSchemas, newSchema),
		EphemeralResources: mapValues(schema.EphemeralResourceSchemas, newSchema),
		ListResources:      mapValues(schema.ListResourceSchemas, newSchema),
		Actions: mapValues(schema.ActionSchemas, func(action *tfprotov6.ActionSchema) schemaJSON {
			return newSchema(action.Schema)
		}),
		Functions: mapValues(schema.Functions, newFunction),
	}
}

func newSchema(schema *tfprotov6.Schema) schemaJSON {
	if schema == nil {
		return schemaJSON{}
	}
	return schemaJSON{Version: schema.Version, Block: newBlock(schema.Block)}
}

func newBlock(block *tfprotov6.SchemaBlock) *blockJSON {
	blocks := make(map[string]nestedBlockJSON, len(block.BlockTypes))
	for _, nested := range block.BlockTypes {
		blocks[nested.TypeName] = nestedBlockJSON{
			NestingMode: strings.ToLower(nested.Nesting.String()),
			Block:       newBlock(nested.Block),
			MinItems:    nested.MinItems,
			MaxItems:    nested.MaxItems,
		}
	}
	return &blockJSON{
		Attributes:      newAttributes(block.Attributes),
		BlockTypes:      blocks,
		Description:     block.Description,
		DescriptionKind: strings.ToLower(block.DescriptionKind.String()),
		Deprecated:      block.Deprecated,
	}
}

func newAttributes(attributes []*tfprotov6.SchemaAttribute) map[string]attributeJSON {
	result := make(map[string]attributeJSON, len(attributes))
	for _, attribute := range attributes {
		converted := attributeJSON{
			Type:            attribute.Type,
			Description:     attribute.Description,
			DescriptionKind: strings.ToLower(attribute.DescriptionKind.String()),
			Deprecated:      attribute.Deprecated,
			Required:        attribute.Required,
			Optional:        attribute.Optional,
			Computed:        attribute.Computed,
			Sensitive:       attribute.Sensitive,
			WriteOnly:       attribute.WriteOnly,
		}
		if nested := attribute.NestedType; nested != nil {
			converted.NestedType = &objectJSON{
				Attributes:  newAttributes(nested.Attributes),
				NestingMode: strings.ToLower(nested.Nesting.String()),
			}
		}
		result[attribute.Name] = converted
	}
	return result
}

func newIdentity(identity *tfprotov6.ResourceIdentitySchema) identityJSON {
	attributes := make(map[string]identityAttributeJSON, len(identity.IdentityAttributes))
	for _, attribute := range identity.IdentityAttributes {
		attributes[attribute.Name] = identityAttributeJSON{
			Type:              attribute.Type,
			Description:       attribute.Description,
			RequiredForImport: attribute.RequiredForImport,
			OptionalForImport: attribute.OptionalForImport,
		}
	}
	return identityJSON{Version: identity.Version, Attributes: attributes}
}

func newFunction(function *tfprotov6.Function) functionSchemaJSON {
	result := functionSchemaJSON{
		Summary:            function.Summary,
		Description:        function.Description,
		DeprecationMessage: function.DeprecationMessage,
		ReturnType:         function.Return.Type,
	}
	for _, parameter := range function.Parameters {
		result.Parameters = append(result.Parameters, newParameter(parameter))
	}
	if function.VariadicParameter != nil {
		variadic := newParameter(function.VariadicParameter)
		result.VariadicParameter = &variadic
	}
	return result
}

func newParameter(parameter *tfprotov6.FunctionParameter) parameterJSON {
	return parameterJSON{
		Name:        parameter.Name,
		Description: parameter.Description,
		IsNullable:  parameter.AllowNullValue,
		Type:        parameter.Type,
	}
}

// mapValues converts each value of a map.
func mapValues[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for key, value := range from {
		to[key] = convert(value)
	}
	return to
}
