// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ErrGone is the proof that a registration is no more: its managed object is
// gone, and neither its id nor its path finds a VM. Only this lets state forget.
var ErrGone = errors.New("the registration is gone")

// ErrOtherVM is the cause of an Error about a VM that has the id that was looked
// for and is another one: a copy that was registered elsewhere. The Error's VM is that one.
var ErrOtherVM = errors.New("another VM has the id")

// ErrAmbiguous is the cause of an Error whose Choices all answer to one name or
// path. VIX has no code of its own for what it never noticed; the code is
// CodeInvalidArg.
var ErrAmbiguous = errors.New("ambiguous")

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
	FieldDatastores      Field = "datastores"
	FieldFilesPath       Field = "path"
	FieldMatch           Field = "match"
	FieldExclude         Field = "exclude"
)

// Error is every error of a Host: what was tried, on what, why it failed, and
// what to do next.
type Error struct {
	// Op is the operation as a verb with no object: "open", "register".
	Op string
	// Object is what it was done to, as the user knows it.
	Object string
	// Code classifies the error in VIX's terms.
	Code Code
	// Reason says in full sentences what is wrong.
	Reason string
	// Choices are the candidates of an ambiguity or the values to choose from.
	Choices []string
	// Remedy says what to do next; it may hold configuration to paste.
	Remedy string
	// Fault is the host's own fault, by type and text.
	Fault string
	// Field is the argument at fault, if one is.
	Field Field
	// VM is the registered VM that is in the way, where one is.
	VM *Registration
	// Cause is the error below, for errors.Is and errors.As.
	Cause error
}

// Summary is the error in one line: operation and object.
func (e *Error) Summary() string {
	if e.Object == "" {
		return "Cannot " + e.Op
	}
	return visible("Cannot "+e.Op+" "+e.Object, false)
}

// Detail is the rest, a paragraph a part: reason, choices, remedy, codes.
func (e *Error) Detail() string {
	var parts []string
	if e.Reason != "" {
		parts = append(parts, e.Reason)
	}
	if len(e.Choices) > 0 {
		var lines []string
		for _, choice := range e.Choices {
			lines = append(lines, "  - "+visible(choice, false))
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	if e.Remedy != "" {
		parts = append(parts, e.Remedy)
	}
	last := e.Code.String()
	if e.Fault != "" {
		last += "; the host says: " + e.Fault
	}
	return visible(strings.Join(append(parts, last), "\n\n"), true)
}

// visible shows what would act on a terminal, or turn what is read around, as an
// escape: names come from the host, and whoever may name a VM must not be able to
// write the rest of an error.
func visible(text string, lines bool) string {
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

// Error implements error, in one line where the parts are.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s", e.Summary(), strings.ReplaceAll(e.Detail(), "\n\n", " "))
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
