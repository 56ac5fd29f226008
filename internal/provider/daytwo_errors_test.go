// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const simUUID = "50201e5a-0000-4000-8000-000000000001"

// errorTable holds the whole text of each error that is provoked here; UPDATE=1 writes it.
const errorTable = "testdata/daytwo_errors.txt"

// provoked is an error that something which is done with a VM ends with, and how the host is brought to it.
type provoked struct {
	code string // as the text has it, with its number
	name string
	do   func(w *simWorld) diagnostics
}

// changing is what of a text is another one in every run.
var changing = regexp.MustCompile(`vm-\d+|127\.0\.0\.1:\d+|\d{4}-\d\d-\d\dT[\d:]+Z`)

// TestTheErrorsOfDayTwo provokes each code that power, questions, snapshots, variables, the installer of Tools and the
// screenshot can end with, on the simulated host, and holds the whole texts against the table.
func TestTheErrorsOfDayTwo(t *testing.T) {
	var table strings.Builder
	for _, e := range slices.Concat(powerErrors(), snapshotErrors(), otherErrors()) {
		t.Run(e.code+"/"+e.name, func(t *testing.T) {
			w := newSimWorld(t, sim.Options{})
			w.logsOut()
			_, err := w.sim.Register(t.Context(), "DC0", simPath)
			w.must(err)
			text := changing.ReplaceAllString(strings.ReplaceAll(e.do(w).text(), w.sim.URL(), "HOST"), "…")
			if !strings.Contains(text, e.code) {
				t.Errorf("it is not %s:\n%s", e.code, text)
			}
			fmt.Fprintf(&table, "== %s: %s\n%s\n\n", e.code, e.name, text)
		})
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(errorTable, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(errorTable)
	if err != nil {
		t.Fatal(err)
	}
	if table.String() != string(want) {
		t.Errorf("the texts are not those of %s; UPDATE=1 writes it:\n%s", errorTable, table.String())
	}
}

// resourceOf plans and applies a resource, and gives the diagnostics of what failed.
func (w *simWorld) resourceOf(name string, config args) diagnostics {
	w.t.Helper()
	config["vm_id"] = simUUID
	w.becomes(name)
	p := w.plan(nil, config)
	if p.diags.failed() {
		return p.diags
	}
	_, diags := w.apply(nil, p, config)
	return diags
}

// actionOf plans and invokes an action.
func (w *simWorld) actionOf(name string, config args) diagnostics {
	w.t.Helper()
	config["vm_id"] = simUUID
	if diags := w.planAction(name, config); diags.failed() {
		return diags
	}
	_, diags := w.invoke(name, config)
	return diags
}

// logsOut ends the provider when the test ends: what watches a host that is gone would go on asking for a while.
func (w *simWorld) logsOut() {
	w.t.Cleanup(func() { _ = w.provider.Close(context.Background()) })
}

// on switches the VM on behind everybody's back.
func (w *simWorld) on() { w.must(w.sim.SetPower("DC0", simPath, "poweredOn")) }

// refuses makes the host refuse a task that it begins.
func (w *simWorld) refuses(method string, fault types.BaseMethodFault) {
	w.sim.Fault(sim.Fault{Method: method, Task: fault, Times: -1})
}

// switches powers the VM as a resource.
func (w *simWorld) switches(state string) diagnostics {
	w.t.Helper()
	return w.resourceOf("vix_power", args{"state": state})
}

// unplaced makes the power-on fail with a fault.
func unplaced(fault types.BaseMethodFault) func(w *simWorld) diagnostics {
	return func(w *simWorld) diagnostics {
		w.must(w.sim.SetUnplaced("DC0", simPath, fault))
		return w.switches("on")
	}
}

func powerErrors() []provoked {
	soft := func(w *simWorld) diagnostics { w.on(); return w.switches("off") }
	return []provoked{
		{"VIX_E_VM_NOT_FOUND (4000)", "an id that nothing has", func(w *simWorld) diagnostics {
			w.must(w.sim.Unregister(w.t.Context(), "DC0", simPath))
			return w.switches("on")
		}},
		{"VIX_E_VM_NOT_RUNNING (3006)", "suspended from off", func(w *simWorld) diagnostics { return w.switches("suspended") }},
		{"VIX_E_VM_NOT_RUNNING (3006)", "a reset", func(w *simWorld) diagnostics {
			return w.actionOf("vix_power", args{"operation": "reset"})
		}},
		{"VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE (3009)", "off without Tools", soft},
		{"VIX_E_VM_IS_RUNNING (3007)", "a guest that does not listen", func(w *simWorld) diagnostics {
			w.on()
			w.must(w.sim.SetTools("DC0", simPath, true, true))
			w.sim.SetGuestsHang(true)
			return w.actionOf("vix_power", args{"operation": "off", "timeouts": args{"invoke": "1500ms"}})
		}},
		{"VIX_E_TIMEOUT_WAITING_FOR_TOOLS (3000)", "Tools that do not come", func(w *simWorld) diagnostics {
			return w.actionOf("vix_power", args{"operation": "on", "wait_for": "tools", "timeouts": args{"invoke": "1500ms"}})
		}},
		{"VIX_E_VMX_MSG_DIALOG_AND_NO_UI (3028)", "a question", func(w *simWorld) diagnostics {
			w.must(w.sim.AskAtPowerOn("DC0", simPath, sim.MovedOrCopied))
			return w.switches("on")
		}},
		{"VIX_E_NOT_SUPPORTED (6)", "standby that leaves the VM on", func(w *simWorld) diagnostics {
			w.on()
			w.must(w.sim.SetStandbyAction("DC0", simPath, "powerOnSuspend"))
			return w.switches("suspended")
		}},
		{"VIX_E_HOST_USER_PERMISSIONS (3014)", "powering on", func(w *simWorld) diagnostics {
			w.sim.Deny("", "VirtualMachine.Interact.PowerOn", "")
			return w.switches("on")
		}},
		{"VIX_E_TEMPLATE_VM (4003)", "powering on", func(w *simWorld) diagnostics {
			w.must(w.sim.Unregister(w.t.Context(), "DC0", simPath))
			w.must(w.sim.WriteVM("DC0", "[LocalDS_0] t/t.vmtx", sim.VMX{InstanceUUID: simUUID}))
			_, err := w.sim.RegisterTemplate(w.t.Context(), "DC0", "[LocalDS_0] t/t.vmtx")
			w.must(err)
			return w.switches("on")
		}},
		{"VIX_E_OBJECT_NOT_FOUND (25)", "it was unregistered after the plan", func(w *simWorld) diagnostics {
			config := args{"vm_id": simUUID, "operation": "on"}
			w.planAction("vix_power", config).none(w.t)
			w.must(w.sim.Unregister(w.t.Context(), "DC0", simPath))
			_, diags := w.invoke("vix_power", config)
			return diags
		}},
		{"VIX_E_CANNOT_POWER_ON_VM (3041)", "DRS asks a person", func(w *simWorld) diagnostics {
			w.sim.SetManualDRS(true)
			return w.switches("on")
		}},
		{"VIX_E_VM_INSUFFICIENT_HOST_MEMORY (3011)", "powering on", unplaced(&types.InsufficientMemoryResourcesFault{})},
		{"VIX_E_VM_NOT_ENOUGH_CPUS (3013)", "powering on", unplaced(&types.InsufficientCpuResourcesFault{})},
		{"VIX_E_FILE_NOT_FOUND (4)", "powering on", unplaced(&types.FileNotFound{FileFault: types.FileFault{File: "[LocalDS_0] web/web.vmdk"}})},
		{"VIX_E_FILE_ALREADY_LOCKED (15)", "powering on", unplaced(&types.FileLocked{FileFault: types.FileFault{File: "[LocalDS_0] web/web.vmdk"}})},
		{"VIX_E_NEED_KEY (30)", "powering on", unplaced(&types.EncryptionKeyRequired{})},
		{"VIX_E_LICENSE (32)", "powering on", unplaced(&types.NotEnoughLicenses{})},
		{"VIX_E_VM_HOST_DISCONNECTED (34)", "powering on", unplaced(&types.HostNotConnected{})},
		{"VIX_E_HOST_NOT_CONNECTED (26)", "powering on", unplaced(&types.HostCommunication{})},
		{"VIX_E_CANNOT_READ_VM_CONFIG (4002)", "powering on", unplaced(&types.VmConfigFault{})},
		{"VIX_E_CANCELLED (10)", "somebody cancels the task", unplaced(&types.RequestCanceled{})},
		{"VIX_E_FAIL (1)", "what nobody knows", unplaced(&types.SystemError{Reason: "vmx died"})},
	}
}

func snapshotErrors() []provoked {
	takes := func(fault types.BaseMethodFault) func(w *simWorld) diagnostics {
		return func(w *simWorld) diagnostics {
			w.refuses("CreateSnapshot_Task", fault)
			return w.resourceOf("vix_snapshot", args{"name": "base"})
		}
	}
	return []provoked{
		{"VIX_E_SNAPSHOT_NOTFOUND (13003)", "a revert", func(w *simWorld) diagnostics {
			w.resourceOf("vix_snapshot", args{"name": "base"}).none(w.t)
			return w.actionOf("vix_snapshot_revert", args{"snapshot": "bsae"})
		}},
		{"VIX_E_SNAPSHOT_NONUNIQUE_NAME (13017)", "a revert", func(w *simWorld) diagnostics {
			w.resourceOf("vix_snapshot", args{"name": "root"}).none(w.t)
			for range 2 {
				w.resourceOf("vix_snapshot", args{"name": "base"}).none(w.t)
				w.actionOf("vix_snapshot_revert", args{"snapshot": "root"}).none(w.t)
				w.must(w.provider.Close(w.t.Context())) // the next one is no end of an interrupted attempt
				w.restart()
				w.configure(w.login(nil)).none(w.t)
			}
			return w.actionOf("vix_snapshot_revert", args{"snapshot": "root/base"})
		}},
		{"VIX_E_SNAPSHOT_INVAL (13000)", "a snapshot that the host cannot take", takes(&types.SnapshotDisabled{})},
		{"VIX_E_SNAPSHOT_LOCKED (13010)", "a snapshot", takes(&types.SnapshotLocked{})},
		{"VIX_E_DISK_FULL (8)", "a snapshot", takes(&types.NoDiskSpace{Datastore: "LocalDS_0"})},
		{"VIX_E_FILE_ERROR (7)", "a snapshot", takes(&types.FileFault{File: "[LocalDS_0] web/web.vmsd"})},
		{"VIX_E_HOST_CONNECTION_LOST (36)", "a snapshot", func(w *simWorld) diagnostics {
			w.sim.Fault(sim.Fault{Method: "CreateSnapshot_Task", Cut: true, Times: -1})
			return w.resourceOf("vix_snapshot", args{"name": "base"})
		}},
		{"VIX_E_OBJECT_IS_BUSY (5)", "a snapshot", takes(&types.InvalidState{})},
		{"VIX_E_HOST_USER_PERMISSIONS (3014)", "a snapshot", func(w *simWorld) diagnostics {
			w.sim.Deny("", "VirtualMachine.State.CreateSnapshot", "")
			return w.resourceOf("vix_snapshot", args{"name": "base"})
		}},
	}
}

func otherErrors() []provoked {
	upgrade := func(fault types.BaseMethodFault) func(w *simWorld) diagnostics {
		return func(w *simWorld) diagnostics {
			w.on()
			w.refuses("UpgradeTools_Task", fault)
			return w.actionOf("vix_tools_install", args{"mode": "upgrade"})
		}
	}
	variable := func(config args) func(w *simWorld) diagnostics {
		return func(w *simWorld) diagnostics { return w.resourceOf("vix_variable", config) }
	}
	return []provoked{
		{"VIX_E_ALREADY_EXISTS (23)", "a variable that has another value", func(w *simWorld) diagnostics {
			w.resourceOf("vix_variable", args{"name": "owner", "value": "a"}).none(w.t)
			return w.resourceOf("vix_variable", args{"name": "owner", "value": "b"})
		}},
		{"VIX_E_INVALID_ARG (3)", "a variable's name", variable(args{"name": "a/b", "value": "x"})},
		{"VIX_E_NOT_SUPPORTED (6)", "a variable of the guest's environment", variable(args{"name": "PATH", "value": "x", "kind": "guest_env"})},
		{"VIX_E_HOST_USER_PERMISSIONS (3014)", "a variable", func(w *simWorld) diagnostics {
			w.sim.Deny("", "VirtualMachine.Config.AdvancedConfig", "")
			return w.resourceOf("vix_variable", args{"name": "owner", "value": "a"})
		}},
		{"VIX_E_INVALID_ARG (3)", "nothing is asked", func(w *simWorld) diagnostics {
			return w.actionOf("vix_question_answer", args{"answers": mapOf(map[string]string{"msg.uuid.altered": "moved"})})
		}},
		{"VIX_E_VM_NOT_RUNNING (3006)", "an upgrade of Tools", func(w *simWorld) diagnostics {
			return w.actionOf("vix_tools_install", args{"mode": "upgrade"})
		}},
		{"VIX_E_TOOLS_INSTALL_GUEST_NOT_READY (21007)", "an upgrade", func(w *simWorld) diagnostics {
			w.on()
			return w.actionOf("vix_tools_install", args{"mode": "upgrade"})
		}},
		{"VIX_E_TOOLS_INSTALL_IN_PROGRESS (21011)", "a second mount", func(w *simWorld) diagnostics {
			w.on()
			w.actionOf("vix_tools_install", args{"mode": "mount"}).none(w.t)
			return w.actionOf("vix_tools_install", args{"mode": "mount"})
		}},
		{"VIX_E_TOOLS_INSTALL_NO_IMAGE (21000)", "an upgrade", upgrade(&types.VmToolsUpgradeFault{})},
		{"VIX_E_TOOLS_INSTALL_NO_DEVICE (21002)", "an upgrade", upgrade(&types.VmConfigFault{})},
		{"VIX_E_TOOLS_INSTALL_AUTO_NOT_SUPPORTED (21006)", "an upgrade", upgrade(&types.NotSupported{})},
		{"VIX_E_VM_NOT_RUNNING (3006)", "a screenshot", func(w *simWorld) diagnostics {
			_, diags := w.data("vix_screenshot", args{"vm_id": simUUID})
			return diags
		}},
	}
}
