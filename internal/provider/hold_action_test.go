// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"os"
	"time"

	actions "github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// holder is a provider with one action, which keeps an apply in the middle of a
// change. The test binary serves it when it is run by this name.
type holder struct{}

const (
	holderName = "terraform-provider-hold"
	// holding is the file by which the action says that it runs, goOn the one by
	// which it is told to end, both in the folder that terraform runs in.
	holding, goOn = "holding", "go-on"
	holdTick      = 20 * time.Millisecond
)

var (
	_ provider.ProviderWithActions = holder{}
	_ actions.Action               = hold{}
)

// serveHolder serves the holder until terraform ends it, or has ended.
func serveHolder() error {
	go func() {
		// Nobody ends it when terraform was killed.
		for parent := os.Getppid(); os.Getppid() == parent; {
			time.Sleep(holdTick)
		}
		os.Exit(1)
	}()
	return providerserver.Serve(context.Background(), func() provider.Provider { return holder{} },
		providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/hold"})
}

func (holder) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "hold"
}
func (holder) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (holder) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (holder) DataSources(context.Context) []func() datasource.DataSource                        { return nil }
func (holder) Resources(context.Context) []func() resource.Resource                              { return nil }
func (holder) Actions(context.Context) []func() actions.Action {
	return []func() actions.Action{func() actions.Action { return hold{} }}
}

// hold is the action "hold_until_told".
type hold struct{}

func (hold) Schema(context.Context, actions.SchemaRequest, *actions.SchemaResponse) {}

func (hold) Metadata(_ context.Context, req actions.MetadataRequest, resp *actions.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_until_told"
}

// Invoke does not heed an interruption, so that a second one finds it running.
func (hold) Invoke(_ context.Context, _ actions.InvokeRequest, resp *actions.InvokeResponse) {
	if err := os.WriteFile(holding, nil, 0o600); err != nil {
		resp.Diagnostics.AddError("Cannot say that the action runs", err.Error())
		return
	}
	for {
		if _, err := os.Stat(goOn); err == nil {
			return
		}
		time.Sleep(holdTick)
	}
}
