// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Field names the argument at fault, so that a diagnostic can point at it.
type Field string

// The arguments that an error may point at, named as users write them.
const (
	FieldNone            Field = ""
	FieldServiceProvider Field = "service_provider"
	FieldVMRunPath       Field = "vmrun_path"
	FieldVMRestURL       Field = "vmrest_url"
	FieldVMPassword      Field = "vm_password"
	FieldHostname        Field = "hostname"
	FieldPort            Field = "port"
	FieldUsername        Field = "username"
	FieldPassword        Field = "password"
	FieldCA              Field = "ca_file"
	FieldThumbprint      Field = "thumbprint"
	FieldDatacenter      Field = "datacenter"
	FieldPath            Field = "vmx_path"
	FieldName            Field = "name"
	FieldFolder          Field = "folder"
	FieldResourcePool    Field = "resource_pool"
	FieldCluster         Field = "cluster"
	FieldHost            Field = "host"
	FieldTemplate        Field = "template"
	FieldDatastore       Field = "datastore"
	FieldDatastores      Field = "datastores"
	FieldFilesPath       Field = "path"
	FieldMatch           Field = "match"
	FieldExclude         Field = "exclude"
	FieldKind            Field = "kind"
	FieldSnapshot        Field = "snapshot"
	FieldValue           Field = "value"
)

// Error is every error of a Host: what was tried, on what, why it failed, and
// what to do about it at the host. What to write or to type belongs to whoever asked.
type Error struct {
	// Op is the operation as a verb with no object: "open", "register".
	Op string
	// Object is what it was done to, as the user knows it.
	Object string
	// Code classifies the error in VIX's terms.
	Code Code
	// Kind says what is so where Code does not say it all; most errors have none.
	Kind Kind
	// Doubt is that the outcome is not known: what was asked of the host may be done all the same.
	Doubt bool
	// Reason says in full sentences what is wrong.
	Reason string
	// Choices are the candidates of an ambiguity, or names that may be meant.
	Choices []string
	// Options are what an argument that is missing or ambiguous could be; shown before Choices.
	Options []Option
	// Remedy says what to do at the host, or what to look at.
	Remedy string
	// Host is whose error it is, as its user knows it; empty where nothing but the operation says.
	Host string
	// Fault is the host's own fault, by type and text.
	Fault string
	// Field is the argument at fault, if one is.
	Field Field
	// VM is the registered VM that is in the way, where one is.
	VM *Registration
	// At is where the file of a VM that is not registered lies, for ErrNotRegistered; the
	// datacenter is left out where the path says enough.
	At Locator
	// Question is what a VM asks, for ErrAsked.
	Question *Question
	// Thumbprint is the SHA-256 of the certificate that was seen, for ErrUntrusted.
	Thumbprint string
	// Cause is the error below, for errors.Is and errors.As.
	Cause error
}

// Option is a value that an argument could have.
type Option struct {
	Field Field
	Value string
	// Note says more about it; empty if there is nothing to say.
	Note string
}

// String is the option in words.
func (o Option) String() string {
	text := strings.ReplaceAll(string(o.Field), "_", " ") + " " + o.Value
	if o.Note != "" {
		text += ": " + o.Note
	}
	return text
}

// Is makes errors.Is tell an Error by its Kind.
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && e.Kind == kind
}

// Summary is the error in one line: operation and object.
func (e *Error) Summary() string {
	if e.Object == "" {
		return "Cannot " + e.Op
	}
	return Visible("Cannot "+e.Op+" "+e.Object, false)
}

// Detail is the rest, a paragraph a part: reason, choices, remedy, codes.
func (e *Error) Detail() string {
	var parts []string
	if e.Reason != "" {
		parts = append(parts, e.Reason)
	}
	var choices []string
	for _, option := range e.Options {
		choices = append(choices, option.String())
	}
	choices = append(choices, e.Choices...)
	for i, choice := range choices {
		choices[i] = "  - " + Visible(choice, false)
	}
	if len(choices) > 0 {
		parts = append(parts, strings.Join(choices, "\n"))
	}
	if e.Remedy != "" {
		parts = append(parts, e.Remedy)
	}
	last := e.Code.String()
	if e.Host != "" {
		last += " on " + e.Host
	}
	if e.Fault != "" {
		last += "; the host says: " + e.Fault
	}
	return Visible(strings.Join(append(parts, last), "\n\n"), true)
}

// Visible shows what would act on a terminal, or turn what is read around, as an
// escape: names come from the host, and whoever may name a VM must not be able to
// write the rest of an error. Newlines stay where the text has lines.
func Visible(text string, lines bool) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if r == '\n' && lines || !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "\\u%04x", r)
		}
	}
	return b.String()
}

// inLine makes one line of a detail: paragraphs follow each other, and so do choices.
var inLine = strings.NewReplacer("\n\n  - ", " ", "\n\n", " ", "\n  - ", "; ", "\n", " ")

// Error implements error, in one line, as a log has it. An error that no operation has been
// given yet is its detail alone.
func (e *Error) Error() string {
	detail := inLine.Replace(e.Detail())
	if e.Op == "" {
		return detail
	}
	return e.Summary() + ": " + detail
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf is the code of the *Error in err's chain; CodeOK for nil, CodeFail for
// an error that carries none.
func CodeOf(err error) Code {
	if err == nil {
		return CodeOK
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeFail
}
