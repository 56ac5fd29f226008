// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

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
		case field.Anonymous || !field.IsExported() || value.Kind() == reflect.Pointer && value.IsNil():
		case value.Kind() == reflect.String && value.String() != "":
			fields = append(fields, lowerFirst(field.Name)+" "+strconv.Quote(value.String()))
		default:
			if ref, ok := reflect.TypeAssert[types.ManagedObjectReference](reflect.Indirect(value)); ok && ref.Value != "" {
				fields = append(fields, lowerFirst(field.Name)+" "+ref.Value)
			}
		}
	}
	out := name
	if len(fields) > 0 {
		out += " (" + strings.Join(fields, ", ") + ")"
	}
	if text = strings.TrimSpace(text); text != "" && text != name && text != "ServerFaultCode: "+name {
		out += ": " + strings.TrimPrefix(text, "ServerFaultCode: ")
	}
	return ofSession.ReplaceAllString(out, "session")
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// FaultOf shows the host's fault in err whole; empty if there is none.
func FaultOf(err error) string {
	method, text, ok := faultOf(err)
	if !ok {
		return ""
	}
	return faultText(method, text)
}

// IsGone reports that a managed object is gone.
func IsGone(err error) bool { return fault.Is(err, &types.ManagedObjectNotFound{}) }
