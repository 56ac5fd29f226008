// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"strings"
	"testing"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// asking is a read of properties of all VMs.
func asking(s *seat, paths ...string) []types.PropertyFilterSpec {
	return []types.PropertyFilterSpec{{
		ObjectSet: []types.ObjectSpec{{Obj: s.dc("DC0").VmFolder}},
		PropSet:   []types.PropertySpec{{Type: "VirtualMachine", PathSet: paths}},
	}}
}

// refusedFor says whether a call failed as a whole because of a property, without a word more.
func refusedFor(err error, property string) error {
	var invalid *types.InvalidProperty
	if _, ok := fault.As(err, &invalid); !ok || invalid.Name != property || soap.ToSoapFault(err).String != "" {
		return missing("%s is answered by %v", property, err)
	}
	return nil
}

// A property that the API version does not have, or none has, fails the whole call, wherever it is asked for.
func TestUnknownPropertyFailsTheCall(t *testing.T) {
	for version, unknown := range map[string]string{
		"4.1": "guest.toolsVersionStatus2", "5.5": "runtime.paused", "6.0": "config.keyId", "6.5": "runtime.cryptoState", "8.0": "config.nothing",
	} {
		t.Run(version, func(t *testing.T) {
			vsphere(t, Options{APIVersion: version, VMs: 1}, func(s *seat) error {
				collector := s.c.ServiceContent.PropertyCollector
				_, err := methods.RetrievePropertiesEx(s.ctx, s.c, &types.RetrievePropertiesEx{This: collector, SpecSet: asking(s, "name", unknown)})
				if err := refusedFor(err, unknown); err != nil {
					return err
				}
				_, err = methods.CreateFilter(s.ctx, s.c, &types.CreateFilter{This: collector, Spec: asking(s, unknown)[0]})
				if err := refusedFor(err, unknown); err != nil {
					return err
				}
				_, err = methods.RetrievePropertiesEx(s.ctx, s.c, &types.RetrievePropertiesEx{This: collector, SpecSet: asking(s, "name")})
				return err
			})
		})
	}
}

// A method that the API version does not have is no valid request.
func TestUnknownMethodIsNoValidRequest(t *testing.T) {
	vsphere(t, Options{APIVersion: "6.0"}, func(s *seat) error {
		_, err := methods.HasUserPrivilegeOnEntities(s.ctx, s.c, &types.HasUserPrivilegeOnEntities{
			This: *s.c.ServiceContent.AuthorizationManager, UserName: s.Username(), Entities: []moref{s.dc("DC0").Self},
			PrivId: []string{"System.View"},
		})
		if !fault.Is(err, &types.InvalidRequest{}) ||
			soap.ToSoapFault(err).String != "Unable to resolve WSDL method name HasUserPrivilegeOnEntities" {
			return missing("an unknown method is answered by %v", err)
		}
		return nil
	})
}

func TestAnOldHostHasNoGuestOperations(t *testing.T) {
	vsphere(t, Options{VMs: 1, APIVersion: "4.1"}, func(s *seat) error {
		if ref := s.c.ServiceContent.GuestOperationsManager; ref != nil {
			return missing("a GuestOperationsManager %s", ref.Value)
		}
		_, err := methods.ListProcessesInGuest(s.ctx, s.c, &types.ListProcessesInGuest{
			This: moref{Type: "GuestProcessManager", Value: "guestOperationsProcessManager"}, Vm: s.reg.Any("VirtualMachine").Reference(),
		})
		if err == nil || !strings.Contains(err.Error(), "Unable to resolve WSDL method name") {
			return missing("InvalidRequest: %v", err)
		}
		return nil
	})
}
