// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Single is one address of a resource that does something with a VM that is there: vix_power, vix_snapshot,
// vix_variable. No order decides anything about one, so that it has no walk: it is refreshed and planned by one process,
// planned again and applied by another, as Terraform does it.
type Single struct {
	Workspace *Workspace
	Resource  string
	Object    *Object // nil while there is none
}

// Outcome is what one apply came to.
type Outcome struct {
	Action  Action // what the plan said; empty if it failed
	Planned []Diagnostic
	Applied []Diagnostic
	Killed  bool
}

// Failed reports that something failed.
func (o *Outcome) Failed() bool { return failed(o.Planned) || failed(o.Applied) || o.Killed }

// Says reports that a warning or an error of the plan has a text.
func (o *Outcome) Says(text string) bool {
	for _, d := range o.Planned {
		if strings.Contains(d.Summary+"\n"+d.Detail, text) {
			return true
		}
	}
	return false
}

// named is a provider whose objects are all of one resource.
type named struct {
	tfprotov6.ProviderServer
	resource string
}

func (n named) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	req.TypeName = n.resource
	return n.ProviderServer.ValidateResourceConfig(ctx, req)
}

func (n named) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	req.TypeName = n.resource
	return n.ProviderServer.ReadResource(ctx, req)
}

func (n named) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	req.TypeName = n.resource
	return n.ProviderServer.PlanResourceChange(ctx, req)
}

func (n named) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	req.TypeName = n.resource
	return n.ProviderServer.ApplyResourceChange(ctx, req)
}

func (n named) ImportResourceState(
	ctx context.Context, req *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	req.TypeName = n.resource
	return n.ProviderServer.ImportResourceState(ctx, req)
}

// start is a process of the provider for the resource.
func (s *Single) start() (*process, []Diagnostic) {
	p, diags := s.Workspace.start()
	p.server = named{p.server, s.Resource}
	p.schemas = &tfprotov6.GetProviderSchemaResponse{ResourceSchemas: map[string]*tfprotov6.Schema{
		typeOf(s.Resource): p.schemas.ResourceSchemas[s.Resource],
	}}
	return p, diags
}

// Import imports what an id names.
func (s *Single) Import(id string) []Diagnostic {
	p, diags := s.start()
	defer p.end()
	if failed(diags) {
		return diags
	}
	one, err := p.server.ImportResourceState(p.ctx, &tfprotov6.ImportResourceStateRequest{ID: id})
	if err != nil {
		return failure(s.Resource, err)
	}
	if diags = diagnosticsOf(s.Resource, one.Diagnostics); failed(diags) {
		return diags
	}
	is := one.ImportedResources[0]
	s.Object = &Object{Value: p.value(s.Resource, is.State), Private: is.Private, Identity: is.Identity}
	return append(diags, s.refresh(p)...)
}

// refresh reads the object; it is nil afterwards if it is gone.
func (s *Single) refresh(p *process) []Diagnostic {
	resp, err := p.server.ReadResource(p.ctx, &tfprotov6.ReadResourceRequest{
		CurrentState: dynamic(p.kind(s.Resource), s.Object.Value), Private: s.Object.Private, CurrentIdentity: s.Object.Identity,
	})
	if err != nil {
		return failure(s.Resource, err)
	}
	diags := diagnosticsOf(s.Resource, resp.Diagnostics)
	if !failed(diags) {
		s.keep(p, resp.NewState, resp.Private, resp.NewIdentity)
	}
	return diags
}

func (s *Single) keep(p *process, state *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData) {
	s.Object = nil
	if v := p.value(s.Resource, state); !v.IsNull() {
		s.Object = &Object{Value: v, Private: private, Identity: identity}
	}
}

// Apply plans and applies a configuration; nil destroys. If killAt is set the process is killed once the host has been
// asked for that method, before it answers.
func (s *Single) Apply(config Attributes, killAt string) *Outcome {
	out := &Outcome{}
	var change *Change
	change, out.Planned = s.plan(config)
	if failed(out.Planned) {
		return out
	}
	out.Action = change.Action
	if change.Action == NoOp {
		return out
	}
	p, diags := s.start()
	if failed(diags) {
		out.Applied = diags
		return out
	}
	var killed atomic.Bool
	if killAt != "" {
		s.Workspace.Host.OnRequest(func(method string, _ []byte) {
			if method == killAt {
				if killed.CompareAndSwap(false, true) {
					p.kill()
				}
			}
		})
		defer s.Workspace.Host.OnRequest(nil)
	}
	out.Applied = s.apply(p, change, config)
	out.Killed = killed.Load()
	if !out.Killed {
		p.end()
	}
	return out
}

// plan is the first walk.
func (s *Single) plan(config Attributes) (*Change, []Diagnostic) {
	p, diags := s.start()
	defer p.end()
	if !failed(diags) && s.Object != nil {
		diags = append(diags, s.refresh(p)...)
	}
	if failed(diags) {
		return nil, diags
	}
	change, more := s.planned(p, config, false)
	return change, append(diags, more...)
}

func (s *Single) planned(p *process, config Attributes, apply bool) (*Change, []Diagnostic) {
	switch {
	case config != nil:
		return p.planInstance(s.Resource, Resource{Attributes: config}, s.Object, false, apply)
	case s.Object == nil:
		return &Change{Action: NoOp}, nil
	}
	return p.planDestroy(s.Resource, s.Object)
}

// apply is the second walk. A replacement is a delete and a create.
func (s *Single) apply(p *process, change *Change, config Attributes) []Diagnostic {
	if change.Action.takesOut() {
		if diags := s.change(p, change, nil); failed(diags) || change.Action == Delete {
			return diags
		}
	}
	again, diags := s.planned(p, config, true)
	if failed(diags) || again.Action == NoOp {
		return diags
	}
	if wrong := differences(change.After, again.After); len(wrong) > 0 {
		return append(diags, Diagnostic{true, s.Resource, inconsistentPlan, strings.Join(wrong, "\n")})
	}
	return append(diags, s.change(p, again, config)...)
}

// change is one ApplyResourceChange; without a configuration it is a delete.
func (s *Single) change(p *process, c *Change, config Attributes) []Diagnostic {
	before, after, wanted := p.null(s.Resource), p.null(s.Resource), p.null(s.Resource)
	if s.Object != nil {
		before = s.Object.Value
	}
	if config != nil {
		after, wanted = c.After, build(p.kind(s.Resource), config, true)
	}
	resp, err := p.server.ApplyResourceChange(p.ctx, &tfprotov6.ApplyResourceChangeRequest{
		PriorState: dynamic(p.kind(s.Resource), before), PlannedState: dynamic(p.kind(s.Resource), after),
		Config:         dynamic(p.kind(s.Resource), wanted),
		PlannedPrivate: c.Private, PlannedIdentity: c.AfterIdentity,
	})
	if err != nil {
		return failure(s.Resource, err)
	}
	if p.ctx.Err() != nil {
		return []Diagnostic{{true, s.Resource, "Killed", fmt.Sprint(p.ctx.Err())}} // nobody hears of it
	}
	diags := diagnosticsOf(s.Resource, resp.Diagnostics)
	s.keep(p, resp.NewState, resp.Private, resp.NewIdentity)
	if s.Object != nil && !failed(diags) {
		for _, wrong := range differences(after, s.Object.Value) {
			diags = append(diags, Diagnostic{true, s.Resource, inconsistentApply, wrong})
		}
	}
	return diags
}
