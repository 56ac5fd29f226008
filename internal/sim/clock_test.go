// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"errors"
	"testing"
	"time"

	"github.com/vmware/govmomi/event"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// The host's clock is the host's: what it tells, and dates, is dated by that.
func TestTheHostHasAClockOfItsOwn(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		vsphere(t, Options{ClockAhead: ahead}, func(s *seat) error {
			off := func(what string, at time.Time) error {
				if d := time.Until(at) - ahead; d.Abs() > 10*time.Minute {
					return missing("%s is %s off", what, d)
				}
				return nil
			}
			now, err := methods.GetCurrentTime(s.ctx, s.c)
			if err != nil {
				return err
			}
			if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
				return err
			}
			if _, err := s.register("DC0", "[LocalDS_0] a/a.vmx", ""); err != nil {
				return err
			}
			found, err := event.NewManager(s.c.Client).QueryEvents(s.ctx, types.EventFilterSpec{EventTypeId: []string{"VmRegisteredEvent"}})
			if err != nil || len(found) != 1 {
				return missing("%d events, %v", len(found), err)
			}
			var task mo.Task
			if err := s.c.RetrieveOne(s.ctx, s.LastTask(), []string{"info"}, &task); err != nil {
				return err
			}
			return errors.Join(off("now", *now), off("the event", found[0].GetEvent().CreatedTime),
				off("the task's begin", task.Info.QueueTime), off("its end", *task.Info.CompleteTime))
		})
	}
}

// Events are no more after a while.
func TestEventsArePruned(t *testing.T) {
	vsphere(t, Options{VMs: 1}, func(s *seat) error {
		s.PruneEvents()
		if _, err := s.Host.Register(s.ctx, "DC0", "[LocalDS_0] DC0_VM0/DC0_VM0.vmx"); err == nil {
			return missing("registered twice")
		}
		found, err := event.NewManager(s.c.Client).QueryEvents(s.ctx, types.EventFilterSpec{EventTypeId: []string{"VmRegisteredEvent"}})
		if err != nil || len(found) != 0 {
			return missing("%d events, %v", len(found), err)
		}
		if err := s.WriteVM("DC0", "[LocalDS_0] a/a.vmx", VMX{}); err != nil {
			return err
		}
		if _, err := s.Host.Register(s.ctx, "DC0", "[LocalDS_0] a/a.vmx"); err != nil {
			return err
		}
		found, err = event.NewManager(s.c.Client).QueryEvents(s.ctx, types.EventFilterSpec{EventTypeId: []string{"VmRegisteredEvent"}})
		if err != nil || len(found) != 1 {
			return missing("%d events, %v", len(found), err)
		}
		return nil
	})
}
