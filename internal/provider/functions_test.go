// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// call calls a function by the protocol: no provider is configured for it. A nil argument is null.
func (w *world) call(name string, arguments ...any) (args, *tfprotov6.FunctionError) {
	w.t.Helper()
	var given []*tfprotov6.DynamicValue
	for _, argument := range arguments {
		given = append(given, w.dynamic(tftypes.String, tftypes.NewValue(tftypes.String, argument)))
	}
	resp, err := w.server.CallFunction(context.Background(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: given})
	w.must(err)
	if resp.Error != nil {
		return nil, resp.Error
	}
	result := w.value(w.schemas.Functions[name].Return.Type, resp.Result)
	if result.Type().Is(tftypes.String) {
		var text string
		w.must(result.As(&text))
		return args{"": text}, nil
	}
	return fields(result), nil
}

// refuses calls a function that is to refuse an argument, and to say why.
func (w *world) refuses(name string, argument int64, why string, arguments ...any) {
	w.t.Helper()
	result, failed := w.call(name, arguments...)
	if failed == nil || failed.FunctionArgument == nil || *failed.FunctionArgument != argument || !strings.Contains(failed.Text, why) {
		w.t.Errorf("%s(%q): %v, %+v; want %q", name, arguments, result, failed, why)
	}
}

func same(t *testing.T, got args, failed *tfprotov6.FunctionError, want args) {
	t.Helper()
	if failed != nil {
		t.Fatalf("%+v", failed)
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestFunctionParseVMXPath(t *testing.T) {
	w := newBareWorld(t)
	got, failed := w.call("parse_vmx_path", "[storage1]web/./web.vmx")
	same(t, got, failed, args{
		"datastore": "storage1", "directory": "web", "file": "web.vmx", "name": "web", "path": "[storage1] web/web.vmx",
	})
	got, failed = w.call("parse_vmx_path", "[storage1] web.vmx")
	same(t, got, failed, args{"datastore": "storage1", "directory": "", "file": "web.vmx", "name": "web", "path": "[storage1] web.vmx"})
	got, failed = w.call("parse_vmx_path", `c:\VMs\web\web.vmx`)
	same(t, got, failed, args{
		"datastore": nil, "directory": `C:\VMs\web`, "file": "web.vmx", "name": "web", "path": `C:\VMs\web\web.vmx`,
	})
	w.refuses("parse_vmx_path", 0, "Write [storage1] web/web.vmx", "storage1/web/web.vmx")
	w.refuses("parse_vmx_path", 0, "VIX_E_INVALID_ARG (3)", "/vms/web")
}

func TestFunctionVMXPath(t *testing.T) {
	w := newBareWorld(t)
	got, failed := w.call("vmx_path", "storage1", "web/web.vmx")
	same(t, got, failed, args{"": "[storage1] web/web.vmx"})
	got, failed = w.call("vmx_path", nil, "/vms/web/web.vmx")
	same(t, got, failed, args{"": "/vms/web/web.vmx"})
	w.refuses("vmx_path", 0, "The name of the datastore is empty", "", "web/web.vmx")
	w.refuses("vmx_path", 1, "VIX_E_INVALID_ARG (3)", "storage1", "web")
	w.refuses("vmx_path", 1, "The path has a datastore already.", "storage1", "[storage1] web/web.vmx")
}

// OpenTofu hands null over as nothing.
func TestAnArgumentThatIsNothingIsNull(t *testing.T) {
	w := newBareWorld(t)
	resp, err := w.server.CallFunction(context.Background(), &tfprotov6.CallFunctionRequest{Name: "vmx_path", Arguments: []*tfprotov6.DynamicValue{
		{}, w.dynamic(tftypes.String, tftypes.NewValue(tftypes.String, "/vms/web/web.vmx")),
	}})
	if w.must(err); resp.Error != nil {
		t.Errorf("%+v", resp.Error)
	}
}

func TestFunctionParseKey(t *testing.T) {
	w := newBareWorld(t)
	got, failed := w.call("parse_key", "/F1/DC1:[storage1] web/web.vmx")
	same(t, got, failed, args{"datacenter": "/F1/DC1", "path": "[storage1] web/web.vmx"})
	got, failed = w.call("parse_key", "/vms/web/web.vmx")
	same(t, got, failed, args{"datacenter": nil, "path": "/vms/web/web.vmx"})
	w.refuses("parse_key", 0, "The inventory path of the datacenter is missing before the path.", "DC1:[storage1] web/web.vmx")
}
