// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"reflect"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// The managers of guest operations. The simulator's own have no manager of logins, run everything in a docker container that there is not,
// look at no login, and end the connection of who asks wrongly.

// guestAuth corrects GuestAuthManager.
type guestAuth struct{ standIn }

// guestProcesses corrects GuestProcessManager.
type guestProcesses struct{ standIn }

// guestFiles corrects GuestFileManager.
type guestFiles struct{ standIn }

// guestOperationsSince is the API version that brought guest operations.
const guestOperationsSince = "5.0"

// correctGuests gives the host a GuestAuthManager, or takes the guest operations from one that is too old for them.
func (h *Host) correctGuests() {
	content := h.reg.Get(vim25.ServiceInstance).(*simulator.ServiceInstance) //nolint:forcetypeassert // every registry has one
	ref := content.Content.GuestOperationsManager
	if ref == nil || !h.knows(guestOperationsSince) {
		content.Content.GuestOperationsManager = nil
		return
	}
	m, ok := h.reg.Get(*ref).(*simulator.GuestOperationsManager)
	if !ok {
		return
	}
	auth := moref{Type: "GuestAuthManager", Value: "guestOperationsAuthManager"}
	h.reg.Put(&mo.GuestAuthManager{Self: auth})
	m.AuthManager = &auth
}

// guestPrivileges maps the methods of the managers to what they need on the VM.
var guestPrivileges = map[string]string{
	"ValidateCredentialsInGuest": guestQuery, "AcquireCredentialsInGuest": guestQuery, "ReleaseCredentialsInGuest": guestQuery,
	"ListProcessesInGuest": guestQuery, "ReadEnvironmentVariableInGuest": guestQuery,
	"ListFilesInGuest": guestQuery, "InitiateFileTransferFromGuest": guestQuery,
	"InitiateFileTransferToGuest": guestModify, "MakeDirectoryInGuest": guestModify, "DeleteFileInGuest": guestModify,
	"DeleteDirectoryInGuest": guestModify, "MoveFileInGuest": guestModify, "MoveDirectoryInGuest": guestModify,
	"CreateTemporaryFileInGuest": guestModify, "CreateTemporaryDirectoryInGuest": guestModify, "ChangeFileAttributesInGuest": guestModify,
	"StartProgramInGuest": guestExecute, "TerminateProcessInGuest": guestExecute,
}

const (
	guestQuery   = "VirtualMachine.GuestOperations.Query"
	guestModify  = "VirtualMachine.GuestOperations.Modify"
	guestExecute = "VirtualMachine.GuestOperations.Execute"
)

// guestVM is what all calls that work in a guest check before the login.
func (h *Host) guestVM(ctx *simulator.Context, ref moref) (*Guest, types.BaseMethodFault) {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	if fault := h.usable(vm); fault != nil {
		return nil, fault
	}
	g, err := h.guestOf(vm)
	if err != nil {
		return nil, VixFault(1, 0)
	}
	var state powerState
	var ready, disabled bool
	ctx.WithLock(vm, func() {
		state = vm.Runtime.PowerState
		ready = vm.Guest != nil && orFalse(vm.Guest.GuestOperationsReady)
		disabled = vm.Config != nil && slices.ContainsFunc(vm.Config.ExtraConfig, switchedOff)
	})
	switch {
	case state != powerOn:
		return nil, &types.InvalidPowerState{RequestedState: powerOn, ExistingState: state}
	case disabled:
		return nil, &types.OperationDisabledByGuest{}
	case !ready:
		return nil, g.absent()
	}
	return g, g.refused()
}

// switchedOff is the setting of a VM that takes no guest operations.
func switchedOff(o types.BaseOptionValue) bool {
	v := o.GetOptionValue()
	text, _ := v.Value.(string)
	return strings.EqualFold(v.Key, "guest.commands.enabled") && strings.EqualFold(text, "FALSE")
}

// enterGuest checks a VM and a login, and tells who works there.
func (h *Host) enterGuest(ctx *simulator.Context, ref moref, auth types.BaseGuestAuthentication) (*Guest, string, *soap.Fault) {
	g, fault := h.guestVM(ctx, ref)
	if fault != nil {
		return nil, "", soapFaultOf(fault)
	}
	user, err := logIn(g, auth)
	if err != nil {
		return nil, "", soapFaultOf(guestFault(err))
	}
	return g, user, nil
}

func logIn(g *Guest, auth types.BaseGuestAuthentication) (string, error) {
	switch a := auth.(type) {
	case *types.NamePasswordAuthentication:
		return a.Username, g.Login(a.Username, a.Password, a.InteractiveSession)
	case *types.TicketedSessionAuthentication:
		return g.LoginByTicket(a.Ticket)
	case nil:
		return "", guestos.ErrInvalid
	}
	return "", guestos.ErrNotSupported
}

// faultOf is the fault of a guest's error, none for none.
func faultOf(err error) *soap.Fault {
	if err == nil {
		return nil
	}
	return soapFaultOf(guestFault(err))
}

// guestOfCall is the VM that a call of a manager is about.
func guestOfCall(me *simulator.Method) moref {
	ref, _ := reflect.TypeAssert[moref](reflect.ValueOf(me.Body).Elem().FieldByName("Vm"))
	return ref
}
