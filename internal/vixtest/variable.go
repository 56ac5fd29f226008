// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"errors"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var variableClauses = []clause{
	{"AVariableRoundTrips", vix.FeatureVariables, aVariableRoundTrips},
	{"AnotherValueIsOverwrittenOnlyIfThatIsWanted", vix.FeatureVariables, anotherValueIsOverwrittenOnlyIfWanted},
	{"ARemovedVariableIsGone", vix.FeatureVariables, aRemovedVariableIsGone},
	{"WhatIsNoVariableIsRefused", vix.FeatureVariables, whatIsNoVariableIsRefused},
	{"AVariableOfAVMThatIsGoneProvesThat", vix.FeatureVariables, aVariableOfAGoneVM},
}

func guest(name string) vix.Variable { return vix.Variable{Kind: vix.VariableGuest, Name: name} }

// hasVariable fails unless a variable has a value; nil is none.
func (s *subject) hasVariable(t *testing.T, handle vix.Handle, v vix.Variable, value *string) {
	t.Helper()
	read, err := s.variables.ReadVariable(s.ctx, handle, v)
	if err != nil || read.VM.ID != handle.ID || read.Exists != (value != nil) || value != nil && read.Value != *value {
		t.Fatalf("%s is %+v, %v; want %v", v, read, err, value)
	}
}

func aVariableRoundTrips(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	texts := []string{
		"plain", " blanks ", `"quoted" 'so'`, "a|b|22",
		"two\nlines\r\n\tand more\n", `C:\temp`, "größer 位 🙂", "# no comment", "${x} %{y}", "<a&b>",
	}
	for _, text := range texts {
		if err := s.variables.WriteVariable(s.ctx, handle, guest("text"), text, true); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		s.hasVariable(t, handle, guest("text"), &text)
		vm, err := s.host.Open(s.ctx, vix.Locator{Path: handle.Path})
		if err != nil || vm.Variables["text"] != text {
			t.Errorf("opened, it is %q, %v; want %q", vm.Variables["text"], err, text)
		}
	}
	s.Unregister(t, s.Paths[0])
	s.Register(t, s.Paths[0])
	s.hasVariable(t, handle, guest("text"), &texts[len(texts)-1])
	s.hasVariable(t, handle, vix.Variable{Kind: vix.VariableRuntimeConfig, Name: "GuestInfo.Text"}, &texts[len(texts)-1])
}

func anotherValueIsOverwrittenOnlyIfWanted(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	first, second := "first", "second"
	write := func(value string, overwrite bool) error {
		return s.variables.WriteVariable(s.ctx, handle, guest("owner"), value, overwrite)
	}
	for range 2 { // what is so already is done
		if err := write(first, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(second, false); !errors.Is(err, vix.ErrVariableExists) {
		t.Errorf("over another value: %v", err)
	} else {
		wantCode(t, err, vix.CodeAlreadyExists)
	}
	s.hasVariable(t, handle, guest("owner"), &first)
	if err := write(second, true); err != nil {
		t.Fatal(err)
	}
	s.hasVariable(t, handle, guest("owner"), &second)
}

func aRemovedVariableIsGone(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	before, value := s.Fingerprint(t), "x"
	if err := s.variables.WriteVariable(s.ctx, handle, guest("owner"), value, false); err != nil {
		t.Fatal(err)
	}
	if s.Fingerprint(t) == before {
		t.Error("what is written is in no file: it does not last")
	}
	for range 2 { // the second time there is nothing to do
		if err := s.variables.RemoveVariable(s.ctx, handle, guest("owner")); err != nil {
			t.Fatal(err)
		}
	}
	s.hasVariable(t, handle, guest("owner"), nil)
	if s.Fingerprint(t) != before {
		t.Error("writing and removing did not leave the files as they were")
	}
}

func whatIsNoVariableIsRefused(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	for _, v := range []vix.Variable{
		guest(""), guest("a/b"), guest("a=b"), guest("guestinfo.a"), {Kind: vix.VariableRuntimeConfig, Name: "a b"},
	} {
		wantCode(t, s.variables.CheckVariable(s.ctx, handle, v), vix.CodeInvalidArg)
		wantCode(t, s.variables.WriteVariable(s.ctx, handle, v, "x", true), vix.CodeInvalidArg)
	}
	for _, name := range []string{"DisplayName", "scsi0:7.fileName"} { // which may be read and removed
		v := vix.Variable{Kind: vix.VariableRuntimeConfig, Name: name}
		wantCode(t, s.variables.WriteVariable(s.ctx, handle, v, "x", true), vix.CodeInvalidArg)
		if err := s.variables.CheckVariable(s.ctx, handle, v); err != nil {
			t.Error(err)
		}
		s.hasVariable(t, handle, v, nil)
	}
	for _, value := range []string{"", "a\x00b", "\xff"} {
		wantCode(t, s.variables.WriteVariable(s.ctx, handle, guest("a"), value, true), vix.CodeInvalidArg)
	}
	s.hasVariable(t, handle, guest("a"), nil)
}

func aVariableOfAGoneVM(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	s.Unregister(t, s.Paths[0])
	_, read := s.variables.ReadVariable(s.ctx, handle, guest("a"))
	for _, err := range []error{
		read, s.variables.WriteVariable(s.ctx, handle, guest("a"), "x", true), s.variables.RemoveVariable(s.ctx, handle, guest("a")),
	} {
		if !errors.Is(err, vix.ErrGone) {
			t.Errorf("got %v", err)
		}
	}
}
