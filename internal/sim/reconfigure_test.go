// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

// extra changes one setting of a VM.
func (s *seat) extra(vm moref, key, value string) (*object.Task, error) {
	return object.NewVirtualMachine(s.c.Client, vm).Reconfigure(s.ctx, types.VirtualMachineConfigSpec{
		ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: key, Value: value}},
	})
}

// settings are a VM's that have a key, in any case.
func (s *seat) settings(vm moref, key string) (map[string]any, error) {
	o, err := s.read(vm, "config.extraConfig")
	found := map[string]any{}
	if err != nil || o.Config == nil {
		return found, err
	}
	for _, option := range o.Config.ExtraConfig {
		if v := option.GetOptionValue(); strings.EqualFold(v.Key, key) {
			found[v.Key] = v.Value
		}
	}
	return found, nil
}

func TestASettingThatIsNotThereIsNotAddedByItsRemoval(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := s.do(s.extra(vm, "guestinfo.gone", "")); err != nil {
			return err
		}
		found, err := s.settings(vm, "guestinfo.gone")
		if err != nil || len(found) > 0 {
			return missing("%v, %v", found, err)
		}
		return nil
	})
}

func TestSettingsHaveNoCase(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := all(s.do(s.extra(vm, "guestinfo.Owner", "x")), s.do(s.extra(vm, "GUESTINFO.owner", "y"))); err != nil {
			return err
		}
		found, err := s.settings(vm, "guestinfo.owner")
		if err != nil || len(found) != 1 || found["guestinfo.Owner"] != "y" {
			return missing("%v, %v", found, err)
		}
		if err := s.do(s.extra(vm, "guestinfo.OWNER", "")); err != nil {
			return err
		}
		if found, err = s.settings(vm, "guestinfo.owner"); err != nil || len(found) > 0 {
			return missing("removed, it is %v, %v", found, err)
		}
		return nil
	})
}

func TestWhatAFileCannotHoldIsRefusedBeforeAnythingIsChanged(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := s.do(s.extra(vm, "a = b", "x")); err == nil {
			return missing("a key that no file can hold is taken")
		}
		found, err := s.settings(vm, "a = b")
		if err != nil || len(found) > 0 {
			return missing("%v, %v", found, err)
		}
		return nil
	})
}

func TestASecondReconfigurationIsRefusedWhileOneRuns(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		vm, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		release := make(chan struct{})
		s.OnTask(func(ctx context.Context, method string) {
			if method == "ReconfigVM_Task" {
				select {
				case <-release:
				case <-ctx.Done():
				}
			}
		})
		first, err := s.extra(vm, "guestinfo.a", "1")
		if err != nil {
			return err
		}
		_, second := s.extra(vm, "guestinfo.b", "2")
		close(release)
		if err := all(isFault[types.TaskInProgress](second), first.Wait(s.ctx)); err != nil {
			return err
		}
		return s.do(s.extra(vm, "guestinfo.b", "2"))
	})
}
