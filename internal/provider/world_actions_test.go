// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// actionConfig is the configuration of an action.
func (w *world) actionConfig(name string, config args) *tfprotov6.DynamicValue {
	w.t.Helper()
	kind := w.schemas.ActionSchemas[name].Schema.ValueType()
	return w.dynamic(kind, build(kind, config))
}

func (w *world) actions() tfprotov6.ActionServer { return w.server.(tfprotov6.ActionServer) }

// planAction validates and plans an action.
func (w *world) planAction(name string, config args) diagnostics {
	w.t.Helper()
	checked, err := w.actions().ValidateActionConfig(context.Background(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: name, Config: w.actionConfig(name, config),
	})
	w.must(err)
	if len(checked.Diagnostics) > 0 {
		return checked.Diagnostics
	}
	resp, err := w.actions().PlanAction(context.Background(), &tfprotov6.PlanActionRequest{
		ActionType: name, Config: w.actionConfig(name, config),
	})
	w.must(err)
	return resp.Diagnostics
}

// invoke invokes an action, and gives what it said on the way.
func (w *world) invoke(name string, config args) (said []string, diags diagnostics) {
	w.t.Helper()
	stream, err := w.actions().InvokeAction(context.Background(), &tfprotov6.InvokeActionRequest{
		ActionType: name, Config: w.actionConfig(name, config),
	})
	w.must(err)
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			said = append(said, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			diags = event.Diagnostics
		}
	}
	return said, diags
}

// listOf is a list of texts, as a configuration has it.
func listOf(items ...string) []tftypes.Value {
	var out []tftypes.Value
	for _, item := range items {
		out = append(out, tftypes.NewValue(tftypes.String, item))
	}
	return out
}

// mapOf is a map of texts, as a configuration has it.
func mapOf(items map[string]string) map[string]tftypes.Value {
	out := map[string]tftypes.Value{}
	for name, item := range items {
		out[name] = tftypes.NewValue(tftypes.String, item)
	}
	return out
}
