// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// One action powers on what POWER_VMS says, 50 VMs in make test, and waits for the Tools of each. That takes as many requests as it
// takes for few, besides the waits, and each VM that fails is named while the others are on.
func TestOneActionPowersOnMany(t *testing.T) {
	n := 50
	if text := os.Getenv("POWER_VMS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 20 {
			t.Fatalf("POWER_VMS = %q is no number from 20 on", text)
		}
	}
	w := newSimWorld(t, sim.Options{})
	w.logsOut()
	w.configure(w.login(args{"request_timeout": "2m"})).none(t)
	var ids []string
	failing := map[string]string{} // ids and names
	for i := range n {
		name := fmt.Sprintf("m%04d", i)
		path := fmt.Sprintf("[LocalDS_0] %s/%s.vmx", name, name)
		w.must(w.sim.WriteVM("DC0", path, sim.VMX{Tools: true, NoDisk: true}))
		_, err := w.sim.Register(t.Context(), "DC0", path)
		w.must(err)
		vm, err := w.sim.VM("DC0", path)
		w.must(err)
		ids = append(ids, vm.Config.InstanceUuid)
		if i%(n/5) == 7 {
			failing[vm.Config.InstanceUuid] = name
			w.must(w.sim.SetUnplaced("DC0", path, &types.InsufficientMemoryResourcesFault{}))
		}
	}
	config := args{"vm_ids": listOf(ids...), "operation": "on", "wait_for": "tools"}
	w.sim.ResetRequests()
	w.planAction("vix_power", config).none(t)
	planned := w.sim.RequestCount()
	w.sim.ResetRequests()
	said, diags := w.invoke("vix_power", config)
	requests := w.sim.Requests()
	besides := w.sim.RequestCount() - requests["WaitForUpdatesEx"]
	t.Logf("%d VMs: %d requests to plan, %d to power on besides %d waits: %v", n, planned, besides, requests["WaitForUpdatesEx"], requests)
	if besides > 25 || planned > 25+n/20 {
		t.Errorf("%d requests to plan, %d to power on besides the waits; at most %d and 25 are allowed", planned, besides, 25+n/20)
	}
	if len(diags) != len(failing) || len(failing) != 5 {
		t.Errorf("%d errors for %d VMs that fail:\n%s", len(diags), len(failing), diags.text())
	}
	lines := strings.Join(said, "\n")
	for id, name := range failing {
		diags.has(t, "Cannot power on the VM "+name+" (")
		if !strings.Contains(lines, id+": failed") {
			t.Errorf("no line says that %s failed", name)
		}
	}
	if on := w.sim.PowerOns(); on != n-len(failing) {
		t.Errorf("%d VMs were powered on, not %d", on, n-len(failing))
	}
	if ready := strings.Count(lines, "VMware Tools are ready"); ready != n-len(failing) {
		t.Errorf("%d lines of Tools that are ready, not %d", ready, n-len(failing))
	}
}
