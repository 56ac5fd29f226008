// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// processesOf are two processes of the provider in one data folder, as two aliases are.
func processesOf(t *testing.T) (a, b *peers) {
	t.Helper()
	t.Setenv("TF_DATA_DIR", t.TempDir())
	a, b = newPeers(), newPeers()
	if a.me() == b.me() || a.me().ID == "" || a.me().Parent != b.me().Parent {
		t.Fatalf("%+v and %+v", a.me(), b.me())
	}
	t.Cleanup(a.end)
	t.Cleanup(b.end)
	return a, b
}

// killed is what is left of a process that was killed: the system takes its lock away with it.
func killed(t *testing.T, p *peers) {
	t.Helper()
	if err := os.Remove(p.lockOf(p.me())); err != nil {
		t.Fatal(err)
	}
}

// What one alias has taken over, another one does not unregister, and what one unregisters, another one does not take over.
func TestOneOfTwoProcessesGivesWay(t *testing.T) {
	ctx := context.Background()
	vm := &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}
	for _, what := range []struct{ first, second claim }{{claimHas, claimLeaves}, {claimLeaves, claimHas}} {
		a, b := processesOf(t)
		if !a.claims(ctx, what.first, vm, false) || !a.claims(ctx, what.second, vm, false) {
			t.Error("a process gives way to itself")
		}
		a.withdraw(what.second, vm)
		if b.claims(ctx, what.second, vm, false) {
			t.Errorf("%s and %s both go", what.first, what.second)
		}
		elsewhere := &vix.Registration{Server: "other", ManagedObjectID: "vm-1"}
		if !b.claims(ctx, what.second, elsewhere, false) {
			t.Error("a VM of another server is in the way")
		}
		a.withdraw(what.first, vm)
		if !b.claims(ctx, what.second, vm, false) {
			t.Error("what is withdrawn is in the way")
		}
	}
}

// A process that has nothing more to do ends before the others of its walk; what it has taken over counts still. What one
// has that was killed, or that an earlier walk had, does not.
func TestAClaimCountsForItsWalk(t *testing.T) {
	ctx := context.Background()
	vm := &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}
	a, b := processesOf(t)
	a.claims(ctx, claimHas, vm, false)
	a.end()
	if b.claims(ctx, claimLeaves, vm, false) {
		t.Error("what a process has that ended in order is unregistered")
	}
	later := newPeers()
	t.Cleanup(later.end)
	if !later.claims(ctx, claimLeaves, vm, false) {
		t.Error("what was taken over before a process began stops it")
	}

	a, b = processesOf(t)
	a.claims(ctx, claimHas, vm, false)
	killed(t, a)
	b.end()
	alone := newPeers()
	t.Cleanup(alone.end)
	alone.me()
	if left, _ := filepath.Glob(filepath.Join(alone.folder, "*", "has *")); len(left) > 0 {
		t.Errorf("left by earlier walks: %v", left)
	}
}

// A process whose Terraform was killed may go on for a while: it is none of the next walk's.
func TestAnotherTerraformsProcessIsNoPeer(t *testing.T) {
	a, b := processesOf(t)
	if !b.live(a.me()) {
		t.Error("a peer does not live")
	}
	orphan := worker{Parent: a.me().Parent + 1, ID: a.me().ID}
	if b.live(orphan) || b.live(worker{}) || b.live(b.me()) {
		t.Error("what is no peer lives")
	}
	killed(t, a)
	if b.live(a.me()) {
		t.Error("a killed one lives")
	}
}

// Two aliases plan for one VM: what contradicts each other within one process does so between two.
func TestPlansOfTwoProcessesContradictEachOther(t *testing.T) {
	a, b := processesOf(t)
	one, two := ledger{peers: a}, ledger{peers: b}
	web := part{server: "vc", role: register, file: "file web"}
	if c := one.planned(web); c != none {
		t.Fatal(c)
	}
	if c := two.planned(web); c != twice {
		t.Errorf("registered by two: %d", c)
	}
	if c := two.planned(part{server: "other", role: register, file: "file web"}); c != none {
		t.Errorf("of another server: %d", c)
	}
	if c := two.planned(part{server: "vc", role: leaves, file: "file web", vm: "vm vm-1"}); c != parted {
		t.Errorf("unregistered by one and registered by another: %d", c)
	}
	one.done(&vix.Registration{FileID: "web"})
	if c := two.planned(web); c != none {
		t.Errorf("what is done contradicts: %d", c)
	}
}

// Where there is no data folder, each process is on its own, and none is made.
func TestPeersNeedADataFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	t.Setenv("TF_DATA_DIR", dir)
	p := newPeers()
	vm := &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}
	if !p.claims(context.Background(), claimLeaves, vm, false) || p.me().ID != "" || len(p.departed()) > 0 {
		t.Error("it does not do without")
	}
	p.tell(part{server: "vc", file: "file web"}, false)
	p.lock(context.Background(), "web/web.vmx")()
	p.end()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a data folder: %v", err)
	}
}
