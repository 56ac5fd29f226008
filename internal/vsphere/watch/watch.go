// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package watch waits for tasks and for states of VMs: all of the process through
// one collector, one list view and one filter, however many there are. It polls
// nothing. Whoever waits is followed until it is content, cancelled, or what it
// waits for is gone.
package watch

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

type reference = types.ManagedObjectReference

// Watch waits. One goroutine at a time owns all of it but the inbox: it decides,
// and leaves each call to the host to a goroutine that tells it the outcome.
type Watch struct {
	line *wire.Line

	mu      sync.Mutex
	inbox   []func()
	running bool
	wake    chan struct{}

	waiters map[reference][]*waiter
	// there is what the host keeps for the watch; nil while there is nothing.
	there *kept
	// calls is how many are under way, of any kind.
	calls    int
	settling bool // the watch is being set up, or a pause before that
	broken   int  // how often in a row it broke
	begun    int  // how many waits there have been
}

// waiter is one wait for one object.
type waiter struct {
	// nth is which one it is of all.
	nth int
	// content looks at what is known of the object.
	content func(properties) bool
	end     chan error // nil: content
	// late is set where the object was in the view before: what is reported of it
	// may be older than the wait, so that only a look at it counts.
	late    bool
	looking bool // one is under way
	again   bool // and another is due, because something has changed since
}

// properties are what is known of an object, by name.
type properties map[string]types.AnyType

const (
	// maxWait bounds one wait on the host, so that a waiter whose client died ends.
	maxWait = 30
	// rewatch is how often in a row a broken watch is set up again.
	rewatch = 4
	// rewatchPause is the first pause before that; it doubles.
	rewatchPause = 250 * time.Millisecond
	// window is what a change of the view waits for company.
	window = 5 * time.Millisecond
)

// New makes a watch, which costs nothing until somebody waits.
func New(line *wire.Line) *Watch {
	return &Watch{line: line, wake: make(chan struct{}, 1), waiters: map[reference][]*waiter{}}
}

// follow makes content look at an object, as it is now and whenever that changes.
func (w *Watch) follow(ref reference, content func(properties) bool) *waiter {
	one := &waiter{content: content, end: make(chan error, 1)}
	w.tell(func() {
		w.begun++
		one.nth = w.begun
		w.waiters[ref] = append(w.waiters[ref], one)
		if w.there != nil && w.there.listed[ref] {
			one.late = true
			w.look(ref, one) // it is reported when it changes, and may be so already
		}
	})
	return one
}

// look shows one waiter what the object is now.
func (w *Watch) look(ref reference, one *waiter) {
	if one.looking {
		one.again = true
		return
	}
	one.looking, one.again = true, false
	w.call(func() func() {
		now, err := w.retrieve(w.line.Life, ref)
		return func() {
			one.looking = false
			switch {
			case !slices.Contains(w.waiters[ref], one):
			case wire.IsGone(err):
				w.gone(ref)
			case one.again:
				w.look(ref, one) // it has changed since, and what was read may be older than that
			case err == nil && one.content(now):
				one.end <- nil
				w.drop(ref, one)
			}
		}
	})
}

// retrieve reads what is watched of an object.
func (w *Watch) retrieve(ctx context.Context, ref reference) (properties, error) {
	paths := taskProperties
	if ref.Type == "VirtualMachine" {
		paths = vmProperties
	}
	content, err := w.line.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: ref}}, PropSet: []types.PropertySpec{{Type: ref.Type, PathSet: paths}},
	})
	now := properties{}
	for _, o := range content {
		for _, p := range o.PropSet {
			now[p.Name] = p.Val
		}
	}
	return now, err
}

// leave ends a wait that nobody is interested in any more.
func (w *Watch) leave(ref reference, one *waiter) {
	w.tell(func() { w.drop(ref, one) })
}

// drop takes one from those who wait for an object.
func (w *Watch) drop(ref reference, one *waiter) {
	w.keep(ref, slices.DeleteFunc(slices.Clone(w.waiters[ref]), func(other *waiter) bool { return other == one }))
}

// keep says who waits for an object.
func (w *Watch) keep(ref reference, waiters []*waiter) {
	if len(waiters) == 0 {
		delete(w.waiters, ref)
		return
	}
	w.waiters[ref] = waiters
}

// tell lets the owner do something; it begins to own if nobody does.
func (w *Watch) tell(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inbox = append(w.inbox, f)
	select {
	case w.wake <- struct{}{}:
	default:
	}
	if !w.running {
		w.running = true
		go w.own()
	}
}

// own does what it is told, and has made what calls are due, until there is nothing
// left to do.
func (w *Watch) own() {
	for {
		w.mu.Lock()
		told := w.inbox
		w.inbox = nil
		if len(told) == 0 && len(w.waiters) == 0 && w.calls == 0 {
			w.running = false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		for _, f := range told {
			f()
		}
		if len(told) == 0 {
			<-w.wake
			continue
		}
		w.act()
	}
}

// call makes a call in a goroutine of its own; what it gives is done by the owner.
func (w *Watch) call(do func() (then func())) {
	w.calls++
	go func() {
		then := do()
		w.tell(func() {
			w.calls--
			then()
		})
	}()
}

// act begins the calls that are due.
func (w *Watch) act() {
	if len(w.waiters) == 0 {
		return
	}
	if err := context.Cause(w.line.Life); err != nil {
		w.fail(err, w.begun)
		return
	}
	if w.there == nil {
		if !w.settling {
			w.settling = true
			w.call(w.begin(slices.Collect(maps.Keys(w.waiters))))
		}
		return
	}
	if !w.there.waiting {
		w.there.waiting = true
		w.call(w.wait(w.there))
	}
	if there := w.there; !there.editing && !w.viewed(there) {
		there.editing = true
		w.call(func() func() {
			wire.Pause(w.line.Life, window)
			return func() {
				there.editing = false
				if w.there == there {
					w.edit(there)
				}
			}
		})
	}
}

// viewed reports that the view has all that is waited for.
func (w *Watch) viewed(there *kept) bool {
	for ref := range w.waiters {
		if !there.listed[ref] {
			return false
		}
	}
	return true
}

// begin sets up a watch on refs.
func (w *Watch) begin(refs []reference) func() func() {
	upTo := w.begun
	return func() func() {
		there, err := w.create(w.line.Life, refs)
		return func() {
			w.settling = false
			var gone *types.ManagedObjectNotFound
			if _, is := fault.As(err, &gone); is && w.waiters[gone.Obj] != nil {
				w.gone(gone.Obj)
				return
			}
			if err != nil {
				w.breaks(nil, err, upTo)
				return
			}
			w.there = there
		}
	}
}

// wait takes in one set of updates.
func (w *Watch) wait(there *kept) func() func() {
	upTo := w.begun
	return func() func() {
		response, err := methods.WaitForUpdatesEx(there.life, w.line.Client, &types.WaitForUpdatesEx{
			This: there.collector, Version: there.version, Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(maxWait)},
		})
		return func() {
			there.waiting = false
			if w.there != there {
				return // given up meanwhile
			}
			if err != nil {
				w.breaks(there, err, upTo)
				return
			}
			w.broken = 0
			if response.Returnval == nil {
				return
			}
			there.version = response.Returnval.Version
			for _, set := range response.Returnval.FilterSet {
				for _, update := range set.ObjectSet {
					w.take(there, update)
				}
			}
		}
	}
}

// edit puts into the view what is waited for and not in it, and takes out what is
// in it for nobody: all of it together, when the view must change anyhow.
func (w *Watch) edit(there *kept) {
	request := types.ModifyListView{This: there.view}
	for ref := range w.waiters {
		if !there.listed[ref] {
			request.Add = append(request.Add, ref)
		}
	}
	if len(request.Add) == 0 {
		return
	}
	for ref := range there.listed {
		if w.waiters[ref] == nil {
			request.Remove = append(request.Remove, ref)
			delete(there.listed, ref)
			delete(there.known, ref)
		}
	}
	for _, ref := range request.Add {
		there.listed[ref] = true
	}
	there.editing = true
	upTo := w.begun
	w.call(func() func() {
		response, err := methods.ModifyListView(w.line.Life, w.line.Client, &request)
		return func() {
			there.editing = false
			if w.there != there {
				return // the next one has been set up with all that is waited for
			}
			if err != nil {
				w.breaks(there, err, upTo)
				return
			}
			for _, ref := range response.Returnval { // not to be put into a view
				delete(there.listed, ref)
				w.gone(ref)
			}
		}
	})
}

// take takes in an update of an object.
func (w *Watch) take(there *kept, update types.ObjectUpdate) {
	ref := update.Obj
	if !there.listed[ref] {
		return // taken out of the view, and not in it again
	}
	if update.Kind == types.ObjectUpdateKindLeave {
		delete(there.known, ref)
		delete(there.listed, ref)
		w.gone(ref)
		return
	}
	known := there.known[ref]
	if known == nil {
		known = properties{}
		there.known[ref] = known
	}
	for _, change := range update.ChangeSet {
		if change.Val == nil || change.Op == types.PropertyChangeOpRemove || change.Op == types.PropertyChangeOpIndirectRemove {
			delete(known, change.Name)
		} else {
			known[change.Name] = change.Val
		}
	}
	w.keep(ref, slices.DeleteFunc(slices.Clone(w.waiters[ref]), func(one *waiter) bool {
		if !one.content(known) {
			return false
		}
		if one.late {
			w.look(ref, one)
			return false
		}
		one.end <- nil
		return true
	}))
}

// gone tells those who wait for an object that it is gone.
func (w *Watch) gone(ref reference) {
	for _, one := range w.waiters[ref] {
		one.end <- goneError{ref}
	}
	delete(w.waiters, ref)
}
