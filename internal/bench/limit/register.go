// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"
)

// atATime is how many operations Terraform runs at a time.
const atATime = 10

// register registers the paths and does nothing else: no look whether they are
// free, no reading back. All tasks are waited for together.
func register(ctx context.Context, c *govmomi.Client, paths []string) error {
	folder, pool, err := place(ctx, c)
	if err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	t, err := newTasks(ctx, c, all)
	if err != nil {
		return err
	}
	all.Go(func() error { return t.watch(ctx, len(paths)) })
	all.Go(func() error {
		return each(paths, func(path string) error {
			started, err := methods.RegisterVM_Task(ctx, c, &types.RegisterVM_Task{This: folder, Path: path, Pool: &pool})
			if err != nil {
				return err
			}
			return t.wait(ctx, started.Returnval)
		})
	})
	return all.Wait()
}

// unregister unregisters the VMs at the paths, which one index finds.
func unregister(ctx context.Context, c *govmomi.Client, paths []string) error {
	found, err := index(ctx, c, property.DefaultCollector(c.Client))
	if err != nil {
		return err
	}
	return each(paths, func(path string) error {
		vm, ok := found[path]
		if !ok {
			return fmt.Errorf("%s is not registered", path)
		}
		_, err := methods.UnregisterVM(ctx, c, &types.UnregisterVM{This: vm})
		return err
	})
}

// each does something for each path, as many at a time as Terraform would.
func each(paths []string, do func(string) error) error {
	var workers errgroup.Group
	workers.SetLimit(atATime)
	for _, path := range paths {
		workers.Go(func() error { return do(path) })
	}
	return workers.Wait()
}

// place is the VM folder and the resource pool of a host that has one of each,
// in one request.
func place(ctx context.Context, c *govmomi.Client) (folder, pool types.ManagedObjectReference, err error) {
	answer, err := property.DefaultCollector(c.Client).RetrieveProperties(ctx, types.RetrieveProperties{
		SpecSet: []types.PropertyFilterSpec{{
			ObjectSet: []types.ObjectSpec{{
				Obj: c.ServiceContent.RootFolder,
				SelectSet: []types.BaseSelectionSpec{
					traverse("children", "Folder", "childEntity", "children", "hosts"),
					traverse("hosts", "Datacenter", "hostFolder", "children"),
				},
			}},
			PropSet: []types.PropertySpec{
				{Type: "Datacenter", PathSet: []string{"vmFolder"}},
				{Type: "ComputeResource", PathSet: []string{"resourcePool"}},
			},
		}},
	})
	if err != nil {
		return folder, pool, err
	}
	seen := map[string]int{}
	for _, o := range answer.Returnval {
		for _, p := range o.PropSet {
			ref, ok := p.Val.(types.ManagedObjectReference)
			if !ok {
				return folder, pool, fmt.Errorf("%s of %s is %T", p.Name, o.Obj.Value, p.Val)
			}
			seen[p.Name]++
			if p.Name == "vmFolder" {
				folder = ref
			} else {
				pool = ref
			}
		}
	}
	if seen["vmFolder"] != 1 || seen["resourcePool"] != 1 {
		return folder, pool, fmt.Errorf("not one place to register in: %v", seen)
	}
	return folder, pool, nil
}
