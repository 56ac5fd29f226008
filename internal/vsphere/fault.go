// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// typed turns the error of a call to the host into a *vix.Error, once, at the
// edge. An error that is one already stays as it is.
func (h *host) typed(op, object string, err error) error {
	if err == nil {
		return nil
	}
	var known *vix.Error
	if errors.As(err, &known) {
		return err
	}
	e := &vix.Error{Op: op, Object: object, Cause: err}
	method, text, ok := faultOf(err)
	if !ok {
		h.transportError(e, err)
		return e
	}
	e.Fault = faultText(method, text)
	h.faultError(e, method)
	return e
}

// faultOf finds the host's fault in err, whether a call gave it or a task, and
// the host's words for it.
func faultOf(err error) (types.BaseMethodFault, string, bool) {
	var method types.BaseMethodFault
	text, ok := fault.As(err, &method)
	if !ok || method == nil {
		return nil, "", false
	}
	if text == "" && soap.IsSoapFault(err) {
		text = soap.ToSoapFault(err).String
	}
	return method, text, true
}

// faultText shows a fault whole: its type, its words, and the fields that say more.
func faultText(method types.BaseMethodFault, text string) string {
	v := reflect.ValueOf(method)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	name := v.Type().Name()
	var fields []string
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		switch {
		case field.Anonymous || !field.IsExported():
		case value.Kind() == reflect.String && value.String() != "":
			fields = append(fields, lowerFirst(field.Name)+" "+strconv.Quote(value.String()))
		case value.Kind() == reflect.Struct && field.Type == reflect.TypeFor[types.ManagedObjectReference]():
			fields = append(fields, lowerFirst(field.Name)+" "+value.Interface().(types.ManagedObjectReference).Value)
		}
	}
	out := name
	if len(fields) > 0 {
		out += " (" + strings.Join(fields, ", ") + ")"
	}
	if text = strings.TrimSpace(text); text != "" && text != name && text != "ServerFaultCode: "+name {
		out += ": " + strings.TrimPrefix(text, "ServerFaultCode: ")
	}
	return out
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// vixCodes finds the VIX codes that vSphere's guest operations hide in a text.
var vixCodes = regexp.MustCompile(`vix error codes = \((\d+), (\d+)\)`)

// faultError fills in what a fault means: the code, the reason and the remedy.
// The cases that an operation knows more about are completed by that operation.
func (h *host) faultError(e *vix.Error, method types.BaseMethodFault) {
	set := func(code vix.Code, reason, remedy string) { e.Code, e.Reason, e.Remedy = code, reason, remedy }
	switch f := method.(type) {
	case *types.NoPermission:
		object := "an object"
		if f.Object != nil {
			object = f.Object.String()
		}
		set(vix.CodeHostUserPermissions,
			fmt.Sprintf("The user %q lacks the privilege %s on %s.", h.user.UserName, orUnknown(f.PrivilegeId), object),
			"Grant the user a role with this privilege there, or connect as another user.")
	case *types.InvalidLogin:
		set(vix.CodeHostUserPermissions, "The host refuses the user name or the password. The login was tried once and is not repeated, "+
			"because hosts lock accounts.", "Check username and password (VIX_USERNAME, VIX_PASSWORD).")
		e.Field = vix.FieldPassword
	case *types.NotAuthenticated:
		set(vix.CodeHostConnectionLost, "The session ended, and a new login did not bring it back.",
			"Run Terraform again. If it happens again, look whether something terminates this user's sessions.")
	case *types.RestrictedVersion:
		set(vix.CodeLicense, "The host's licence does not allow changes through the API: it is a free ESXi, which answers reads only.",
			"Assign a licence to the host, or connect to the vCenter that manages it.")
	case *types.InvalidPowerState:
		set(vix.CodeVMIsRunning, fmt.Sprintf("The VM is %s.", strings.ToLower(strings.TrimPrefix(string(f.ExistingState), "powered"))),
			"Change its power state first.")
		if f.ExistingState != types.VirtualMachinePowerStatePoweredOn {
			e.Code = vix.CodeVMNotRunning
		}
	case *types.AlreadyExists:
		set(vix.CodeAlreadyExists, "The host has it already.", "Use what is there, or choose another name.")
	case *types.DuplicateName:
		set(vix.CodeDuplicateName, fmt.Sprintf("The name %q is taken in this folder.", f.Name), "Choose another name or another folder.")
		e.Field = vix.FieldName
	case *types.InvalidName:
		set(vix.CodeFileNameInvalid, fmt.Sprintf("The host does not accept the name %q.", f.Name), "Choose a name of less than 80 characters.")
		e.Field = vix.FieldName
	case *types.ManagedObjectNotFound:
		set(vix.CodeObjectNotFound, "An object that was there a moment ago is gone.", "Run Terraform again.")
	case *types.NotFound:
		set(vix.CodeNotFound, "The host finds no such object.", "")
	case *types.FileNotFound:
		set(vix.CodeFileNotFound, "The host finds no file "+f.File+".", "")
	case *types.FileLocked:
		set(vix.CodeFileAlreadyLocked, "The file is in use: "+f.File+".", "Find out which host or VM has it open.")
	case *types.NoDiskSpace:
		set(vix.CodeDiskFull, "The datastore "+f.Datastore+" is full.", "Free some space.")
	case *types.CannotAccessFile:
		set(vix.CodeFileAccessError, "The host may not read "+f.File+".", "Look at the datastore's state and permissions.")
	case *types.InvalidDatastorePath:
		set(vix.CodeInvalidArg, "The host does not accept the path "+strconv.Quote(f.DatastorePath)+".", "")
		e.Field = vix.FieldPath
	case *types.InvalidDatastore:
		set(vix.CodeFileNotFound, "The host does not know the datastore there.", "")
		e.Field = vix.FieldPath
	case *types.InvalidArgument:
		set(vix.CodeInvalidArg, "The host does not accept the argument "+orUnknown(f.InvalidProperty)+".", "")
	case *types.HostNotConnected:
		set(vix.CodeVMHostDisconnected, "The ESXi host is not connected to its vCenter.", "Reconnect the host.")
	case *types.TaskInProgress:
		set(vix.CodeOperationAlreadyInProgress, "Another task is running on the object.", "Wait for it, then run Terraform again.")
	case *types.ToolsUnavailable:
		set(vix.CodePowerOpScriptsNotAvailable, "VMware Tools are not running in the guest, so that it cannot be asked to shut down.",
			"Shut the guest down yourself, or allow a hard power off.")
	case *types.RequestCanceled:
		set(vix.CodeCancelled, "The task was cancelled on the host.", "Run Terraform again.")
	case *types.HostConfigFault, *types.HostCommunication:
		set(vix.CodeHostNotConnected, "The vCenter has no answer from the ESXi host.", "Look at the host's state.")
	default:
		e.Code, e.Reason = family(method)
	}
	if codes := vixCodes.FindStringSubmatch(e.Fault); codes != nil {
		if n, err := strconv.Atoi(codes[1]); err == nil {
			e.Code = vix.Code(n)
		}
	}
}

// family classifies a fault by what it derives from. One that is not known keeps
// CodeFail and is shown whole by its text.
func family(method types.BaseMethodFault) (vix.Code, string) {
	switch method.(type) {
	case types.BaseInsufficientResourcesFault:
		return vix.CodeVMInsufficientHostMemory, "The host lacks the resources."
	case types.BaseVmConfigFault:
		return vix.CodeCannotReadVMConfig, "The host cannot use the VM's configuration."
	case types.BaseFileFault:
		return vix.CodeFileError, "The host cannot read or write a file."
	case types.BaseNotSupported:
		return vix.CodeNotSupported, "The host does not support this."
	case types.BaseInvalidState:
		return vix.CodeObjectIsBusy, "The object is not in a state that allows this."
	}
	return vix.CodeFail, "The host refused."
}

// transportError explains an error below the API: no answer, or not one of a
// vSphere host.
func (h *host) transportError(e *vix.Error, err error) {
	set := func(code vix.Code, reason, remedy string) { e.Code, e.Reason, e.Remedy = code, reason, remedy }
	server := h.endpoint.Host
	var (
		slow   errTooSlow
		lookup *net.DNSError
		broken *url.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		set(vix.CodeCancelled, "The operation was interrupted.", "Run Terraform again.")
	case errors.As(err, &slow):
		set(vix.CodeNetHTTPOperationTimedout, fmt.Sprintf("%s gave %s.", server, slow.Error()),
			"Look whether the host is overloaded or unreachable, or raise request_timeout.")
	case errors.Is(err, context.DeadlineExceeded):
		set(vix.CodeNetHTTPOperationTimedout, server+" did not finish in time.", "Raise the operation's timeout, or find out what the host waits for.")
	case errors.As(err, &lookup):
		set(vix.CodeHostServerNotFound, fmt.Sprintf("The name %s cannot be resolved: %s.", lookup.Name, lookup.Err), "Check hostname (VIX_HOSTNAME) and DNS.")
	case errors.Is(err, syscall.ECONNREFUSED):
		set(vix.CodeHostNetworkConnRefused, "Nothing listens at "+server+".", "Check hostname and port, and whether the host is up.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		set(vix.CodeHostConnectionLost, "The connection to "+server+" broke.", "Run Terraform again when the host answers.")
	case errors.As(err, &broken):
		set(vix.CodeCannotConnectToHost, fmt.Sprintf("The call to %s failed: %s.", server, broken.Err), "Look at the host, and at proxies and firewalls on the way.")
	default:
		set(vix.CodeFail, "The call to "+server+" failed: "+err.Error()+".", "")
	}
}

// connectError explains why Connect failed.
func (h *host) connectError(err error) error {
	server := h.endpoint.Host
	if e := certificateError(server, err); e != nil {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errTooSlow{h.options.RequestTimeout}
	}
	var e *vix.Error
	if !errors.As(h.typed("connect to", server, err), &e) {
		return err
	}
	if e.Field == vix.FieldNone && e.Code != vix.CodeCancelled {
		e.Field = vix.FieldHostname
	}
	if _, _, isFault := faultOf(err); !isFault && answeredOtherwise(e.Code, err) {
		e.Code = vix.CodeNetHTTPGeneric
		e.Reason = fmt.Sprintf("What answers at %s is not a vCenter or ESXi: %s.", h.endpoint.Redacted(), strings.TrimSuffix(rootText(err), "."))
		e.Remedy = "Check hostname and port. The vSphere API is at https://HOST/sdk."
	}
	return e
}

// answeredOtherwise reports that a server answered, but not as a vSphere host does:
// with an HTTP status, or with a body that is no SOAP, which reads as one that
// ends too early.
func answeredOtherwise(code vix.Code, err error) bool {
	var operation *net.OpError
	if errors.As(err, &operation) {
		return false
	}
	var transport *url.Error
	return code == vix.CodeFail || code == vix.CodeCannotConnectToHost ||
		code == vix.CodeHostConnectionLost && !errors.As(err, &transport)
}

// rootText is the innermost error's text.
func rootText(err error) string {
	for {
		below := errors.Unwrap(err)
		if below == nil {
			return err.Error()
		}
		err = below
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "(not named)"
	}
	return s
}
