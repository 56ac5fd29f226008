// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"
)

// tasks waits for all tasks through one collector, one list view and one filter.
// Changes of the view that come while one is under way go together in the next.
type tasks struct {
	all       *errgroup.Group // what goes on beside the callers
	client    *govmomi.Client
	collector *property.Collector
	view      *view.ListView

	mu      sync.Mutex
	pending map[types.ManagedObjectReference]chan error
	added   []types.ManagedObjectReference
	ended   []types.ManagedObjectReference
	adding  bool
}

func newTasks(ctx context.Context, c *govmomi.Client, all *errgroup.Group) (*tasks, error) {
	t := &tasks{
		all: all, client: c, collector: property.DefaultCollector(c.Client),
		pending: map[types.ManagedObjectReference]chan error{},
	}
	var err error
	if t.view, err = view.NewManager(c.Client).CreateListView(ctx, nil); err != nil {
		return nil, err
	}
	_, err = t.collector.CreateFilter(ctx, types.CreateFilter{Spec: types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: t.view.Reference(), Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{traverse("tasks", "ListView", "view")},
		}},
		PropSet: []types.PropertySpec{{Type: "Task", PathSet: []string{"info.state", "info.error"}}},
	}})
	return t, err
}

// wait waits for a task, which watch tells of.
func (t *tasks) wait(ctx context.Context, ref types.ManagedObjectReference) error {
	end := make(chan error, 1)
	t.mu.Lock()
	t.pending[ref] = end
	t.added = append(t.added, ref)
	first := !t.adding
	t.adding = true
	t.mu.Unlock()
	if first {
		t.all.Go(func() error { return t.add(ctx) })
	}
	select {
	case err := <-end:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// add puts the tasks that have begun into the view, and takes out of it those
// that have ended, until there are no more.
func (t *tasks) add(ctx context.Context) error {
	for {
		t.mu.Lock()
		change := types.ModifyListView{This: t.view.Reference(), Add: t.added, Remove: t.ended}
		t.added, t.ended = nil, nil
		if len(change.Add) == 0 {
			t.ended, t.adding = change.Remove, false
			t.mu.Unlock()
			return nil
		}
		t.mu.Unlock()
		if _, err := methods.ModifyListView(ctx, t.client, &change); err != nil {
			return err
		}
	}
}

// watch takes in updates until n tasks have ended.
func (t *tasks) watch(ctx context.Context, n int) error {
	request := types.WaitForUpdatesEx{
		This: t.collector.Reference(), Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(30)},
	}
	for n > 0 {
		response, err := methods.WaitForUpdatesEx(ctx, t.client, &request)
		if err != nil {
			return err
		}
		if response.Returnval == nil {
			continue
		}
		request.Version = response.Returnval.Version
		for _, set := range response.Returnval.FilterSet {
			for _, update := range set.ObjectSet {
				if t.take(update) {
					n--
				}
			}
		}
	}
	return nil
}

// take reads one update, and reports that a task has ended.
func (t *tasks) take(update types.ObjectUpdate) bool {
	var err error
	ended := false
	for _, change := range update.ChangeSet {
		switch v := change.Val.(type) {
		case types.TaskInfoState:
			ended = v == types.TaskInfoStateSuccess || v == types.TaskInfoStateError
		case types.LocalizedMethodFault:
			err = fmt.Errorf("%s: %w", update.Obj.Value, task.Error{LocalizedMethodFault: &v})
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	end, waiting := t.pending[update.Obj]
	if !ended || !waiting {
		return false
	}
	delete(t.pending, update.Obj)
	t.ended = append(t.ended, update.Obj)
	end <- err
	return true
}
