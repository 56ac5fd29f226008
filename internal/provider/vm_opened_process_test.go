// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// A plan opens a VM by its path, and is saved. Before it is applied the VM makes way for a restored copy, which has its id. Nothing
// that acts on the VM reaches the copy; a new plan that opens the copy by its path does.
func TestProcessASavedPlanDoesNotReachARestoredCopy(t *testing.T) {
	const restored = "[LocalDS_0] restored/web.vmx"
	opens := func(path string) string {
		return "\ndata \"vix_vm\" \"web\" {\n  vmx_path = \"" + path + "\"\n}\n"
	}
	configs := map[string]string{
		"power":    "resource \"vix_power\" \"web\" {\n  vm_id = data.vix_vm.web.id\n  state = \"on\"\n}\n",
		"snapshot": "resource \"vix_snapshot\" \"web\" {\n  vm_id = data.vix_vm.web.id\n  name = \"base\"\n}\n",
		"variable": "resource \"vix_variable\" \"web\" {\n  vm_id = data.vix_vm.web.id\n  name = \"owner\"\n  value = \"x\"\n}\n",
	}
	if notTerraform(t, 14, "actions") == "" {
		configs["action"] = `
action "vix_power" "on" {
  config {
    vm_id     = data.vix_vm.web.id
    operation = "on"
  }
}
resource "terraform_data" "web" {
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vix_power.on]
    }
  }
}
`
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			a := withTools(t)
			_, err := a.Host.Register(t.Context(), "DC0", webPath)
			must(t, err)
			w := newWorkspace(t, a, opens(webPath)+config)
			w.run(t, nil, "plan", "-no-color", "-out=plan")
			must(t, a.Host.Unregister(t.Context(), "DC0", webPath))
			must(t, a.Host.WriteVM("DC0", restored, sim.VMX{InstanceUUID: webUUID, Tools: true}))
			_, err = a.Host.Register(t.Context(), "DC0", restored)
			must(t, err)
			cmd, out := w.command(nil, "apply", "-no-color", "plan")
			if err := cmd.Run(); err == nil {
				t.Errorf("the plan was applied:\n%s", out)
			}
			tells(t, out.String(), "restored copy")
			touched := func() bool {
				vm, err := a.Host.VM("DC0", restored)
				must(t, err)
				for _, o := range vm.Config.ExtraConfig {
					if o.GetOptionValue().Key == "guestinfo.owner" {
						return true
					}
				}
				return vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOff || vm.Snapshot != nil
			}
			if touched() {
				t.Errorf("the copy was touched:\n%s", out)
			}
			w.configure(t, opens(restored)+config)
			again := []string{"apply", "-no-color", "-auto-approve"}
			if name == "action" {
				again = append(again, "-invoke=action.vix_power.on") // its trigger is over
			}
			w.run(t, nil, again...)
			if !touched() {
				t.Error("the copy was not opened by its own path")
			}
		})
	}
}
