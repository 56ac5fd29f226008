// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package watch

import (
	"context"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// kept is what the host keeps for the watch, in one session.
type kept struct {
	collector, view reference
	version         string
	listed          map[reference]bool       // what the view holds, or will when its change is done
	known           map[reference]properties // what has been reported of it
	waiting         bool                     // a wait is under way
	editing         bool                     // a change of the view is under way
	// life ends with give: a wait that is under way on what is given up must not go on.
	life context.Context //nolint:containedctx // it ends when this does
	give context.CancelFunc
}

// taskProperties and vmProperties are what is watched.
var (
	taskProperties = []string{"info.state", "info.error", "info.result"}
	vmProperties   = []string{
		"runtime.powerState", "runtime.question", "guest.toolsRunningStatus", "guest.toolsVersionStatus2", "guest.guestOperationsReady",
		"guest.ipAddress", stateProperty,
	}
)

// stateProperty is whether the guest takes orders by now.
const stateProperty = "guest.guestStateChangeSupported"

// create makes the collector, the view and the filter.
func (w *Watch) create(ctx context.Context, refs []reference) (*kept, error) {
	there := &kept{listed: map[reference]bool{}, known: map[reference]properties{}}
	var both errgroup.Group
	both.Go(func() error {
		collector, err := property.DefaultCollector(w.line.Client).Create(ctx)
		if err == nil {
			there.collector = collector.Reference()
		}
		return err
	})
	both.Go(func() error {
		list, err := view.NewManager(w.line.Client).CreateListView(ctx, refs)
		if err == nil {
			there.view = list.Reference()
		}
		return err
	})
	err := both.Wait()
	if err == nil {
		err = w.filter(ctx, there)
	}
	if err != nil {
		w.destroy(ctx, there)
		return nil, err
	}
	for _, ref := range refs {
		there.listed[ref] = true
	}
	there.life, there.give = context.WithCancel(ctx)
	return there, nil
}

// filter makes the filter that reports what is watched of what the view holds.
func (w *Watch) filter(ctx context.Context, there *kept) error {
	spec := types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: there.view, Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{wire.Traverse("watched", "ListView", "view")},
		}},
		PropSet: []types.PropertySpec{{Type: "Task", PathSet: taskProperties}, {Type: "VirtualMachine", PathSet: vmProperties}},
		// One that is gone must not fail the others.
		ReportMissingObjectsInResults: types.NewBool(true),
	}
	return w.line.AskKnown([]types.PropertyFilterSpec{spec}, func(known []types.PropertyFilterSpec) error {
		_, err := methods.CreateFilter(ctx, w.line.Client, &types.CreateFilter{This: there.collector, Spec: known[0]})
		return err
	})
}

// giveUp forgets what the host keeps, and lets the host forget it, too.
func (w *Watch) giveUp(there *kept) {
	if there == nil {
		return
	}
	w.there = nil
	there.give()
	w.call(func() func() {
		w.destroy(w.line.Life, there)
		return func() {}
	})
}

// destroy removes what the host keeps. A session that is gone took it along.
func (w *Watch) destroy(ctx context.Context, there *kept) {
	if there.view.Value != "" {
		_, _ = methods.DestroyView(ctx, w.line.Client, &types.DestroyView{This: there.view})
	}
	if there.collector.Value != "" {
		_, _ = methods.DestroyPropertyCollector(ctx, w.line.Client, &types.DestroyPropertyCollector{This: there.collector})
	}
}

// Destroy removes what a session that lives on keeps for the watch. The line's own
// life must have ended, so that nobody sets up another.
func (w *Watch) Destroy(ctx context.Context) {
	destroyed := make(chan struct{})
	w.tell(func() {
		there := w.there
		w.there = nil
		if there == nil {
			close(destroyed)
			return
		}
		there.give()
		w.call(func() func() {
			w.destroy(ctx, there)
			close(destroyed)
			return func() {}
		})
	})
	select {
	case <-destroyed:
	case <-ctx.Done():
	}
}
