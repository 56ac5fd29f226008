// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// This is what all actions on a VM share.

// actionVMID is the vm_id of an action.
func actionVMID() schema.StringAttribute {
	return schema.StringAttribute{Required: true, MarkdownDescription: vmIDDescription}
}

// actionTimeouts is the timeouts of an action.
func actionTimeouts(ctx context.Context) schema.Attribute {
	all := timeouts.AttributesWithOpts(ctx, timeouts.Opts{
		InvokeDescription: "Longest time of the action, as a duration (`30s`, `10m`). Default `20m`.",
	})
	nested, ok := all.(schema.SingleNestedAttribute)
	if !ok {
		return all
	}
	for name, attribute := range nested.Attributes {
		if text, ok := attribute.(schema.StringAttribute); ok {
			text.Validators = []validator.String{durationValidator{}}
			nested.Attributes[name] = text
		}
	}
	nested.MarkdownDescription = "Longest time of the action."
	return nested
}

// actionHandle is the handle of an id that a plan has checked: where neither this process nor the one that planned has opened the
// VM, whoever acts on it finds it by its id.
func (c *connection) actionHandle(ctx context.Context, id string) vix.Handle {
	if r := c.vms.known(id); r != nil {
		return r.Handle()
	}
	if server, err := c.server(ctx); err == nil {
		if rec := c.openedVMs.of(server, id); rec.ManagedObjectID != "" {
			return rec.handle(id, c.parsePath)
		}
	}
	handle := vix.Handle{ID: id}
	if !uuidForm.MatchString(id) {
		handle.ManagedObjectID = id // all that tells a VM without an instance UUID
	}
	return handle
}

// uuidForm is what an instance UUID looks like.
var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// textsOf are the texts of a list that are known.
func textsOf(list types.List) []string {
	var out []string
	for _, element := range list.Elements() {
		if text, ok := element.(types.String); ok && !text.IsNull() && !text.IsUnknown() {
			out = append(out, text.ValueString())
		}
	}
	return out
}

// progress sends lines to whoever runs an action, one after the other. Whoever says one does not wait
// for that.
type progress struct {
	send func(action.InvokeProgressEvent)

	mu    sync.Mutex
	lines []string
	wake  chan struct{}
	done  chan struct{}
}

func newProgress(send func(action.InvokeProgressEvent)) *progress {
	p := &progress{send: send, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go p.run()
	return p
}

// say sends a line, some time.
func (p *progress) say(line string) {
	p.mu.Lock()
	p.lines = append(p.lines, line)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run sends what there is until there will be no more.
func (p *progress) run() {
	defer close(p.done)
	for range p.wake {
		p.flush()
	}
	p.flush()
}

func (p *progress) flush() {
	p.mu.Lock()
	lines := p.lines
	p.lines = nil
	p.mu.Unlock()
	for _, line := range lines {
		p.send(action.InvokeProgressEvent{Message: line})
	}
}

// close sends what is left. Nothing may be said after it.
func (p *progress) close() {
	close(p.wake)
	<-p.done
}
