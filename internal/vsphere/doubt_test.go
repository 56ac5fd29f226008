// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"errors"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Whether the host may have registered the VM all the same is known where the error
// arises, and nowhere else.
func TestDoubt(t *testing.T) {
	for name, test := range map[string]struct {
		fault sim.Fault
		doubt bool
	}{
		"no privilege":                    {sim.Fault{Method: "RegisterVM_Task", SOAP: &types.NoPermission{PrivilegeId: "VirtualMachine.Inventory.Register"}}, false},
		"no such file":                    {sim.Fault{Method: "RegisterVM_Task", Task: &types.NotFound{}}, false},
		"a damaged file":                  {sim.Fault{Method: "RegisterVM_Task", Task: &types.InvalidVmConfig{}}, false},
		"a fault that nobody knows":       {sim.Fault{Method: "RegisterVM_Task", Task: &types.SystemError{}}, true},
		"the ESXi host does not answer":   {sim.Fault{Method: "RegisterVM_Task", Task: &types.HostCommunication{}}, true},
		"the task is cancelled":           {sim.Fault{Method: "RegisterVM_Task", Task: &types.RequestCanceled{}}, false},
		"the line is cut in the call":     {sim.Fault{Method: "RegisterVM_Task", Cut: true}, true},
		"the line is cut in the answer":   {sim.Fault{Method: "RegisterVM_Task", Cut: true, After: true}, true},
		"the line is cut before":          {sim.Fault{Method: "FindByDatastorePath", Cut: true, Times: -1}, false},
		"the line is cut after the task":  {sim.Fault{Method: "WaitForUpdatesEx", Cut: true, Times: -1}, true},
		"what was registered is not told": {sim.Fault{Method: "RetrievePropertiesEx", Skip: -1, Cut: true, Times: -1}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulated(t, single)
			p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
			h := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 3 * time.Second })
			if test.fault.Skip < 0 {
				// From the moment on at which the task is started.
				f := test.fault
				f.Skip = 0
				s.OnRequest(func(method string, _ []byte) {
					if method == "RegisterVM_Task" {
						s.OnRequest(nil)
						s.Fault(f)
					}
				})
			} else {
				s.Fault(test.fault)
			}
			_, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
			s.ClearFaults()
			var e *vix.Error
			if !errors.As(err, &e) {
				t.Fatalf("register: %v", err)
			}
			if e.Doubt != test.doubt {
				t.Errorf("in doubt: %v, want %v: %v", e.Doubt, test.doubt, err)
			}
		})
	}
}
