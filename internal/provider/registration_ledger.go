// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// ledger is what one walk of Terraform over a configuration has planned for VMs and
// done with them. Terraform plans and applies each address by itself, in an order
// of its own, and a provider is told of no address: that two of them mean one VM shows here
// only. Each configuration of the provider has a process, and so a ledger, of its own; what is planned, they tell each other.
type ledger struct {
	peers *peers

	mu    sync.Mutex
	seen  map[string]held     // VMs that a state has, by key
	parts map[string][]part   // what is planned, by key
	told  map[string][]part   // what other processes of the walk have planned, by key
	taken map[string]bool     // what was registered or adopted, by key
	gone  map[string]departed // what was unregistered, by key
	locks map[string]*sync.Mutex
}

// part is what one address is planned to do with a VM.
type part struct {
	server string
	role   role
	// file and vm are the keys of the file and of the VM that has it; either may be empty. Of what is wanted, vm is its key.
	file, vm string
	// own is the key of the VM that the same address takes out before, or of its file where VMs have no key. Of what is wanted, it
	// is whose that is to be.
	own string
	// named is the key of the file that vmx_path names, where the VM has it no more.
	named string
	// runs is set where the VM is powered on.
	runs bool
	// adopted is set where the address that stays has taken the VM over, and does not unregister it.
	adopted bool
	// ends is set where nothing comes in the place of the address that leaves.
	ends bool
}

// keys are what a part is found by.
func (p part) keys() []string {
	keys := []string{p.file, p.vm}
	if p.named != p.file {
		keys = append(keys, p.named)
	}
	return keys
}

// takesOut reports that the address of p takes out the VM of q before.
func (p part) takesOut(q part) bool { return p.own != "" && (p.own == q.vm || p.own == q.file) }

// role is what is planned for a VM, or with a file.
type role int

const (
	stays    role = iota // it is managed, and remains so
	leaves               // it is unregistered: its address goes, or is replaced
	register             // its file is registered, and nobody must have it
	adopt                // its file is registered, or who has it is taken over
	wants                // it is no VM, but something of which there is one: the power of a VM, a variable, a name in a folder
)

// contradiction is why two parts cannot both be done.
type contradiction int

const (
	none      contradiction = iota
	twice                   // two addresses have one VM
	parted                  // one address lets go of what another one has, or wants for itself
	handsOver               // one address goes, and the other one has its VM: no contradiction, if the VM stays registered
)

// held is a VM that a state has, and what becomes of it when its address goes.
type held struct {
	vix.Registration
	record      record
	unregisters bool
	powersOff   vix.PowerOff
	// clone is set where it is a vix_clone's.
	clone bool
}

// departed is a VM that was unregistered.
type departed struct {
	vix.Registration
	// returns is set where the address that unregistered it registers the same file again.
	returns bool
}

// fileKey and vmKey are what a file and a VM are known by; empty if they are not known.
// A template's file is the VM's with another ending.
func fileKey(fileID string) string {
	if fileID == "" {
		return ""
	}
	return "file " + strings.TrimSuffix(fileID, path.Ext(fileID))
}

func vmKey(managedObjectID string) string {
	if managedObjectID == "" {
		return ""
	}
	return "vm " + managedObjectID
}

// see notes that a state has a VM, which Terraform refreshes: what was done before
// with it was another walk.
func (l *ledger) see(vm held) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range []string{fileKey(vm.FileID), vmKey(vm.ManagedObjectID)} {
		delete(l.taken, key)
		delete(l.gone, key)
	}
	set(&l.seen, vmKey(vm.ManagedObjectID), vm)
}

// done forgets what was planned for a VM: it was carried out.
func (l *ledger) done(r *vix.Registration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range []string{fileKey(r.FileID), vmKey(r.ManagedObjectID)} {
		for _, p := range l.parts[key] {
			l.peers.tell(p, true)
		}
		delete(l.parts, key)
	}
}

// planned notes a part, unless it contradicts one that is noted. It tells the other processes first and looks then, so that
// of two at the same time one hears of the other.
func (l *ledger) planned(p part) contradiction {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.peers.tell(p, false)
	l.hear()
	found := none
	for _, key := range p.keys() {
		for _, other := range slices.Concat(l.parts[key], l.told[key]) {
			switch c := p.against(other); c {
			case twice, parted:
				l.peers.tell(p, true)
				return c
			case handsOver:
				found = handsOver
			case none:
			}
		}
	}
	for _, key := range p.keys() {
		set(&l.parts, key, append(slices.Clone(l.parts[key]), p))
	}
	return found
}

// hear takes over what the other processes of the walk have planned since.
func (l *ledger) hear() {
	for _, t := range l.peers.hear() {
		p := t.part()
		for _, key := range p.keys() {
			if t.NoMore {
				l.told[key] = slices.DeleteFunc(slices.Clone(l.told[key]), func(is part) bool { return is == p })
			} else {
				set(&l.told, key, append(slices.Clone(l.told[key]), p))
			}
		}
	}
}

// against says whether two parts that share a VM or a file contradict each other.
// It is the same whichever was planned first.
func (p part) against(q part) contradiction {
	if p.role > q.role {
		p, q = q, p
	}
	switch {
	case p.server != q.server && p.server != "" && q.server != "": // an id of one means nothing to the other
		return none
	case q.takesOut(p): // both are of one address
		return none
	case p.role == stays && q.role == leaves && p.adopted && q.ends:
		return handsOver
	case p.role == stays && q.role == leaves, p.role == leaves && q.role == register:
		return parted
	case p.role == leaves && q.role == adopt && (p.runs || p.elsewhere(q)):
		// To take over what runs is not to pull its plug first; and what has moved away from
		// where it is wanted is not there to be taken over.
		return parted
	case p.role == leaves, p.elsewhere(q):
		return none
	case p.own != "" && p.own == q.own: // planned once more
		return none
	}
	return twice
}

// elsewhere reports that the two have nothing in common but that one has left the file
// that the other one has.
func (p part) elsewhere(q part) bool {
	return p.file != q.file && (p.vm == "" || p.vm != q.vm) && (p.named == q.file || q.named == p.file)
}

// inState is a VM that a state has, as far as has been read, where nothing is planned for it
// so far.
func (l *ledger) inState(managedObjectID string) (held, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := vmKey(managedObjectID)
	vm, ok := l.seen[key]
	return vm, ok && len(l.parts[key]) == 0
}

// hasSeen reports that a state has a VM, as far as has been read.
func (l *ledger) hasSeen(managedObjectID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.seen[vmKey(managedObjectID)]
	return ok
}

// movedFrom is such a VM whose vmx_path names a file that it has moved away from.
func (l *ledger) movedFrom(fileID string) (held, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, vm := range l.seen {
		named := fileKey(vm.record.NamedFileID)
		if named != "" && named == fileKey(fileID) && named != fileKey(vm.FileID) && len(l.parts[key]) == 0 {
			return vm, true
		}
	}
	return held{}, false
}

// named notes that a VM or file is to have a name in a folder; false if another one is.
func (l *ledger) named(server, folder, name, key string) bool {
	return l.wanted(server, "name "+folder+"\x00"+name, key)
}

// wanted notes that something of a server, of which there is one, is to be an address's alone, which a token stands for; false if
// another one is to have it.
func (l *ledger) wanted(server, key, token string) bool {
	return l.planned(part{server: server, role: wants, vm: key, own: "for " + token}) != twice
}

// take notes that a VM is managed by an address of this walk that registered or
// adopted it; false if another one has done so before.
func (l *ledger) take(r *vix.Registration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	keys := []string{fileKey(r.FileID), vmKey(r.ManagedObjectID)}
	for _, key := range keys {
		if l.taken[key] {
			return false
		}
	}
	for _, key := range keys {
		set(&l.taken, key, true)
	}
	return true
}

// isTaken reports that an address of this walk has registered or adopted the VM.
func (l *ledger) isTaken(r *vix.Registration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken[vmKey(r.ManagedObjectID)] || l.taken[fileKey(r.FileID)]
}

// has are the managed object ids of the VMs that addresses of this walk have, as far as it has come.
func (l *ledger) has() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for _, keys := range []iter.Seq[string]{maps.Keys(l.seen), maps.Keys(l.taken)} {
		for key := range keys {
			if id, ok := strings.CutPrefix(key, "vm "); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// depart notes that a VM was unregistered.
func (l *ledger) depart(d departed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	set(&l.gone, fileKey(d.FileID), d)
	set(&l.gone, vmKey(d.ManagedObjectID), d)
}

// departedLike are the VMs that this process has unregistered and whose file may be the one of a
// registration that is to take it over: which file a path names, only the host knows.
func (l *ledger) departedLike(spec vix.RegisterSpec) []departed {
	l.mu.Lock()
	defer l.mu.Unlock()
	var like []departed
	for key, d := range l.gone {
		if strings.HasPrefix(key, "file ") && d.like(spec) {
			like = append(like, d)
		}
	}
	return like
}

// like reports that a registration may be of the file of the VM, and takes it over.
func (d departed) like(spec vix.RegisterSpec) bool {
	return spec.Adopt && vix.SameName(d.Path.AsVMX().File, spec.Path.AsVMX().File)
}

// departedLike are those of the ledger and of the other processes of the walk.
func (c *connection) departedLike(spec vix.RegisterSpec) []departed {
	like := c.ledger.departedLike(spec)
	if !spec.Adopt {
		return like
	}
	for _, d := range c.peers.departed() {
		if d.like(spec) {
			like = append(like, d)
		}
	}
	return like
}

// turns makes a part another one: what the first planning of an address said of it is
// not so.
func (l *ledger) turns(from, to part) contradiction {
	l.mu.Lock()
	for _, key := range from.keys() {
		if i := slices.Index(l.parts[key], from); i >= 0 {
			l.parts[key] = slices.Delete(slices.Clone(l.parts[key]), i, i+1)
		}
	}
	l.peers.tell(from, true)
	l.mu.Unlock()
	return l.planned(to)
}

// hasGone reports that this walk has unregistered a VM.
func (l *ledger) hasGone(managedObjectID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.gone[vmKey(managedObjectID)]
	return ok
}

// lock keeps two addresses from doing something with one VM at the same time. It
// waits for what is being done, never for what is only planned.
func (l *ledger) lock(key string) (unlock func()) {
	l.mu.Lock()
	m := l.locks[key]
	if m == nil {
		m = new(sync.Mutex)
		set(&l.locks, key, m)
	}
	l.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// set puts a value into a map that may not have been made; nothing at no key.
func set[V any](m *map[string]V, key string, value V) {
	if key == "" {
		return
	}
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}
