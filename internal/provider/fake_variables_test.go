// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// fakeVariables are the variables of a fakeHost's VMs, by key.
type fakeVariables map[string]string

func variableKey(id string, v vix.Variable) string { return id + " " + strings.ToLower(v.Key()) }

// meant is the VM of a handle; ErrGone if there is none.
func (h *fakeHost) meant(handle vix.Handle) (*vix.Registration, error) {
	if r := h.vms[handle.ID]; r != nil {
		return r, nil
	}
	return nil, &vix.Error{Op: "find", Object: "the VM", Code: vix.CodeObjectNotFound, Kind: vix.ErrGone, Reason: "It is gone."}
}

func (h *fakeHost) CheckVariable(_ context.Context, handle vix.Handle, v vix.Variable) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("CheckVariable " + v.Key()); err != nil {
		return err
	}
	_, err := h.meant(handle)
	return err
}

func (h *fakeHost) ReadVariable(_ context.Context, handle vix.Handle, v vix.Variable) (*vix.VariableRead, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("ReadVariable " + v.Key()); err != nil {
		return nil, err
	}
	r, err := h.meant(handle)
	if err != nil {
		return nil, err
	}
	value, exists := h.variables[variableKey(r.ID, v)]
	return &vix.VariableRead{VM: *r, Exists: exists, Value: value}, nil
}

func (h *fakeHost) WriteVariable(_ context.Context, handle vix.Handle, v vix.Variable, value string, overwrite bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("WriteVariable " + v.Key() + "=" + value); err != nil {
		return err
	}
	r, err := h.meant(handle)
	if err != nil {
		return err
	}
	is, exists := h.variables[variableKey(r.ID, v)]
	if exists && is != value && !overwrite {
		return &vix.Error{
			Op: "write", Object: v.String(), Code: vix.CodeAlreadyExists, Kind: vix.ErrVariableExists, Reason: "It has another value.",
		}
	}
	set((*map[string]string)(&h.variables), variableKey(r.ID, v), value)
	return nil
}

func (h *fakeHost) RemoveVariable(_ context.Context, handle vix.Handle, v vix.Variable) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("RemoveVariable " + v.Key()); err != nil {
		return err
	}
	r, err := h.meant(handle)
	if err == nil {
		delete(h.variables, variableKey(r.ID, v))
	}
	return err
}
