// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// patient powers a VM until it is interrupted.
type patient struct {
	*fakeHost
	begun chan struct{}
}

func (h patient) SetPower(ctx context.Context, _ vix.Handle, order vix.PowerOrder) (*vix.Powered, error) {
	order.Tell(&vix.VM{}, "begun")
	close(h.begun)
	<-ctx.Done()
	order.Tell(&vix.VM{}, "interrupted")
	return nil, ctx.Err()
}

// An action that is interrupted has told Terraform that it failed before the provider says that it has stopped, and nothing but that
// since: what it does not tell by then is not sent any more, and Terraform takes silence for success.
func TestAnInterruptedActionTellsItsEnd(t *testing.T) {
	w := newBareWorld(t)
	host := patient{w.host, make(chan struct{})}
	w.connector = func(context.Context, vix.ConnectOptions) (vix.Host, error) { return host, nil }
	w.restart()
	w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
	vm := w.host.register(mustPath(t, webPath), "web")

	stream, err := w.actions().InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
		ActionType: "vix_power", Config: w.actionConfig("vix_power", args{"vm_id": vm.ID, "operation": "on"}),
	})
	w.must(err)
	told := make(chan string, 10)
	go func() {
		for event := range stream.Events {
			switch event := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				told <- event.Message
			case tfprotov6.CompletedInvokeActionEventType:
				told <- diagnostics(event.Diagnostics).text()
			}
		}
	}()
	<-host.begun
	_, err = w.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
	w.must(err)
	var said []string
	for len(told) > 0 {
		said = append(said, <-told)
	}
	const want = "ERROR: Interrupted\nThe run was interrupted before the host had answered. What was asked of the host may still happen; " +
		"the next plan shows how things are.\n\nVIX_E_CANCELLED (10)"
	if n := len(said); n == 0 || said[n-1] != want || slices.ContainsFunc(said[:n-1], func(line string) bool { return !strings.HasSuffix(line, "begun") }) {
		t.Errorf("when the provider has stopped the action has told %q", said)
	}
}
