// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type diagnostics []*tfprotov6.Diagnostic

// text is all of the diagnostics: severity, attribute, summary and detail.
func (d diagnostics) text() string {
	var parts []string
	for _, one := range d {
		at := ""
		if one.Attribute != nil {
			at = " at " + one.Attribute.String()
		}
		parts = append(parts, fmt.Sprintf("%s%s: %s\n%s", one.Severity, at, one.Summary, one.Detail))
	}
	return strings.Join(parts, "\n---\n")
}

func (d diagnostics) failed() bool {
	return slices.ContainsFunc(d, func(one *tfprotov6.Diagnostic) bool {
		return one.Severity == tfprotov6.DiagnosticSeverityError
	})
}

func (d diagnostics) none(t *testing.T) {
	t.Helper()
	if len(d) > 0 {
		t.Fatalf("diagnostics:\n%s", d.text())
	}
}

// only holds the diagnostics against a whole text.
func (d diagnostics) only(t *testing.T, want string) {
	t.Helper()
	if got := d.text(); got != want {
		t.Fatalf("got:\n%s\n\nwant:\n%s", got, want)
	}
}

// has says that each text occurs.
func (d diagnostics) has(t *testing.T, texts ...string) {
	t.Helper()
	for _, want := range texts {
		if !strings.Contains(d.text(), want) {
			t.Fatalf("%q does not occur in:\n%s", want, d.text())
		}
	}
}

// same says that a plan changes nothing.
func (p outcome) same(t *testing.T, o *object) {
	t.Helper()
	p.diags.none(t)
	if !p.value.Equal(o.value) {
		t.Fatalf("the plan is not empty:\n%v\n%v", fields(o.value), fields(p.value))
	}
}

// holds compares some attributes.
func holds(t *testing.T, v tftypes.Value, want args) {
	t.Helper()
	is := fields(v)
	for name, value := range want {
		if is[name] != value {
			t.Errorf("%s is %v, want %v", name, is[name], value)
		}
	}
}

func calls(t *testing.T, h *fakeHost, want ...string) {
	t.Helper()
	if got := h.made(); !slices.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
}
