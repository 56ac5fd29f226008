// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"sync"
	"time"

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

	mu sync.Mutex
	// actions are those that have not told their end yet; a channel is closed by then.
	actions map[chan struct{}]bool
	stopped bool
}

// endPatience is how long an interrupted action may take to tell its end.
const endPatience = 10 * time.Second

// Server serves p by Terraform's plugin protocol.
func (p *Provider) Server() tfprotov6.ProviderServer {
	framework := providerserver.NewProtocol6(p)()
	if all, ok := framework.(protocol); ok {
		return &server{protocol: all, provider: p, actions: map[chan struct{}]bool{}}
	}
	return framework
}

// StopProvider implements tfprotov6.ProviderServer: the run was interrupted. It returns when the actions that run have told
// their end, because nothing is sent of them afterwards, and Terraform takes an action that tells nothing for one that has done it.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.provider.stopping()
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	resp, err := s.protocol.StopProvider(ctx, req)
	s.awaitActions(ctx)
	return resp, err
}

// InvokeAction implements tfprotov6.ActionServer. Once the run was interrupted an action tells its end and nothing else:
// Terraform hears one more message then, and 1.14 crashes at a second one.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.protocol.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		ended := make(chan struct{})
		s.mu.Lock()
		s.actions[ended] = true
		s.mu.Unlock()
		defer func() {
			s.mu.Lock()
			delete(s.actions, ended)
			s.mu.Unlock()
			close(ended)
		}()
		stream.Events(func(event tfprotov6.InvokeActionEvent) bool {
			if _, line := event.Type.(tfprotov6.ProgressInvokeActionEventType); line && s.isStopped() {
				return true
			}
			return push(event)
		})
	}}, nil
}

func (s *server) isStopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// awaitActions waits until the actions that run have ended, for as long as they may take.
func (s *server) awaitActions(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	s.mu.Lock()
	running := maps.Clone(s.actions)
	s.mu.Unlock()
	for ended := range running {
		select {
		case <-ended:
		case <-ctx.Done():
			return
		}
	}
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
