// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"
)

// powerOn powers the VMs at the paths on, ten with a call, and waits for the Tools of all through one view and
// one filter.
func powerOn(ctx context.Context, c *govmomi.Client, paths []string) error {
	collector := property.DefaultCollector(c.Client)
	vms, err := refs(ctx, c, collector, paths)
	if err != nil {
		return err
	}
	datacenter, err := firstChild(ctx, c, collector)
	if err != nil {
		return err
	}
	list, err := view.NewManager(c.Client).CreateListView(ctx, vms)
	if err != nil {
		return err
	}
	_, err = collector.CreateFilter(ctx, types.CreateFilter{Spec: types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: list.Reference(), Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{traverse("vms", "ListView", "view")},
		}},
		PropSet: []types.PropertySpec{{Type: "VirtualMachine", PathSet: []string{"guest.guestOperationsReady"}}},
	}})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(vms, atATime) {
		if _, err := methods.PowerOnMultiVM_Task(ctx, c, &types.PowerOnMultiVM_Task{This: datacenter, Vm: some}); err != nil {
			return err
		}
	}
	return awaitTools(ctx, c, collector, len(vms))
}

// awaitTools takes in updates until the Tools of n VMs are ready.
func awaitTools(ctx context.Context, c *govmomi.Client, collector *property.Collector, n int) error {
	request := types.WaitForUpdatesEx{
		This: collector.Reference(), Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(30)},
	}
	ready := map[types.ManagedObjectReference]bool{}
	for len(ready) < n {
		response, err := methods.WaitForUpdatesEx(ctx, c, &request)
		if err != nil {
			return err
		}
		if response.Returnval == nil {
			continue
		}
		request.Version = response.Returnval.Version
		for _, set := range response.Returnval.FilterSet {
			for _, update := range set.ObjectSet {
				for _, change := range update.ChangeSet {
					if is, ok := change.Val.(bool); ok && is {
						ready[update.Obj] = true
					}
				}
			}
		}
	}
	return nil
}

// snapshot takes a snapshot of each VM.
func snapshot(ctx context.Context, c *govmomi.Client, paths []string) error {
	return together(ctx, c, paths, func(ctx context.Context, vm types.ManagedObjectReference) (types.ManagedObjectReference, error) {
		started, err := methods.CreateSnapshot_Task(ctx, c, &types.CreateSnapshot_Task{This: vm, Name: "base"})
		if err != nil {
			return vm, err
		}
		return started.Returnval, nil
	})
}

// variable writes a variable of each VM.
func variable(ctx context.Context, c *govmomi.Client, paths []string) error {
	spec := types.VirtualMachineConfigSpec{ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: "guestinfo.owner", Value: "bench"}}}
	return together(ctx, c, paths, func(ctx context.Context, vm types.ManagedObjectReference) (types.ManagedObjectReference, error) {
		started, err := methods.ReconfigVM_Task(ctx, c, &types.ReconfigVM_Task{This: vm, Spec: spec})
		if err != nil {
			return vm, err
		}
		return started.Returnval, nil
	})
}

// clone makes a full clone of each VM, in the folder that all are in.
func clone(ctx context.Context, c *govmomi.Client, paths []string) error {
	folder, _, err := place(ctx, c)
	if err != nil {
		return err
	}
	return together(ctx, c, paths, func(ctx context.Context, vm types.ManagedObjectReference) (types.ManagedObjectReference, error) {
		started, err := methods.CloneVM_Task(ctx, c, &types.CloneVM_Task{This: vm, Folder: folder, Name: "clone of " + vm.Value})
		if err != nil {
			return vm, err
		}
		return started.Returnval, nil
	})
}

// together begins a task for each VM, ten at a time, and waits for all of them together.
func together(
	ctx context.Context, c *govmomi.Client, paths []string,
	begin func(context.Context, types.ManagedObjectReference) (types.ManagedObjectReference, error),
) error {
	vms, err := refs(ctx, c, property.DefaultCollector(c.Client), paths)
	if err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	t, err := newTasks(ctx, c, all)
	if err != nil {
		return err
	}
	all.Go(func() error { return t.watch(ctx, len(vms)) })
	all.Go(func() error {
		var workers errgroup.Group
		workers.SetLimit(atATime)
		for _, vm := range vms {
			workers.Go(func() error {
				task, err := begin(ctx, vm)
				if err != nil {
					return err
				}
				return t.wait(ctx, task)
			})
		}
		return workers.Wait()
	})
	return all.Wait()
}

// refs are the VMs at the paths, which one index finds.
func refs(
	ctx context.Context, c *govmomi.Client, collector *property.Collector, paths []string,
) ([]types.ManagedObjectReference, error) {
	found, err := index(ctx, c, collector)
	if err != nil {
		return nil, err
	}
	var out []types.ManagedObjectReference
	for _, path := range paths {
		vm, ok := found[path]
		if !ok {
			return nil, fmt.Errorf("%s is not registered", path)
		}
		out = append(out, vm)
	}
	return out, nil
}

// firstChild is the datacenter of a host that has one.
func firstChild(ctx context.Context, c *govmomi.Client, collector *property.Collector) (types.ManagedObjectReference, error) {
	answer, err := collector.RetrieveProperties(ctx, types.RetrieveProperties{SpecSet: []types.PropertyFilterSpec{{
		ObjectSet: []types.ObjectSpec{{Obj: c.ServiceContent.RootFolder}},
		PropSet:   []types.PropertySpec{{Type: "Folder", PathSet: []string{"childEntity"}}},
	}}})
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	for _, o := range answer.Returnval {
		for _, p := range o.PropSet {
			if children, ok := p.Val.(types.ArrayOfManagedObjectReference); ok && len(children.ManagedObjectReference) == 1 {
				return children.ManagedObjectReference[0], nil
			}
		}
	}
	return types.ManagedObjectReference{}, fmt.Errorf("not one datacenter")
}
