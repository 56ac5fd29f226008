// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

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
		if !a.claims(ctx, what.first, vm, false, time.Time{}) || !a.claims(ctx, what.second, vm, false, time.Time{}) {
			t.Error("a process gives way to itself")
		}
		a.withdraw(what.second, vm)
		if b.claims(ctx, what.second, vm, false, time.Time{}) {
			t.Errorf("%s and %s both go", what.first, what.second)
		}
		elsewhere := &vix.Registration{Server: "other", ManagedObjectID: "vm-1"}
		if !b.claims(ctx, what.second, elsewhere, false, time.Time{}) {
			t.Error("a VM of another server is in the way")
		}
		a.withdraw(what.first, vm)
		if !b.claims(ctx, what.second, vm, false, time.Time{}) {
			t.Error("what is withdrawn is in the way")
		}
	}
}

// A process that has nothing more to do ends before the others of its walk; what it has taken over counts still, also for one
// that began before it ended. What an earlier walk had does not.
func TestAClaimCountsForItsWalk(t *testing.T) {
	ctx := context.Background()
	vm := &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}
	a, b := processesOf(t)
	a.claims(ctx, claimHas, vm, false, time.Time{})
	c := newPeers()
	c.me()
	t.Cleanup(c.end)
	a.end()
	if b.claims(ctx, claimLeaves, vm, false, time.Time{}) {
		t.Error("what a process has that ended in order is unregistered")
	}
	if c.claims(ctx, claimLeaves, vm, false, time.Time{}) {
		t.Error("a process that began later unregisters it")
	}
	later := newPeers()
	t.Cleanup(later.end)
	if !later.claims(ctx, claimLeaves, vm, false, time.Time{}) {
		t.Error("what was taken over before a process began stops it")
	}
}

// A process that begins when the one before has ended cannot tell whether that was of its walk. What was taken over since the
// delete was planned was: nothing is taken over between a plan and its apply.
func TestAClaimCountsSinceThePlan(t *testing.T) {
	ctx := t.Context()
	t.Setenv("TF_DATA_DIR", t.TempDir())
	vm := &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}
	before := time.Now()
	a := newPeers()
	a.claims(ctx, claimHas, vm, false, time.Time{})
	a.end()
	after := time.Now()
	b := newPeers()
	t.Cleanup(b.end)
	if b.claims(ctx, claimLeaves, vm, false, before) {
		t.Error("what was taken over since the plan is unregistered")
	}
	if !b.claims(ctx, claimLeaves, vm, false, after) {
		t.Error("what an earlier walk of the same Terraform had stops it")
	}
}

// What was claimed for another Terraform is removed, and so is what a process told that claimed nothing.
func TestEarlierWalksLeaveNothing(t *testing.T) {
	ctx := t.Context()
	a, b := processesOf(t)
	a.self.Parent++
	a.claims(ctx, claimHas, &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}, false, time.Time{})
	b.tell(part{server: "vc", file: "file web"}, false)
	killed(t, a)
	killed(t, b)
	alone := newPeers()
	t.Cleanup(alone.end)
	if left := alone.others(alone.me()); len(left) > 0 {
		t.Errorf("left by earlier walks: %v", left)
	}
}

// OpenTofu starts the processes of a walk one after another: the first may have ended when the second is configured. The
// second is there as soon as it begins.
func TestAProcessIsOfTheWalkInWhichItBegins(t *testing.T) {
	t.Setenv("TF_DATA_DIR", t.TempDir())
	vm := &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}
	first, second := newPeers(), New("test", nil)
	first.claims(t.Context(), claimLeaves, vm, false, time.Time{})
	second.Begin()
	first.end()
	peers := second.peersNow() // as Configure does
	t.Cleanup(peers.end)
	if gone := peers.departed(); len(gone) != 1 || gone[0].ManagedObjectID != "vm-1" {
		t.Errorf("it knows of %v", gone)
	}
	if peers.claims(t.Context(), claimHas, vm, false, time.Time{}) {
		t.Error("it takes over what the first one has unregistered")
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

// What is wanted by an address of one alias, no address of another one has: of the same server, in the same walk.
func TestWhatIsWantedInTwoProcesses(t *testing.T) {
	a, b := processesOf(t)
	one, two := ledger{peers: a}, ledger{peers: b}
	for range 2 {
		if !one.wanted("vc", "power of vm-1", "x") {
			t.Error("an address stands in its own way")
		}
	}
	for _, ask := range []struct {
		server, key, token string
		want               bool
	}{
		{"vc", "power of vm-1", "y", false},
		{"vc", "power of vm-1", "x", true}, // moved to the other alias
		{"vc", "power of vm-2", "y", true},
		{"other", "power of vm-1", "y", true},
	} {
		if is := two.wanted(ask.server, ask.key, ask.token); is != ask.want {
			t.Errorf("%+v: %t", ask, is)
		}
	}
	if !two.named("vc", "/DC0/vm", "web", "y") || one.named("vc", "/DC0/vm", "web", "x") {
		t.Error("a folder has each name once")
	}
	if !one.wanted("vc", "power of vm-2", "y") || one.wanted("vc", "power of vm-2", "x") {
		t.Error("what was refused is wanted, or what is wanted is not")
	}
}

// A file's time may be some milliseconds behind, or another machine's: when something was told, the line says.
func TestWhatIsToldIsHeardWhateverTheFileIsDated(t *testing.T) {
	a, b := processesOf(t)
	one, two := ledger{peers: a}, ledger{peers: b}
	if !two.named("vc", "/DC0/vm", "web", "y") {
		t.Fatal("nobody else has the name")
	}
	if err := os.Chtimes(b.partsOf(b.me()), a.begun, a.begun.Add(-4*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if one.named("vc", "/DC0/vm", "web", "x") {
		t.Error("what was told after this process began is not heard")
	}
}

// The walk of an apply comes after the one of its plan: what that one wanted is not in its way, whose addresses have other tokens where
// they are in no state. Nor is what a process wanted that was killed.
func TestWhatAnEarlierWalkWantedIsNotInTheWay(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *peers){
		"ended": func(_ *testing.T, p *peers) { p.end() }, "killed": killed,
	} {
		t.Run(name, func(t *testing.T) {
			a, b := processesOf(t)
			one, two := ledger{peers: a}, ledger{peers: b}
			if !one.wanted("vc", "power of vm-1", "x") || !two.wanted("vc", "power of vm-2", "y") {
				t.Fatal("refused")
			}
			end(t, a)
			end(t, b)
			now := newPeers()
			t.Cleanup(now.end)
			later := ledger{peers: now}
			if !later.wanted("vc", "power of vm-1", "anew") || !later.wanted("vc", "power of vm-2", "anew") {
				t.Error("an earlier walk is in the way")
			}
		})
	}
}

// What an alias wanted that has ended is wanted still, for those that went on when it did.
func TestWhatAnEndedAliasWantedIsNotLost(t *testing.T) {
	a, b := processesOf(t)
	one, two := ledger{peers: a}, ledger{peers: b}
	if !one.wanted("vc", "power of vm-1", "x") {
		t.Fatal("refused")
	}
	a.end()
	if two.wanted("vc", "power of vm-1", "y") {
		t.Error("it is lost")
	}
}

// Where there is no data folder, each process is on its own, and none is made.
func TestPeersNeedADataFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	t.Setenv("TF_DATA_DIR", dir)
	p := newPeers()
	vm := &vix.Registration{Server: "vc", ManagedObjectID: "vm-1"}
	if !p.claims(context.Background(), claimLeaves, vm, false, time.Time{}) || p.me().ID != "" || len(p.departed()) > 0 {
		t.Error("it does not do without")
	}
	p.tell(part{server: "vc", file: "file web"}, false)
	p.lock(context.Background(), "web/web.vmx")()
	p.end()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a data folder: %v", err)
	}
}

// An alias that had ended when this one began has taken the VM over since its delete was planned: it stays registered.
func TestADeleteSparesWhatWasTakenOverSinceItsPlan(t *testing.T) {
	for _, taken := range []bool{true, false} {
		w := newWorld(t)
		o := w.create(args{"vmx_path": webPath})
		w.walk()
		p := w.planOnce(o, tftypes.NewValue(w.kind(), nil))
		if taken {
			other := newPeers()
			other.claims(t.Context(), claimHas, w.host.byPath(mustPath(t, webPath)), false, time.Time{})
			other.end()
		}
		w.restart()
		w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
		_, diags := w.apply(o, outcome{object: object{value: tftypes.NewValue(w.kind(), nil), private: p.private}}, nil)
		if taken {
			diags.has(t, "WARNING: A VM was handed over")
		} else {
			diags.none(t)
		}
		if is := w.host.byPath(mustPath(t, webPath)) != nil; is != taken {
			t.Errorf("taken over: %v, registered: %v", taken, is)
		}
	}
}
