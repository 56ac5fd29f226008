// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"
)

// taskWaiter waits for all tasks of the process through one collector, one list
// view and one filter, however many there are: a task costs its share of the
// view's changes and of the updates, not a collector of its own. It polls nothing.
type taskWaiter struct {
	host *host

	mu      sync.Mutex
	pending map[types.ManagedObjectReference]chan taskEnd
	added   []types.ManagedObjectReference // to put into the view
	done    []types.ManagedObjectReference // to take out of it
	running bool                           // somebody waits for updates
	adding  bool                           // somebody changes the view
	watch   *watch
}

// taskEnd is how a task ended.
type taskEnd struct {
	result types.AnyType
	err    error
}

// watch is what the host keeps for the waiter, in one session.
type watch struct {
	collector *property.Collector
	view      *view.ListView
	version   string
	// life ends with give, when the view does not hold every task that it should:
	// a wait on it, under way or about to begin, must not go on.
	life context.Context
	give context.CancelFunc
}

const (
	// maxWait bounds one wait on the host, so that a waiter whose client died ends.
	maxWait = 30
	// rewatch is how often in a row a broken watch is set up again.
	rewatch = 4
	// rewatchPause is the first pause before that; it doubles.
	rewatchPause = 250 * time.Millisecond
	// settle is how long a cancelled caller waits to learn how its task ended.
	settle = 700 * time.Millisecond
)

// errUnsettled is a task whose end is not known because the caller had to go.
var errUnsettled = errors.New("the task was asked to stop, and may still finish on the host")

// wait waits for a task and gives its result. When ctx ends first the task is
// cancelled, and its end is awaited a moment longer, because a task may finish
// all the same: what it did must not be lost.
func (w *taskWaiter) wait(ctx context.Context, ref types.ManagedObjectReference) (types.AnyType, error) {
	end := make(chan taskEnd, 1)
	w.mu.Lock()
	if w.pending == nil {
		w.pending = map[types.ManagedObjectReference]chan taskEnd{}
	}
	w.pending[ref] = end
	w.added = append(w.added, ref)
	if w.watch != nil && !w.adding {
		w.adding = true
		go w.join(w.watch)
	}
	if !w.running {
		w.running = true
		go w.run()
	}
	w.mu.Unlock()
	select {
	case e := <-end:
		return e.result, e.err
	case <-ctx.Done():
	}
	settled, cancel := context.WithTimeout(context.WithoutCancel(ctx), settle)
	defer cancel()
	cancelled := make(chan struct{})
	go func() {
		defer close(cancelled)
		_, _ = methods.CancelTask(settled, w.host.client, &types.CancelTask{This: ref})
	}()
	defer func() { <-cancelled }()
	select {
	case e := <-end:
		return e.result, e.err
	case <-settled.Done():
		w.abandon(ref)
		return nil, errors.Join(ctx.Err(), errUnsettled)
	}
}

// abandon forgets a task that nobody waits for any more.
func (w *taskWaiter) abandon(ref types.ManagedObjectReference) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pending, ref)
	w.done = append(w.done, ref)
}

// run waits for updates as long as a task is pending.
func (w *taskWaiter) run() {
	life := w.host.life
	broken := 0
	for {
		w.mu.Lock()
		if len(w.pending) == 0 {
			w.running = false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		err := w.step(life)
		switch {
		case err == nil:
			broken = 0
			continue
		case life.Err() != nil || broken == rewatch || certificateError("", err) != nil:
			w.fail(err)
			continue
		}
		// The session ended, or the line broke: tasks outlive both. Watch them anew.
		w.mu.Lock()
		if w.watch != nil {
			w.watch.give()
			w.watch = nil
		}
		w.mu.Unlock()
		if broken++; broken > 1 {
			pause(life, rewatchPause<<broken)
		}
	}
}

// pause waits, or less if ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// step sets up the watch if there is none and takes in one set of updates.
func (w *taskWaiter) step(ctx context.Context) error {
	w.mu.Lock()
	current := w.watch
	w.mu.Unlock()
	if current == nil {
		var err error
		if current, err = w.begin(ctx); err != nil {
			return err
		}
	}
	request := types.WaitForUpdatesEx{
		This: current.collector.Reference(), Version: current.version,
		Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(maxWait)},
	}
	response, err := methods.WaitForUpdatesEx(current.life, w.host.client, &request) //nolint:contextcheck // it descends from ctx
	if err != nil {
		return err
	}
	if response.Returnval == nil {
		return nil
	}
	current.version = response.Returnval.Version
	for _, set := range response.Returnval.FilterSet {
		for _, update := range set.ObjectSet {
			w.take(update)
		}
	}
	return nil
}

// begin sets up a watch on all that is pending.
func (w *taskWaiter) begin(ctx context.Context) (*watch, error) {
	w.mu.Lock()
	var refs []types.ManagedObjectReference
	for ref := range w.pending {
		refs = append(refs, ref)
	}
	w.added, w.done = nil, nil
	w.mu.Unlock()
	var (
		collector *property.Collector
		list      *view.ListView
		both      errgroup.Group
	)
	both.Go(func() (err error) {
		collector, err = property.DefaultCollector(w.host.client).Create(ctx)
		return err
	})
	both.Go(func() (err error) {
		list, err = view.NewManager(w.host.client).CreateListView(ctx, refs)
		return err
	})
	if err := both.Wait(); err != nil {
		return nil, err
	}
	_, err := collector.CreateFilter(ctx, types.CreateFilter{Spec: types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: list.Reference(), Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{traverse("tasks", "ListView", "view")},
		}},
		PropSet: []types.PropertySpec{{Type: "Task", PathSet: []string{"info.state", "info.error", "info.result"}}},
		// A task that is gone must not fail the others.
		ReportMissingObjectsInResults: types.NewBool(true),
	}})
	if err != nil {
		return nil, err
	}
	created := &watch{collector: collector, view: list}
	created.life, created.give = context.WithCancel(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watch = created
	if len(w.added) > 0 && !w.adding {
		w.adding = true
		go w.join(created)
	}
	return created, nil
}

// join puts the tasks that came since into the view, and takes those that ended
// out of it, together.
func (w *taskWaiter) join(current *watch) {
	for {
		w.mu.Lock()
		if len(w.added) == 0 || w.watch != current {
			w.adding = false
			w.mu.Unlock()
			return
		}
		request := types.ModifyListView{This: current.view.Reference(), Add: w.added, Remove: w.done}
		w.added, w.done = nil, nil
		w.mu.Unlock()
		response, err := methods.ModifyListView(w.host.life, w.host.client, &request)
		if err != nil {
			// A new watch takes in all that is pending, these too.
			w.mu.Lock()
			w.adding = false
			w.mu.Unlock()
			current.give()
			return
		}
		for _, ref := range response.Returnval { // not to be put into a view: gone
			w.finish(ref, taskEnd{err: taskGoneError{ref}})
		}
	}
}

// taskGoneError is a task that the host does not know any more.
type taskGoneError struct{ ref types.ManagedObjectReference }

func (e taskGoneError) Error() string {
	return "the host does not know the task " + e.ref.Value + " any more"
}

// take reads one update of a task.
func (w *taskWaiter) take(update types.ObjectUpdate) {
	var end taskEnd
	ended := false
	for _, change := range update.ChangeSet {
		switch v := change.Val.(type) {
		case types.TaskInfoState:
			ended = v == types.TaskInfoStateSuccess || v == types.TaskInfoStateError
		case types.LocalizedMethodFault:
			end.err = task.Error{LocalizedMethodFault: &v}
		default:
			if change.Name == "info.result" {
				end.result = v
			}
		}
	}
	if ended {
		w.finish(update.Obj, end)
	}
}

// finish tells the waiting caller.
func (w *taskWaiter) finish(ref types.ManagedObjectReference, end taskEnd) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if waiting, ok := w.pending[ref]; ok {
		waiting <- end
		delete(w.pending, ref)
		w.done = append(w.done, ref)
	}
}

// fail tells all that wait that there is no way to learn more.
func (w *taskWaiter) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ref, waiting := range w.pending {
		waiting <- taskEnd{err: errors.Join(err, errUnsettled)}
		delete(w.pending, ref)
	}
	w.watch = nil
}

// destroy removes what the session keeps for the waiter.
func (w *taskWaiter) destroy(ctx context.Context) {
	w.mu.Lock()
	current := w.watch
	w.watch = nil
	w.mu.Unlock()
	if current == nil {
		return
	}
	current.give()
	// A session that is gone took them along.
	_ = current.view.Destroy(ctx)
	_ = current.collector.Destroy(ctx)
}

// isGone reports that a managed object is gone.
func isGone(err error) bool { return fault.Is(err, &types.ManagedObjectNotFound{}) }
