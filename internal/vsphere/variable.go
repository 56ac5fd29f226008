// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// CheckVariable implements vix.Variables. It changes nothing.
func (h *host) CheckVariable(ctx context.Context, handle vix.Handle, v vix.Variable) error {
	if err := h.writable(v); err != nil {
		return err
	}
	return h.mayDo(ctx, wire.To("write "+v.String()+" of", shownHandle(handle)), vmReference(handle), privilegeAdvanced)
}

// writable refuses what a vCenter or ESXi has no variables for.
func (h *host) writable(v vix.Variable) error {
	if v.Kind == vix.VariableGuestEnv {
		e := vix.NotSupported(h.Client.ServiceContent.About.Name, vix.FeatureVariables)
		e.Object, e.Field = v.String(), vix.FieldKind
		e.Reason = fmt.Sprintf("%s cannot write environment variables of a guest: a program that runs there gets its own.",
			h.Client.ServiceContent.About.Name)
		return e
	}
	return v.Check()
}

// ReadVariable implements vix.Variables: config.extraConfig, read together with all that an open reads.
func (h *host) ReadVariable(ctx context.Context, handle vix.Handle, v vix.Variable) (*vix.VariableRead, error) {
	if err := h.writable(v); err != nil {
		return nil, err
	}
	r, err := h.latelyReadable(ctx, wire.To("read "+v.String()+" of", shownHandle(handle)), handle)
	if err != nil {
		return nil, err
	}
	out := &vix.VariableRead{VM: h.stamp(ctx, r.Registration())}
	_, out.Value, out.Exists = r.Setting(v.Key())
	return out, nil
}

// WriteVariable implements vix.Variables: ReconfigVM_Task.
func (h *host) WriteVariable(ctx context.Context, handle vix.Handle, v vix.Variable, value string, overwrite bool) error {
	if err := v.CheckWritten(); err != nil {
		return err
	}
	what, r, err := h.ofVariable(ctx, "write "+v.String()+" of", handle, v)
	if err != nil {
		return err
	}
	if err := vix.CheckVariableValue(value); err != nil {
		return err
	}
	key, is, exists := r.Setting(v.Key())
	switch {
	case exists && is == value:
		return nil
	case exists && !overwrite:
		return &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeAlreadyExists, Kind: vix.ErrVariableExists,
			Reason: "The VM has the variable already, with another value.",
		}
	}
	return h.configure(ctx, what, r, key, value)
}

// RemoveVariable implements vix.Variables: ReconfigVM_Task with no value.
func (h *host) RemoveVariable(ctx context.Context, handle vix.Handle, v vix.Variable) error {
	what, r, err := h.ofVariable(ctx, "remove "+v.String()+" of", handle, v)
	if err != nil {
		return err
	}
	key, _, exists := r.Setting(v.Key())
	if !exists {
		return nil
	}
	return h.configure(ctx, what, r, key, "")
}

// ofVariable is the VM of a variable that is to be changed, as it is now.
func (h *host) ofVariable(ctx context.Context, op string, handle vix.Handle, v vix.Variable) (wire.Step, *vms.Record, error) {
	what := wire.To(op, shownHandle(handle))
	if err := h.writable(v); err != nil {
		return what, nil, err
	}
	r, err := h.meant(ctx, what, handle, &h.Opens)
	if err != nil {
		return what, nil, err
	}
	return wire.To(op, shown(r.Opened())), r, h.readableConfig(what, r)
}

// readableConfig refuses a VM whose configuration the host cannot read: what it has is not known.
func (h *host) readableConfig(what wire.Step, r *vms.Record) error {
	if is := r.Registration(); !is.Readable() || r.VM.Config == nil {
		return &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeCannotReadVMConfig,
			Reason: fmt.Sprintf("The host cannot read the VM's configuration: its connection state is %s.",
				wire.OrUnknown(string(is.ConnectionState))),
			Remedy: "Look at the VM's files and at its host.",
		}
	}
	return nil
}

// configure gives a setting a value; an empty one removes it.
func (h *host) configure(ctx context.Context, what wire.Step, r *vms.Record, key, value string) error {
	vm := r.VM.Self
	err := h.oneByOne(ctx, vm, func(ctx context.Context) (reference, error) {
		response, err := methods.ReconfigVM_Task(ctx, h.Client, &types.ReconfigVM_Task{
			This: vm,
			Spec: types.VirtualMachineConfigSpec{ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: key, Value: value}}},
		})
		if err != nil {
			return reference{}, err
		}
		return response.Returnval, nil
	})
	return h.Denied(ctx, what, err)
}
