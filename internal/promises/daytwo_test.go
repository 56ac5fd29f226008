// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// day is one attack on what is done with a VM that is there. Of two registered VMs web is meant, and db never.
type day struct {
	*testing.T
	host *sim.Host
	ws   *Workspace
	last *Outcome
}

func newDay(t *testing.T) *day {
	host, err := sim.Start(sim.Options{PlainHTTP: true, StandaloneHosts: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(host.Close)
	d := &day{T: t, host: host}
	for path, uuid := range map[string]string{web: webU, db: dbU} {
		d.must(host.WriteVM("DC0", path, sim.VMX{InstanceUUID: uuid}))
		_, err := host.Register(t.Context(), "DC0", path)
		d.must(err)
	}
	data := filepath.Join(t.TempDir(), ".terraform")
	d.must(os.Mkdir(data, 0o700))
	d.ws = NewWorld(host, [2]string{"DC0", "LocalDS_0"}).Workspace(data, "default")
	return d
}

func (d *day) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *day) none(diags []Diagnostic) {
	d.Helper()
	if failed(diags) {
		d.Fatal(diags)
	}
}

func (d *day) ok(o *Outcome) {
	d.Helper()
	d.last = o
	if o.Failed() {
		d.Fatalf("killed %v\n%v\n%v", o.Killed, o.Planned, o.Applied)
	}
}

func (d *day) killed(o *Outcome) {
	d.Helper()
	if !o.Killed {
		d.Fatalf("it was not killed\n%v\n%v", o.Planned, o.Applied)
	}
}

func (d *day) refused(o *Outcome) {
	d.Helper()
	if !o.Failed() {
		d.Error("it was not refused")
	}
}

// says expects texts in the last plan.
func (d *day) says(texts ...string) {
	d.Helper()
	for _, text := range texts {
		if !d.last.Says(text) {
			d.Errorf("the plan does not say %q: %v", text, d.last.Planned)
		}
	}
}

// made is an object that was created.
func (d *day) made(resource string, config Attributes) *Single {
	d.Helper()
	s := &Single{Workspace: d.ws, Resource: resource}
	d.ok(s.Apply(config, ""))
	return s
}

// replaced unregisters web, and registers and starts a restored copy of it from elsewhere, which has the same UUID: the VM that
// the id stands for is another one then.
func (d *day) replaced() {
	d.Helper()
	const copied = "[LocalDS_0] copy/copy.vmx"
	d.must(d.host.SetPower("DC0", web, "poweredOff"))
	d.must(d.host.Unregister(d.Context(), "DC0", web))
	d.must(d.host.WriteVM("DC0", copied, sim.VMX{InstanceUUID: webU}))
	_, err := d.host.Register(d.Context(), "DC0", copied)
	d.must(err)
	d.must(d.host.SetPower("DC0", copied, running))
}

// at is the path of the VM that has the id of web, whichever that is.
func (d *day) at() string {
	if _, err := d.host.VM("DC0", web); err != nil {
		return "[LocalDS_0] copy/copy.vmx"
	}
	return web
}

// outside has somebody do something with the VM.
func (d *day) outside(do func(vm *object.VirtualMachine) (*object.Task, error)) {
	d.Helper()
	vm, err := d.host.VM("DC0", d.at())
	d.must(err)
	c, err := d.host.Client(d.Context())
	d.must(err)
	task, err := do(object.NewVirtualMachine(c.Client, vm.Self))
	d.must(err)
	if task != nil {
		d.must(task.Wait(d.Context()))
	}
	d.must(c.Logout(d.Context()))
}

func (d *day) takes(name string) {
	d.Helper()
	d.outside(func(vm *object.VirtualMachine) (*object.Task, error) {
		return vm.CreateSnapshot(d.Context(), name, "", false, false)
	})
}

func (d *day) removes(name string) {
	d.Helper()
	d.outside(func(vm *object.VirtualMachine) (*object.Task, error) {
		return vm.RemoveSnapshot(d.Context(), name, false, nil)
	})
}

func (d *day) renames(from, to string) {
	d.Helper()
	d.outside(func(vm *object.VirtualMachine) (*object.Task, error) {
		snapshot, err := vm.FindSnapshot(d.Context(), from)
		d.must(err)
		_, err = methods.RenameSnapshot(d.Context(), vm.Client(), &types.RenameSnapshot{This: *snapshot, Name: to})
		return nil, err
	})
}

// writes has somebody write guestinfo.owner, or another key.
func (d *day) writes(value string, keys ...string) {
	d.Helper()
	if len(keys) == 0 {
		keys = []string{"guestinfo.owner"}
	}
	var spec types.VirtualMachineConfigSpec
	for _, key := range keys {
		spec.ExtraConfig = append(spec.ExtraConfig, &types.OptionValue{Key: key, Value: value})
	}
	d.outside(func(vm *object.VirtualMachine) (*object.Task, error) { return vm.Reconfigure(d.Context(), spec) })
}

// is expects the VM to be so.
func (d *day) is(want string) {
	d.Helper()
	if got := d.state(d.at()); got != want {
		d.Errorf("the VM is %q, not %q", got, want)
	}
}

// state is how a VM is: its power, the paths of its snapshots, its variables.
func (d *day) state(at string) string {
	vm, err := d.host.VM("DC0", at)
	if err != nil {
		return "not registered"
	}
	out := []string{map[bool]string{true: "on", false: "off"}[vm.Runtime.PowerState == running]}
	if vm.Snapshot != nil {
		out = append(out, leaves("", vm.Snapshot.RootSnapshotList)...)
	}
	for _, option := range vm.Config.ExtraConfig {
		o := option.GetOptionValue()
		if name, ok := strings.CutPrefix(o.Key, "guestinfo."); ok {
			out = append(out, fmt.Sprintf("%s=%v", name, o.Value))
		}
	}
	return strings.Join(out, " ")
}

// leaves are the paths of the snapshots that have no children.
func leaves(below string, trees []types.VirtualMachineSnapshotTree) []string {
	var out []string
	for _, tree := range trees {
		if len(tree.ChildSnapshotList) == 0 {
			out = append(out, below+tree.Name)
		}
		out = append(out, leaves(below+tree.Name+"/", tree.ChildSnapshotList)...)
	}
	return out
}
