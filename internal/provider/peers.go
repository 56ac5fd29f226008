// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// peers are the processes of the provider that serve one walk over a workspace: Terraform starts one for each configuration
// of the provider, an alias each. What the ledger is to the addresses of one process, claims are to those of several: files in
// Terraform's data folder, in a folder for each process.
type peers struct {
	notes
	begun time.Time

	mu   sync.Mutex
	self worker
	held *flock.Flock
	// met are the processes that went on when this one began.
	met map[string]bool
	// heard is how much of what each of the others has told is known.
	heard map[string]int
}

// worker is a process of the provider, as notes name it.
type worker struct {
	// Parent is the process that has started it. Its peers have the same.
	Parent int `json:"parent,omitempty"`
	// ID names its folder; empty is no process.
	ID string `json:"id,omitempty"`
}

// claim is what a process does with a VM.
type claim string

const (
	claimHas    claim = "has"    // an address of it has registered or adopted the VM
	claimLeaves claim = "leaves" // an address of it unregisters the VM
)

// claimNote is a claim, which the name of its file says.
type claimNote struct {
	Process worker    `json:"process"`
	Made    time.Time `json:"made"`
	// VM is as it was right before.
	VM vix.Registration `json:"vm"`
	// Returns is set where the address that unregisters it registers the same file again.
	Returns bool `json:"returns,omitempty"`
}

func newPeers() *peers { return &peers{notes: newNotes("vix-processes")} }

// me is this process, which begins when it is asked for first; zero where nothing can be noted.
func (p *peers) me() worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.self.ID != "" || !p.usable() || os.MkdirAll(p.folder, 0o700) != nil {
		return p.self
	}
	p.oneAtATime(func() {
		p.sweep()
		for _, w := range p.others(worker{}) {
			if p.holds(w) {
				set(&p.met, w.ID, true)
			}
		}
		self := worker{Parent: os.Getppid(), ID: rand.Text()}
		if os.MkdirAll(p.folderOf(self), 0o700) != nil {
			return
		}
		lock := flock.New(p.lockOf(self))
		if lock.Lock() == nil { // another one may try it at this moment, and leaves it
			p.self, p.held, p.begun = self, lock, time.Now()
		}
	})
	return p.self
}

// oneAtATime lets one process begin or end at a time: what has no lock yet would be swept away.
func (p *peers) oneAtATime(do func()) {
	gate := flock.New(filepath.Join(p.folder, "gate"))
	if gate.Lock() != nil {
		return
	}
	defer func() { _ = gate.Unlock() }()
	do()
}

func (p *peers) folderOf(w worker) string { return filepath.Join(p.folder, w.ID) }

// lockOf is what a process holds while it lives: the system takes it away with it.
func (p *peers) lockOf(w worker) string { return filepath.Join(p.folderOf(w), "lock") }

// live reports that a process is another one of this walk, and goes on. One that has another parent is none: its
// Terraform may have been killed, and it not.
func (p *peers) live(w worker) bool { return p.other(w) && p.holds(w) }

// other reports that a process is another one, that has the same parent.
func (p *peers) other(w worker) bool {
	me := p.me()
	return w.ID != "" && w.ID != me.ID && w.Parent == me.Parent
}

// counts reports that a claim is of this walk: of a process that went on when this one began, or later; it may have ended
// since, having nothing more to do. OpenTofu starts the processes of a walk one after another, so that one may have ended
// before: what it claimed since that was planned, which the claim is held against, counts as well, if it is known when that was.
func (p *peers) counts(c claimNote, planned time.Time) bool {
	if !p.other(c.Process) {
		return false
	}
	return p.overlaps(c.Process, c.Made) || !planned.IsZero() && c.Made.After(planned)
}

// overlaps reports that a process goes on, or went on, while this one does, if it did something at a time.
func (p *peers) overlaps(w worker, did time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.met[w.ID] || did.After(p.begun)
}

// holds reports that a process holds its lock.
func (p *peers) holds(w worker) bool {
	if _, err := os.Stat(p.lockOf(w)); err != nil {
		return false
	}
	lock := flock.New(p.lockOf(w))
	free, err := lock.TryLock()
	if err == nil && free {
		_ = lock.Unlock()
	}
	return err != nil || !free
}

// others are the folders of the other processes, which are none as a rule.
func (p *peers) others(me worker) []worker {
	entries, _ := os.ReadDir(p.folder) // there may be none
	var all []worker
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != me.ID {
			all = append(all, worker{ID: entry.Name()})
		}
	}
	return all
}

// lock keeps two processes from doing something with one file at the same time: what one does, another one sees as done, or
// not begun. One that is alone does so, too: another may begin meanwhile. Where ctx ends before, claims are all that is
// between them.
func (p *peers) lock(ctx context.Context, file string) (unlock func()) {
	if p.me().ID == "" {
		return func() {}
	}
	lock := flock.New(strings.TrimSuffix(p.fileOf(file), ".json") + ".lock")
	if held, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil || !held {
		return func() {}
	}
	return func() { _ = lock.Unlock() }
}

// sweep removes what earlier walks have left, unless another process is under way. What processes of the same parent have
// claimed stays: they may be of this walk.
func (p *peers) sweep() {
	all := p.others(worker{})
	if slices.ContainsFunc(all, p.holds) {
		return // what the others have left may be of its walk
	}
	for _, w := range all {
		if p.claimedFor(w) != os.Getppid() {
			_ = os.RemoveAll(p.folderOf(w))
		}
	}
	p.removeLocks()
}

// claimedFor is the parent of a process that has claimed something; 0 if it has not.
func (p *peers) claimedFor(w worker) int {
	files, _ := filepath.Glob(filepath.Join(p.folderOf(w), "* *.json"))
	for _, file := range files {
		if c, err := read[claimNote](file); err == nil {
			return c.Process.Parent
		}
	}
	return 0
}

// removeLocks removes the files of the locks that nobody holds any more.
func (p *peers) removeLocks() {
	locks, _ := filepath.Glob(filepath.Join(p.folder, "*.lock"))
	for _, lock := range locks {
		_ = os.Remove(lock)
	}
}

// claims notes what this process does with a VM of a server, which was planned at a time; zero if that is not known. False
// is another process of the walk that does what contradicts it: then nothing is noted. Each notes first and looks then, so
// that of two at the same time one sees the other.
func (p *peers) claims(ctx context.Context, what claim, vm *vix.Registration, returns bool, planned time.Time) bool {
	me := p.me()
	if me.ID == "" {
		return true
	}
	if err := p.write(p.claimOf(me, what, vm), claimNote{Process: me, Made: time.Now(), VM: *vm, Returns: returns}); err != nil {
		tflog.Warn(ctx, "cannot note what becomes of the VM for other configurations of the provider", map[string]any{"error": err.Error()})
		return true
	}
	contrary := claimHas
	if what == claimHas {
		contrary = claimLeaves
	}
	for _, w := range p.others(me) {
		if by, err := read[claimNote](p.claimOf(w, contrary, vm)); err == nil && p.counts(by, planned) {
			p.withdraw(what, vm)
			return false
		}
	}
	return true
}

// claimOf is the file of a claim of a process.
func (p *peers) claimOf(w worker, what claim, vm *vix.Registration) string {
	return filepath.Join(p.folderOf(w), string(what)+" "+filepath.Base(p.fileOf(vm.Server, vm.ManagedObjectID)))
}

// withdraw takes a claim back: it did not come to it.
func (p *peers) withdraw(what claim, vm *vix.Registration) {
	_ = os.Remove(p.claimOf(p.me(), what, vm))
}

// departed are the VMs that other processes of the walk have unregistered, or are about to.
func (p *peers) departed() []departed {
	me := p.me()
	if me.ID == "" {
		return nil
	}
	var all []departed
	for _, w := range p.others(me) {
		files, _ := filepath.Glob(filepath.Join(p.folderOf(w), string(claimLeaves)+" *.json"))
		for _, file := range files {
			if c, err := read[claimNote](file); err == nil && p.counts(c, time.Time{}) {
				all = append(all, departed{Registration: c.VM, returns: c.Returns})
			}
		}
	}
	return all
}

// end gives the lock up. The claims stay for those that go on.
func (p *peers) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil {
		return
	}
	p.oneAtATime(func() {
		_ = p.held.Unlock()
		if len(p.others(p.self)) == 0 && p.claimedFor(p.self) == 0 {
			_ = os.RemoveAll(p.folderOf(p.self))
			p.removeLocks()
		}
	})
	p.held, p.self, p.met = nil, worker{}, nil
}
