// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// registeredByUs asks the host's own record whether a VM is what an attempt of ours has
// registered. The tasks of the attempt tell, where they are known and the host still has them;
// otherwise its events do. Where neither proves it, it says why.
func (h *host) registeredByUs(
	ctx context.Context, vm types.ManagedObjectReference, attempt vix.Attempt,
) (ours bool, why string, err error) {
	certain := attempt.Told()
	for _, task := range attempt.Tasks {
		info, err := h.waits.Ended(ctx, types.ManagedObjectReference{Type: "Task", Value: task})
		switch {
		case err != nil:
			return false, "", err
		case info == nil:
			certain = false // it runs still, or the host has forgotten it
		case info.State == types.TaskInfoStateSuccess && info.Result == vm:
			return true, "", nil
		}
	}
	if certain {
		return false, "the host says that its tasks came to another end", nil
	}
	return h.eventByUs(ctx, vm, attempt)
}

// eventByUs asks the host's events: is the newest VmRegisteredEvent of this VM one of our
// user, within the time of the attempt? EventManager.QueryEvents.
func (h *host) eventByUs(ctx context.Context, vm types.ManagedObjectReference, attempt vix.Attempt) (ours bool, why string, err error) {
	newest, told, err := h.newestRegistration(ctx, vm)
	switch {
	case err != nil:
		return false, "", err
	case !told:
		return false, "the host does not tell its events", nil
	case newest == nil:
		return false, "the host has no event of its registration any more: events are pruned after a while", nil
	case newest.UserName != h.User.UserName:
		return false, fmt.Sprintf("by the host's events %q registered it, at %s", newest.UserName, at(newest.CreatedTime)), nil
	case !attempt.Covers(newest.CreatedTime):
		return false, fmt.Sprintf("by the host's events and clock it was registered at %s, and the attempt had from %s to %s",
			at(newest.CreatedTime), at(attempt.Begun), at(attempt.Until)), nil
	}
	return true, "", nil
}

// newestRegistration is the newest event of a VM's registration, nil if there is none; a host may not tell.
func (h *host) newestRegistration(ctx context.Context, vm types.ManagedObjectReference) (newest *types.Event, told bool, err error) {
	manager := h.Client.ServiceContent.EventManager
	if manager == nil {
		return nil, false, nil
	}
	response, err := methods.QueryEvents(ctx, h.Client, &types.QueryEvents{
		This: *manager,
		Filter: types.EventFilterSpec{
			Entity:      &types.EventFilterSpecByEntity{Entity: vm, Recursion: types.EventFilterSpecRecursionOptionSelf},
			EventTypeId: []string{"VmRegisteredEvent"},
		},
	})
	if err != nil {
		if unanswerable(err) {
			return nil, false, nil // no record, no proof
		}
		return nil, false, err
	}
	for _, event := range response.Returnval {
		if _, ok := event.(*types.VmRegisteredEvent); !ok {
			continue
		}
		if e := event.GetEvent(); newest == nil || e.CreatedTime.After(newest.CreatedTime) {
			newest = e
		}
	}
	return newest, true, nil
}

// at is a time of the host's in an error.
func at(t time.Time) string { return t.UTC().Format(time.RFC3339) }
