// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// protocol is what the framework serves.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// server is the framework's server, which keeps to itself that Terraform told the
// provider to stop.
type server struct {
	protocol
	provider *Provider
}

// Server serves p by Terraform's plugin protocol.
func (p *Provider) Server() tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(p)()
	if all, ok := framework.(protocol); ok {
		return &server{protocol: all, provider: p}
	}
	return framework
}

// StopProvider implements tfprotov6.ProviderServer: the run was interrupted.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.provider.stopping()
	return s.protocol.StopProvider(ctx, req)
}

// CallFunction implements tfprotov6.ProviderServer. OpenTofu hands an argument that is null over as nothing at all, which the
// framework refuses to read.
func (s *server) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	whole := *req
	whole.Arguments = nil
	for _, argument := range req.Arguments {
		if argument == nil || len(argument.MsgPack)+len(argument.JSON) == 0 {
			argument = &tfprotov6.DynamicValue{JSON: []byte("null")}
		}
		whole.Arguments = append(whole.Arguments, argument)
	}
	return s.protocol.CallFunction(ctx, &whole)
}
