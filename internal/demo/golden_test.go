// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"sync"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// golden is the image of the guide.
const golden = "[storage1] golden/golden.vmx"

// goldenBench is a bench with the image, which asks a question when it is first powered on, and with a login in its guest, which is there
// from then on.
func goldenBench(t *testing.T) (*bench, func() *sim.Guest) {
	t.Helper()
	b := storage(t)
	b.lay("DC1", golden, sim.VMX{Tools: true})
	b.cli.set("VIX_GUEST_USERNAME", "root")
	b.cli.set("VIX_GUEST_PASSWORD", guestos.Password)
	var mu sync.Mutex
	var guest *sim.Guest
	b.host.OnTask(func(_ context.Context, method string) {
		mu.Lock()
		defer mu.Unlock()
		if method == "PowerOnMultiVM_Task" && guest == nil {
			if found, err := b.host.Guest("DC1", golden); err == nil && b.host.AskAtPowerOn("DC1", golden, sim.MovedOrCopied) == nil {
				guest = found
			}
		}
	})
	return b, func() *sim.Guest {
		mu.Lock()
		defer mu.Unlock()
		if guest == nil {
			t.Fatal("the image was never powered on")
		}
		return guest
	}
}

// Registered, answered, on, worked in, off and with a snapshot in one apply: the script ran once, and the next plan is empty.
func TestGuideGoldenImage(t *testing.T) {
	b, guest := goldenBench(t)
	b.follow("golden-image.md")
	if b.registered("DC1", golden) {
		t.Error("it is registered after the destroy")
	}
	if starts := guest().Starts(); len(starts) != 1 {
		t.Errorf("%d programs were started: %+v", len(starts), starts)
	}
	if n := b.host.PowerOns(); n != 1 {
		t.Errorf("it was powered on %d times", n)
	}
	if version, err := guest().ReadFile("/srv/app/version"); err != nil || string(version) != "1.4.2\n" {
		t.Errorf("the version is %q, %v", version, err)
	}
}
