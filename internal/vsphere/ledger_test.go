// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"sync"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// ledger knows what is registered, whatever happens at the same time: for each
// file all that has been true of it, in order. While it is changed, what was and
// what will be are both true.
type ledger struct {
	mu    sync.Mutex
	files []*file
}

// file is one configuration file of one datacenter.
type file struct {
	datacenter string
	path       vix.Path
	uuid       string

	writing sync.Mutex // one change at a time
	handle  vix.Handle // of the registration; its owner is who holds writing
	renamed int

	truths []truth
	since  int // truths[since:] hold now
}

// truth is a state of a file.
type truth struct {
	registered bool
	name       string
	// moref is empty while the host has not told it yet.
	moref string
}

// begin notes that a change to next has begun, and end that it has happened.
func (l *ledger) begin(f *file, next truth) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.truths = append(f.truths, next)
}

func (l *ledger) end(f *file, now truth) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.truths = append(f.truths, now)
	f.since = len(f.truths) - 1
}

// now is a moment, to be asked about later.
func (l *ledger) now(files ...*file) []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	var at []int
	for _, f := range files {
		at = append(at, f.since)
	}
	return at
}

// held are the truths of a file from a moment until now.
func (l *ledger) held(f *file, from int) []truth {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]truth(nil), f.truths[from:]...)
}

// could reports that one of the truths is that the file was not registered, or
// that it was, as vm says.
func could(truths []truth, vm *vix.VM) bool {
	for _, t := range truths {
		switch {
		case vm == nil && !t.registered:
			return true
		case vm != nil && t.registered && t.name == vm.Name && (t.moref == "" || t.moref == vm.ManagedObjectID):
			return true
		}
	}
	return false
}

// known reports that one of the truths is that the file was registered.
func known(truths []truth) bool {
	for _, t := range truths {
		if t.registered {
			return true
		}
	}
	return false
}

// String shows what could have been.
func (t truth) String() string {
	if !t.registered {
		return "not registered"
	}
	return fmt.Sprintf("%q (%s)", t.name, t.moref)
}
