// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// always come with every role but No access.
var always = []string{"System.Anonymous", "System.View", "System.Read"}

const limitedUser = "limited@vsphere.local"

// role is what an operation needs, and the operation.
type role struct {
	op         string
	privileges []string
	// on is what each privilege is needed on, as errors show it.
	on                    map[string]string
	unregistered, running bool
	// asks is set where the VM asks a question when it is powered on.
	asks bool
	// snapshot is set where the VM has a snapshot, template where it is a template.
	snapshot, template bool
	run                func(ctx context.Context, h *host, p vix.Path, vm vix.Handle) error
}

func changing(change vix.Change) func(context.Context, *host, vix.Path, vix.Handle) error {
	return func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error { return h.Update(ctx, vm, change) }
}

func unregistering(off vix.PowerOff) func(context.Context, *host, vix.Path, vix.Handle) error {
	return func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error { return h.Unregister(ctx, vm, off) }
}

// ordering is the role of an order to a VM's power, or of its check.
func ordering(op string, running bool, privilege string, order vix.PowerOrder) role {
	return role{
		op: op, running: running, privileges: []string{privilege}, on: map[string]string{privilege: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			if strings.HasPrefix(op, "check") {
				return h.CheckPower(ctx, vm, order)
			}
			return second(h.SetPower(ctx, vm, order))
		},
	}
}

// roles are the least roles, as the documentation has them.
var roles = []role{
	{op: "read what was reached", run: func(ctx context.Context, h *host, _ vix.Path, _ vix.Handle) error { return second(h.Info(ctx)) }},
	{op: "open", run: func(ctx context.Context, h *host, p vix.Path, _ vix.Handle) error {
		return second(h.Open(ctx, vix.Locator{Path: p}))
	}},
	{op: "open by id", run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
		return second(h.OpenID(ctx, vm.ID))
	}},
	{op: "find", run: func(ctx context.Context, h *host, _ vix.Path, _ vix.Handle) error {
		return second(h.Find(ctx, vix.Query{}))
	}},
	{op: "read a registration", run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
		return second(h.Registration(ctx, vm))
	}},
	{
		op: "list files", privileges: []string{"Datastore.Browse"}, on: map[string]string{"Datastore.Browse": "the datastore "},
		run: func(ctx context.Context, h *host, _ vix.Path, _ vix.Handle) error {
			return second(h.Files(ctx, vix.FileQuery{Match: "*.vmx"}))
		},
	},
	{
		op: "read files", privileges: []string{"Datastore.Browse", "Datastore.FileManagement"},
		on: map[string]string{"Datastore.Browse": "the datastore ", "Datastore.FileManagement": "the datastore "},
		run: func(ctx context.Context, h *host, _ vix.Path, _ vix.Handle) error {
			return second(h.Files(ctx, vix.FileQuery{ReadConfig: true}))
		},
	},
	{
		op: "check", unregistered: true, privileges: []string{"VirtualMachine.Inventory.Register", "Resource.AssignVMToPool", "Datastore.Browse"},
		on: map[string]string{
			"VirtualMachine.Inventory.Register": "the folder /DC0/vm", "Resource.AssignVMToPool": "the resource pool /DC0/host/DC0_C0/Resources",
			"Datastore.Browse": "the datastore ",
		},
		run: func(ctx context.Context, h *host, p vix.Path, _ vix.Handle) error {
			check, err := h.Check(ctx, vix.RegisterSpec{Path: p})
			if err == nil && check.FileUnknown != "" { // a warning of the plan
				err = &vix.Error{Op: "check", Reason: check.FileUnknown, Code: vix.CodeHostUserPermissions}
			}
			return err
		},
	},
	{
		op: "register", unregistered: true, privileges: []string{"VirtualMachine.Inventory.Register", "Resource.AssignVMToPool"},
		on: map[string]string{
			"VirtualMachine.Inventory.Register": "the folder /DC0/vm", "Resource.AssignVMToPool": "the resource pool /DC0/host/DC0_C0/Resources",
		},
		run: func(ctx context.Context, h *host, p vix.Path, _ vix.Handle) error {
			return second(h.Register(ctx, vix.RegisterSpec{Path: p}))
		},
	},
	{
		op: "rename", privileges: []string{"VirtualMachine.Config.Rename"}, on: map[string]string{"VirtualMachine.Config.Rename": "the VM /DC0/vm/web"},
		run: changing(vix.Change{Name: ptr("renamed")}),
	},
	{
		op: "move to a folder", privileges: []string{"VirtualMachine.Inventory.Move"},
		on: map[string]string{"VirtualMachine.Inventory.Move": "the VM /DC0/vm/web"}, run: changing(vix.Change{Folder: ptr("Linux")}),
	},
	{
		op: "move to a pool", privileges: []string{"Resource.AssignVMToPool"},
		on:  map[string]string{"Resource.AssignVMToPool": "the resource pool /DC0/host/DC0_C0/Resources/front"},
		run: changing(vix.Change{ResourcePool: ptr("front")}),
	},
	{
		op: "check a change", privileges: []string{"VirtualMachine.Config.Rename", "VirtualMachine.Inventory.Move", "Resource.AssignVMToPool"},
		on: map[string]string{
			"VirtualMachine.Config.Rename": "the VM [LocalDS_0] web/web.vmx", "VirtualMachine.Inventory.Move": "the VM [LocalDS_0] web/web.vmx",
			"Resource.AssignVMToPool": "the resource pool /DC0/host/DC0_C0/Resources/front",
		},
		run: func(ctx context.Context, h *host, _ vix.Path, handle vix.Handle) error {
			return h.CheckChange(ctx, handle, vix.Change{Name: ptr("renamed"), Folder: ptr("Linux"), ResourcePool: ptr("front")})
		},
	},
	{
		op: "check an unregistration", running: true, privileges: []string{"VirtualMachine.Inventory.Unregister", "VirtualMachine.Interact.PowerOff"},
		on: map[string]string{
			"VirtualMachine.Inventory.Unregister": "the VM [LocalDS_0] web/web.vmx",
			"VirtualMachine.Interact.PowerOff":    "the VM [LocalDS_0] web/web.vmx",
		},
		run: func(ctx context.Context, h *host, _ vix.Path, handle vix.Handle) error {
			return h.CheckUnregister(ctx, handle, vix.PowerOffHard)
		},
	},
	ordering("power on", false, privilegePowerOn, on(vix.WaitForNothing)),
	{
		op: "power on and answer", asks: true, privileges: []string{privilegePowerOn, privilegeAnswer},
		on: map[string]string{privilegePowerOn: "the VM ", privilegeAnswer: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			return second(h.SetPower(ctx, vm, vix.PowerOrder{Op: vix.PowerOpOn, Answers: vix.Answers{"msg.uuid.altered": "moved"}}))
		},
	},
	{
		op: "check an answer", privileges: []string{privilegeAnswer}, on: map[string]string{privilegeAnswer: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error { return h.CheckAnswer(ctx, vm) },
	},
	ordering("check a power-on", false, privilegePowerOn, on(vix.WaitForNothing)),
	ordering("power off", true, privilegePowerOff, to(vix.PowerOpOff, vix.PowerHard)),
	ordering("shut down", true, privilegePowerOff, to(vix.PowerOpOff, vix.PowerSoft)),
	ordering("suspend", true, privilegeSuspend, to(vix.PowerOpSuspend, vix.PowerHard)),
	ordering("suspend by the guest", true, privilegeSuspend, to(vix.PowerOpSuspend, vix.PowerSoft)),
	ordering("reset", true, privilegeReset, to(vix.PowerOpReset, vix.PowerHard)),
	ordering("reboot", true, privilegeReset, to(vix.PowerOpReset, vix.PowerSoft)),
	ordering("check a reset", true, privilegeReset, to(vix.PowerOpReset, vix.PowerSoft)),
	{
		op: "mount the installer", running: true, privileges: []string{privilegeTools},
		on: map[string]string{privilegeTools: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			return h.InstallTools(ctx, vm, vix.ToolsMount, "")
		},
	},
	{
		op: "check a variable", privileges: []string{privilegeAdvanced}, on: map[string]string{privilegeAdvanced: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			return h.CheckVariable(ctx, vm, guestVariable("owner"))
		},
	},
	{
		op: "write a variable", privileges: []string{privilegeAdvanced}, on: map[string]string{privilegeAdvanced: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			return h.WriteVariable(ctx, vm, guestVariable("owner"), "x", false)
		},
	},
	snapshotRole("check a snapshot", privilegeCreateSnapshot, func(ctx context.Context, h *host, vm vix.Handle) error {
		return h.CheckSnapshot(ctx, vm, vix.SnapshotTake)
	}),
	snapshotRole("take a snapshot", privilegeCreateSnapshot, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.TakeSnapshot(ctx, vm, vix.SnapshotSpec{Name: "a"}))
	}),
	snapshotRole("rename a snapshot", privilegeRenameSnapshot, func(ctx context.Context, h *host, vm vix.Handle) error {
		return h.RenameSnapshot(ctx, vm, "1", "b", "")
	}),
	snapshotRole("remove a snapshot", privilegeRemoveSnapshot, func(ctx context.Context, h *host, vm vix.Handle) error {
		return h.RemoveSnapshot(ctx, vm, "1", false, true)
	}),
	snapshotRole("revert to a snapshot", privilegeRevert, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.Revert(ctx, vm, vix.SnapshotName{}, false))
	}),
	cloneRole("check a clone", privilegeClone, false, vix.CloneSpec{}),
	cloneRole("clone", privilegeClone, false, vix.CloneSpec{}),
	cloneRole("check a clone as a template", privilegeMakeTemplate, false, vix.CloneSpec{Template: true}),
	cloneRole("clone as a template", privilegeMakeTemplate, false, vix.CloneSpec{Template: true}),
	cloneRole("check a clone of a template", privilegeDeploy, true, vix.CloneSpec{}),
	cloneRole("clone a template", privilegeDeploy, true, vix.CloneSpec{}),
	cloneRole("check a template of a template", privilegeCloneTemplate, true, vix.CloneSpec{Template: true}),
	cloneRole("clone a template as a template", privilegeCloneTemplate, true, vix.CloneSpec{Template: true}),
	{
		op: "check a deletion", running: true, privileges: []string{privilegeDelete, privilegePowerOff},
		on: map[string]string{privilegeDelete: "the VM ", privilegePowerOff: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			return h.CheckDestroy(ctx, vm, vix.PowerOffHard)
		},
	},
	{
		op: "delete", running: true, privileges: []string{privilegeDelete, privilegePowerOff},
		on: map[string]string{privilegeDelete: "the VM ", privilegePowerOff: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			return h.Destroy(ctx, vm, vix.PowerOffHard)
		},
	},
	{
		op: "capture the screen", running: true, privileges: []string{privilegeScreenshot}, on: map[string]string{privilegeScreenshot: ""},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			return second(h.CaptureScreen(ctx, vm))
		},
	},
	guestRole("check a look into the guest", vix.GuestQuery, func(ctx context.Context, h *host, vm vix.Handle) error {
		return h.CheckGuest(ctx, vm, vix.GuestQuery)
	}),
	guestRole("check a change in the guest", vix.GuestModify, func(ctx context.Context, h *host, vm vix.Handle) error {
		return h.CheckGuest(ctx, vm, vix.GuestModify)
	}),
	guestRole("check a run in the guest", vix.GuestExecute, func(ctx context.Context, h *host, vm vix.Handle) error {
		return h.CheckGuest(ctx, vm, vix.GuestExecute)
	}),
	guestRole("list processes in the guest", vix.GuestQuery, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.GuestProcesses(ctx, vm, root))
	}),
	guestRole("list files in the guest", vix.GuestQuery, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.GuestFiles(ctx, vm, root, "/etc", ""))
	}),
	guestRole("read a file in the guest", vix.GuestQuery, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.ReadGuestFile(ctx, vm, root, "/etc/hosts", io.Discard))
	}),
	guestRole("take a ticket for the guest", vix.GuestQuery, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.GuestTicket(ctx, vm, root))
	}),
	guestRole("write a file in the guest", vix.GuestModify, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.WriteGuestFile(ctx, vm, root, text("/etc/motd", "hello")))
	}),
	guestRole("run in the guest", vix.GuestExecute, func(ctx context.Context, h *host, vm vix.Handle) error {
		return second(h.RunInGuest(ctx, vm, root, vix.GuestRun{Program: "/bin/true", Capture: true, Token: aToken()}))
	}),
	{op: "read snapshots", run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
		return second(h.Snapshots(ctx, vm))
	}},
	{op: "read a variable", run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
		return second(h.ReadVariable(ctx, vm, guestVariable("owner")))
	}},
	{
		op: "unregister", privileges: []string{"VirtualMachine.Inventory.Unregister"},
		on: map[string]string{"VirtualMachine.Inventory.Unregister": "the VM /DC0/vm/web"}, run: unregistering(vix.PowerOffFail),
	},
	{
		op: "shut down and unregister", running: true, privileges: []string{"VirtualMachine.Inventory.Unregister", "VirtualMachine.Interact.PowerOff"},
		on: map[string]string{
			"VirtualMachine.Inventory.Unregister": "the VM /DC0/vm/web", "VirtualMachine.Interact.PowerOff": "the VM /DC0/vm/web",
		}, run: unregistering(vix.PowerOffGuest),
	},
	{
		op: "power off and unregister", running: true, privileges: []string{"VirtualMachine.Inventory.Unregister", "VirtualMachine.Interact.PowerOff"},
		on: map[string]string{
			"VirtualMachine.Inventory.Unregister": "the VM /DC0/vm/web", "VirtualMachine.Interact.PowerOff": "the VM /DC0/vm/web",
		}, run: unregistering(vix.PowerOffHard),
	},
}

// as runs an operation as a user who has the role without one privilege.
func (r role) as(t *testing.T, without string) error {
	t.Helper()
	s := simulated(t, sim.Options{StandaloneHosts: -1, ClusterHosts: 1})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "web"})
	must(t, second(s.AddFolder("DC0", "Linux")))
	must(t, second(s.AddPool("DC0", "DC0_C0", "front")))
	var handle vix.Handle
	if !r.unregistered {
		moref, err := s.Register(t.Context(), "DC0", p.String())
		must(t, err)
		vm, err := s.VM("DC0", p.String())
		must(t, err)
		handle = vix.Handle{ID: vm.Config.InstanceUuid, ManagedObjectID: moref, Path: p, Datacenter: "/DC0"}
	}
	if r.asks {
		must(t, s.AskAtPowerOn("DC0", p.String(), sim.MovedOrCopied))
	}
	if r.snapshot {
		must(t, second(connected(t, s).TakeSnapshot(t.Context(), handle, vix.SnapshotSpec{Name: "a"})))
	}
	if r.template {
		made, err := connected(t, s).Clone(t.Context(), vix.CloneSpec{Source: handle, Name: "template", Template: true})
		must(t, err)
		handle = made.Handle()
	}
	if r.running {
		must(t, s.SetTools("DC0", p.String(), true, true))
		must(t, s.SetPower("DC0", p.String(), "poweredOn"))
	}
	s.AddUser(limitedUser, "pw")
	admin, err := s.Client(t.Context())
	must(t, err)
	known, err := object.NewAuthorizationManager(admin.Client).RoleList(t.Context())
	must(t, err)
	if slices.Contains(always, without) {
		s.Deny(limitedUser, without, "/DC0/vm/web")
	}
	for _, privilege := range known.ByName("Admin").Privilege {
		if !slices.Contains(always, privilege) && (privilege == without || !slices.Contains(r.privileges, privilege)) {
			s.Deny(limitedUser, privilege, "")
		}
	}
	h := connected(t, s, func(o *vix.ConnectOptions) { o.Username, o.Password = limitedUser, "pw" })
	return r.run(t.Context(), h, p, handle)
}

// TestLeastPrivileges proves that the documented roles are enough, and that each
// privilege that is missing is named, with its object and the user.
func TestLeastPrivileges(t *testing.T) {
	for _, r := range roles {
		t.Run(r.op, func(t *testing.T) {
			t.Parallel()
			if err := r.as(t, ""); err != nil {
				t.Errorf("with %q: %v", r.privileges, err)
			}
			for _, privilege := range r.privileges {
				e := failure(t, r.as(t, privilege), vix.CodeHostUserPermissions, vix.FieldNone)
				says(t, e, limitedUser, privilege+" on "+r.on[privilege])
			}
		})
	}
}

// What a user may not see is an error, never a proof that it is gone.
func TestWithoutSystemViewNothingIsProved(t *testing.T) {
	for _, r := range roles {
		if !slices.Contains([]string{"open", "open by id", "read a registration", "find", "list files"}, r.op) {
			continue // it begins with one of these
		}
		t.Run(r.op, func(t *testing.T) {
			t.Parallel()
			for _, privilege := range []string{"System.View", "System.Read"} {
				err := r.as(t, privilege)
				var e *vix.Error
				// The managed object id, once known, may be read all the same.
				if errors.Is(err, vix.ErrGone) || !errors.As(err, &e) && r.op != "read a registration" {
					t.Errorf("without %s: %v", privilege, err)
				}
			}
		})
	}
}

// The documentation's table has the privileges that are tested, and no others.
func TestDocumentedPrivilegesAreTheTestedOnes(t *testing.T) {
	text, err := os.ReadFile("../../templates/index.md.tmpl")
	must(t, err)
	_, table, ok := strings.Cut(string(text), "## Privileges")
	if !ok {
		t.Fatal("there is no section Privileges")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	tested := slices.Clone(always[1:])
	for _, r := range roles {
		tested = append(tested, r.privileges...)
	}
	slices.Sort(tested)
	var documented []string
	for _, row := range regexp.MustCompile(`(?m)^\|.*$`).FindAllString(table, -1) {
		for _, m := range regexp.MustCompile("`([A-Z][A-Za-z]+\\.[A-Za-z.]+)`").FindAllStringSubmatch(row, -1) {
			documented = append(documented, m[1])
		}
	}
	slices.Sort(documented)
	if tested, documented := slices.Compact(tested), slices.Compact(documented); !slices.Equal(tested, documented) {
		t.Errorf("documented: %q\ntested: %q", documented, tested)
	}
}
