// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmdir"
	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmrun"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// step is what is done to what, for an error; vm is the canonical path of the VM that it is about, if it is about one.
type step struct{ op, object, vm string }

// opening is the step of opening a VM.
func opening(path string) step { return step{"open", path, path} }

// failed makes a *vix.Error of what went wrong on the way to vmrun, or of what vmrun has said.
func (h *host) failed(what step, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*vix.Error](err); ok {
		return e
	}
	e := &vix.Error{Op: what.op, Object: what.object, Cause: err}
	if f, ok := errors.AsType[*vmrun.AnswerError](err); ok {
		h.answered(e, what, f)
		return e
	}
	switch {
	case errors.Is(err, context.Canceled):
		e.Code, e.Kind, e.Reason = vix.CodeCancelled, vix.ErrPassing, "The operation was interrupted."
	case vmrun.IsSlow(err):
		e.Code, e.Kind = vix.CodeNetHTTPOperationTimedout, vix.ErrSlow
		e.Reason = fmt.Sprintf("vmrun did not answer within %s, and was ended.", h.options.RequestTimeout)
		e.Remedy = "Look whether the product asks something in its window, or the machine is overloaded."
	case errors.Is(err, context.DeadlineExceeded):
		e.Code, e.Reason = vix.CodeNetHTTPOperationTimedout, "vmrun did not finish in time, and was ended."
	default:
		e.Code, e.Reason = vix.CodeFail, "The call of vmrun failed: "+strings.TrimSuffix(err.Error(), ".")+"."
	}
	return e
}

// answered says what a failure of vmrun means here.
func (h *host) answered(e *vix.Error, what step, f *vmrun.AnswerError) {
	e.Code, e.Fault = f.Code, fmt.Sprintf("vmrun %s: %s", f.Command, f.Text)
	e.Reason = f.Reason
	if e.Reason == "" {
		e.Reason = "vmrun did not do what was asked of it."
	}
	if f.Calls > 1 {
		e.Reason += fmt.Sprintf(" It was asked %d times.", f.Calls)
	}
	if f.Vague && what.vm != "" {
		if post := vmdir.LastPost(what.vm); post != "" {
			e.Reason += " The last error in the VM's log, vmware.log: " + h.mask.Hide(post)
		}
	}
	switch e.Code {
	case vix.CodeWrapperServiceproviderNotFound:
		e.Kind, e.Field = vix.ErrOtherProduct, vix.FieldServiceProvider
		e.Reason = h.name + " is not installed on this machine, while another product of VMware's is:"
		for _, other := range []vix.ServiceProvider{vix.Workstation, vix.Player, vix.Fusion} {
			if other != h.provider {
				e.Options = append(e.Options, vix.Option{Field: vix.FieldServiceProvider, Value: string(other), Note: products[other].name})
			}
		}
	case vix.CodeWrapperVersionNotFound:
		e.Kind, e.Field = vix.ErrNoProgram, vix.FieldVMRunPath
	case vix.CodeNeedKey, vix.CodeAuthenticationFail:
		e.Kind, e.Field = vix.ErrLocked, vix.FieldVMPassword
	default:
	}
}
