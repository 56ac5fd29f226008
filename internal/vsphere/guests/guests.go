// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package guests works in the guests of VMs by the agent of VMware Tools: programs, files, tickets.
package guests

import (
	"context"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

type reference = types.ManagedObjectReference

// Guests works in the guests of the VMs of a host.
type Guests struct {
	line     *wire.Line
	now      func(context.Context) (time.Time, error)
	managers wire.Memory[struct{}, managers]
	carriers wire.Memory[string, wire.Carrier]
	logins   logins
}

// New works in guests by way of a line; now is the host's time.
func New(line *wire.Line, now func(context.Context) (time.Time, error)) *Guests {
	return &Guests{line: line, now: now}
}

// managers are what the host has for guests.
type managers struct{ auth, files, processes *reference }

// managed are the managers, read once. A host that lacks one does not support what it is for.
func (g *Guests) managed(ctx context.Context) (managers, error) {
	return g.managers.Get(ctx, g.line.Life, struct{}{}, time.Time{}, func(ctx context.Context) (managers, error) {
		all := g.line.Client.ServiceContent.GuestOperationsManager
		if all == nil {
			return managers{}, nil
		}
		content, err := g.line.Retrieve(ctx, types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: *all}},
			PropSet:   []types.PropertySpec{{Type: all.Type, PathSet: []string{"authManager", "fileManager", "processManager"}}},
		})
		if err != nil {
			return managers{}, err
		}
		var out managers
		for _, o := range content {
			var m mo.GuestOperationsManager
			wire.Load(o, &m)
			out = managers{m.AuthManager, m.FileManager, m.ProcessManager}
		}
		return out, nil
	})
}

// Guest is the guest of one VM, under one login, for one operation.
type Guest struct {
	*Guests
	managers

	what wire.Step
	vm   *vix.VM
	ref  reference
	// prohibited is set where the VM is set up to take no orders for its guest.
	prohibited bool
	login      vix.GuestLogin
	attempts   *attempts
	auth       types.BaseGuestAuthentication
	os         persona
}

// In is the guest of a VM that was just read, which must be on.
func (g *Guests) In(ctx context.Context, what wire.Step, r *vms.Record, vm *vix.VM, login vix.GuestLogin) (*Guest, error) {
	if vm.PowerState != vix.PoweredOn {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeVMNotRunning,
			Reason: "The VM is " + string(vm.PowerState) + ": only in the guest of one that is on something can be done.",
		}
	}
	all, err := g.managed(ctx)
	if err != nil {
		return nil, g.line.Failed(what, err)
	}
	if all.auth == nil || all.files == nil || all.processes == nil {
		e := vix.NotSupported(g.line.Client.ServiceContent.About.Name, vix.FeatureGuest)
		e.Op, e.Object = what.Op, what.Object
		return nil, e
	}
	return &Guest{
		Guests: g, managers: all, what: what, vm: vm, ref: r.VM.Self, prohibited: Prohibited(r),
		login: login, attempts: g.logins.of(r.VM.Self, login), auth: authentication(login), os: personaOf(vm),
	}, nil
}

// Prohibited reports that a VM is set up to take no orders for its guest.
func Prohibited(r *vms.Record) bool {
	_, value, set := r.Setting("guest.commands.enabled")
	return set && strings.EqualFold(value, "false")
}

// authentication is a login as the agent takes it.
func authentication(login vix.GuestLogin) types.BaseGuestAuthentication {
	how := types.GuestAuthentication{InteractiveSession: login.Interactive}
	if login.Ticket != "" {
		return &types.TicketedSessionAuthentication{GuestAuthentication: how, Ticket: login.Ticket}
	}
	return &types.NamePasswordAuthentication{GuestAuthentication: how, Username: login.Username, Password: login.Password}
}
