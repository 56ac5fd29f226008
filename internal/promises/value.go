// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Attributes are what a configuration sets, by name; what is left out is null.
type Attributes map[string]any

// Late is a value that another resource makes: unknown at plan, this at apply.
type Late struct{ Value any }

// build makes the object of a configuration, as it is known at plan or at apply.
func build(kind tftypes.Type, values Attributes, apply bool) tftypes.Value {
	object, ok := kind.(tftypes.Object)
	if !ok {
		panic(fmt.Sprintf("%s is no object", kind))
	}
	fields := map[string]tftypes.Value{}
	for name, t := range object.AttributeTypes {
		switch v := values[name].(type) {
		case Late:
			fields[name] = tftypes.NewValue(t, tftypes.UnknownValue)
			if apply {
				fields[name] = tftypes.NewValue(t, v.Value)
			}
		case Attributes:
			fields[name] = build(t, v, apply)
		default:
			fields[name] = tftypes.NewValue(t, v)
		}
	}
	for name := range values {
		if _, ok := object.AttributeTypes[name]; !ok {
			panic("no attribute " + name)
		}
	}
	return tftypes.NewValue(kind, fields)
}

func parts(v tftypes.Value) map[string]tftypes.Value {
	var out map[string]tftypes.Value
	if v.IsKnown() && !v.IsNull() {
		_ = v.As(&out)
	}
	return out
}

// text is an attribute that is a text; empty where it is null or unknown.
func text(v tftypes.Value, name string) string {
	var s string
	if f, ok := parts(v)[name]; ok && f.IsKnown() && !f.IsNull() {
		_ = f.As(&s)
	}
	return s
}

func truth(v tftypes.Value, name string) bool {
	var b bool
	if f, ok := parts(v)[name]; ok && f.IsKnown() && !f.IsNull() {
		_ = f.As(&b)
	}
	return b
}

// known reports whether a plan says what an attribute will be.
func known(v tftypes.Value, name string) bool {
	f, ok := parts(v)[name]
	return ok && f.IsFullyKnown()
}

// propose is what Terraform proposes: what is not configured stays, or is to be computed.
func propose(schema *tfprotov6.Schema, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() {
		return config
	}
	was, out := parts(prior), maps.Clone(parts(config))
	for _, a := range schema.Block.Attributes {
		if !out[a.Name].IsNull() || !a.Computed {
			continue
		}
		if was == nil {
			out[a.Name] = tftypes.NewValue(a.Type, tftypes.UnknownValue)
		} else {
			out[a.Name] = was[a.Name]
		}
	}
	return tftypes.NewValue(config.Type(), out)
}

// differences names what of a planned value did not come out as it was planned. What was unknown may be anything.
func differences(planned, actual tftypes.Value) []string {
	if planned.IsNull() != actual.IsNull() {
		return []string{"whether it is there"}
	}
	var out []string
	is := parts(actual)
	for name, want := range parts(planned) {
		if !compatible(want, is[name]) {
			out = append(out, fmt.Sprintf("%s: %s, now %s", name, shown(want), shown(is[name])))
		}
	}
	slices.Sort(out)
	return out
}

func compatible(planned, actual tftypes.Value) bool {
	if !planned.IsKnown() {
		return true
	}
	if planned.IsFullyKnown() {
		return planned.Equal(actual)
	}
	is := parts(actual)
	for name, want := range parts(planned) {
		if !compatible(want, is[name]) {
			return false
		}
	}
	return is != nil
}

func shown(v tftypes.Value) string {
	switch {
	case !v.IsKnown():
		return "unknown"
	case v.IsNull():
		return "null"
	case v.Type().Is(tftypes.String):
		var s string
		_ = v.As(&s)
		return s
	}
	return v.String()
}

// illegal names what a plan may not say: an attribute that is configured is planned as configured or as it was.
func illegal(schema *tfprotov6.Schema, prior, config, planned tftypes.Value) []string {
	var out []string
	was, want, is := parts(prior), parts(config), parts(planned)
	for _, a := range schema.Block.Attributes {
		w, p := want[a.Name], is[a.Name]
		if planned.IsNull() || p.Equal(w) || was != nil && p.Equal(was[a.Name]) || w.IsNull() && a.Computed {
			continue
		}
		out = append(out, fmt.Sprintf("%s is configured as %s and planned as %s", a.Name, shown(w), shown(p)))
	}
	return out
}

// stateJSON is a value as Terraform keeps it in its state file.
func stateJSON(v tftypes.Value) []byte {
	raw, err := json.Marshal(plain(v))
	if err != nil {
		panic(err)
	}
	return raw
}

func plain(v tftypes.Value) any {
	if v.IsNull() {
		return nil
	}
	switch {
	case v.Type().Is(tftypes.String):
		var s string
		_ = v.As(&s)
		return s
	case v.Type().Is(tftypes.Bool):
		var b bool
		_ = v.As(&b)
		return b
	}
	out := map[string]any{}
	for name, f := range parts(v) {
		out[name] = plain(f)
	}
	return out
}
