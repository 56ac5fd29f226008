// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// powerModel is the configuration, plan and state of a vix_power.
type powerModel struct {
	VMID          types.String   `tfsdk:"vm_id"`
	State         types.String   `tfsdk:"state"`
	Mode          types.String   `tfsdk:"mode"`
	SoftTimeout   types.String   `tfsdk:"soft_timeout"`
	WaitFor       types.String   `tfsdk:"wait_for"`
	Answers       types.Map      `tfsdk:"answers"`
	OnDestroy     types.String   `tfsdk:"on_destroy"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
	ID            types.String   `tfsdk:"id"`
	PreviousState types.String   `tfsdk:"previous_state"`
	IPAddress     types.String   `tfsdk:"ip_address"`
}

// orderFor is the order that leads to a state.
var orderFor = map[vix.PowerState]vix.PowerOp{
	vix.PoweredOn: vix.PowerOpOn, vix.PoweredOff: vix.PowerOpOff, vix.Suspended: vix.PowerOpSuspend,
}

// order is what leads to a state in the way that the model says. It waits for nothing.
func (m *powerModel) order(state string) vix.PowerOrder {
	return vix.PowerOrder{
		Op: orderFor[vix.PowerState(state)], Mode: vix.PowerMode(m.Mode.ValueString()), SoftTimeout: durationOf(m.SoftTimeout),
		WaitFor: vix.WaitForNothing, Answers: answersOf(m.Answers),
	}
}

// applied makes the plan the state of what was done.
func (m *powerModel) applied(done *vix.Powered, previous vix.PowerState) {
	m.ID = m.VMID
	if m.PreviousState.IsUnknown() {
		m.PreviousState = said(previous)
	}
	m.IPAddress = said(done.IPAddress)
}

// follow makes state what the host says of the VM.
func (m *powerModel) follow(vm *vix.VM) {
	m.State = types.StringValue(string(settled(vm.PowerState)))
	m.IPAddress = types.StringNull()
	if settled(vm.PowerState) == vix.PoweredOn {
		m.IPAddress = said(vm.Guest.IPAddress)
	}
}

// restores is the state that a destroy brings back; empty if it brings back none.
func (m *powerModel) restores(rec powerRecord) vix.PowerState {
	if m.OnDestroy.ValueString() == powerKeep || !rec.Changed {
		return ""
	}
	return vix.PowerState(m.PreviousState.ValueString())
}

// settled is a power state as the resource has it: a VM that is paused is on.
func settled(state vix.PowerState) vix.PowerState {
	if state == vix.Paused {
		return vix.PoweredOn
	}
	return state
}

// importedPower is what an import knows: the defaults, and what the host says.
func importedPower(vm *vix.VM) powerModel {
	m := powerModel{
		VMID: said(vm.ID), ID: said(vm.ID), Mode: types.StringValue(string(vix.PowerSoft)),
		SoftTimeout: types.StringValue(defaultSoftTimeout), WaitFor: types.StringValue(string(vix.WaitForNothing)),
		OnDestroy: types.StringValue(powerRestore), PreviousState: types.StringNull(),
	}
	m.follow(vm)
	return m
}

// durationOf is a duration that a validator has taken; zero where there is none.
func durationOf(text types.String) time.Duration {
	d, _ := time.ParseDuration(text.ValueString())
	return d
}

// answersOf are the answers that are known.
func answersOf(m types.Map) vix.Answers {
	answers := vix.Answers{}
	for question, choice := range m.Elements() {
		if text, ok := choice.(types.String); ok && !text.IsNull() && !text.IsUnknown() {
			answers[question] = text.ValueString()
		}
	}
	return answers
}

// powerKept is where the record stands in the private state.
const powerKept = "power"

// powerRecord is what is remembered of a vix_power beside its state.
type powerRecord struct {
	vmRecord
	// Changed is set once the resource has changed the power of the VM.
	Changed bool `json:"changed,omitempty"`
	// Waits is set where the guest had not come up when the time was over: the next apply waits again.
	Waits bool `json:"waits,omitempty"`
	// Foreseen is set where a plan has said that the VM gets its previous state back. Only plans have it.
	Foreseen bool `json:"foreseen,omitempty"`
	// Walk is the one that has said so.
	Walk string `json:"walk,omitempty"`
	// Previous is the state that was found before the first try, for the second half of the plan of a replacement that is forced.
	Previous vix.PowerState `json:"previous,omitempty"`
}

// key is the power of the VM, of which there is one.
func (rec powerRecord) key() string { return powerKey(rec.ManagedObjectID) }

// powerKey is the power of a VM, of which there is one.
func powerKey(managedObjectID string) string { return "power of " + vmKey(managedObjectID) }

// powerOf is the same for objects of the state: of a VM, or as one of them has it.
func powerOf(id string) string { return "power of " + id }

func powerRecordFrom(ctx context.Context, private privateGetter, diags *diag.Diagnostics) powerRecord {
	return privateFrom[powerRecord](ctx, private, powerKept, diags)
}

func (rec powerRecord) save(ctx context.Context, private privateSetter, diags *diag.Diagnostics) {
	savePrivate(ctx, private, powerKept, rec, diags)
}
