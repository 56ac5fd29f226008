// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// typed is any of the framework's schemas: what tells which attributes there are.
type typed interface{ Type() attr.Type }

// addError turns an error of a host into diagnostics: the only place where that
// is done. An error that names an argument points at the attribute of that name
// if the schema has it: a data source may fail for the provider's password.
func addError(diags *diag.Diagnostics, schema typed, err error) {
	// Joined errors only: an error whose cause is a list is one error.
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			addError(diags, schema, one)
		}
		return
	}
	at := path.Empty()
	var e *vix.Error
	if errors.As(err, &e) && e.Field != vix.FieldNone && hasAttribute(schema, string(e.Field)) {
		at = attribute(string(e.Field))
	}
	addErrorAt(diags, at, err)
}

// addErrorAt is addError for an attribute that the caller knows.
func addErrorAt(diags *diag.Diagnostics, at path.Path, err error) {
	summary, detail := texts(err)
	if at.Equal(path.Empty()) {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// attribute is where a diagnostic about the attribute of that name points: nowhere
// if it holds a secret. Terraform prints the line that a diagnostic points at, and
// with it a password that is written there, into the log of every run.
func attribute(name string) path.Path {
	if a, ok := providerSchema().Attributes[name]; ok && a.IsSensitive() {
		return path.Empty()
	}
	return path.Root(name)
}

// addAt adds an error about what is written as the attribute of that name.
func addAt(diags *diag.Diagnostics, name, summary, why string) {
	at := attribute(name)
	detail := coded(vix.CodeInvalidArg, why)
	if at.Equal(path.Empty()) {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// texts are the summary and the detail of an error.
func texts(err error) (summary, detail string) {
	var e *vix.Error
	switch {
	case errors.As(err, &e):
		e = advised(e)
		return e.Summary(), e.Detail()
	case errors.Is(err, context.Canceled):
		return "Interrupted", coded(vix.CodeCancelled, "The run was interrupted before the host had answered. "+
			"What was asked of the host may still happen; the next plan shows how things are.")
	case errors.Is(err, context.DeadlineExceeded):
		return "Out of time", coded(vix.CodeNetHTTPOperationTimedout,
			"The host had not answered when the time allowed for this operation was over. "+
				"What was asked of it may still happen; the next plan shows how things are. "+
				"A longer time can be set in timeouts.")
	}
	return "Unexpected error", coded(vix.CodeFail, err.Error())
}

// addNotConnected says that something needs the host that there is none of yet.
func addNotConnected(diags *diag.Diagnostics, what string, conn *connection) {
	diags.AddError("Cannot "+what+" before the provider is connected", coded(vix.CodeHostNotConnected, conn.reason+"\n\n"+
		"Apply what the provider's configuration depends on first, for example with terraform apply -target. A data source that has "+
		"depends_on for it is read at apply."))
}

func hasAttribute(schema typed, name string) bool {
	object, ok := schema.Type().(attr.TypeWithAttributeTypes)
	if !ok {
		return false
	}
	_, ok = object.AttributeTypes()[name]
	return ok
}
