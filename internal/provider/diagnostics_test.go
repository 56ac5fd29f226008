// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestAddError(t *testing.T) {
	known := &vix.Error{
		Op: "register", Object: webPath, Code: vix.CodeObjectNotFound, Field: vix.FieldFolder,
		Reason: "There is no such folder.", Choices: []string{"/DC0/vm/A", "/DC0/vm/B"}, Remedy: "Write one of these.",
		Fault: "NotFound: gone",
	}
	elsewhere := *known
	elsewhere.Field = vix.FieldPassword
	const detail = "There is no such folder.\n\n  - /DC0/vm/A\n  - /DC0/vm/B\n\nWrite one of these.\n\n" +
		"VIX_E_OBJECT_NOT_FOUND (25); the host says: NotFound: gone"
	at := func(name string) diag.Diagnostic {
		return diag.NewAttributeErrorDiagnostic(path.Root(name), "Cannot register "+webPath, detail)
	}
	for name, test := range map[string]struct {
		err  error
		want diag.Diagnostics
	}{
		"points at an attribute":        {known, diag.Diagnostics{at("folder")}},
		"wrapped":                       {fmt.Errorf("create: %w", known), diag.Diagnostics{at("folder")}},
		"no such attribute here":        {&elsewhere, diag.Diagnostics{diag.NewErrorDiagnostic("Cannot register "+webPath, detail)}},
		"an error whose cause is many":  {&vix.Error{Op: "read", Code: vix.CodeFail, Cause: errors.Join(vix.ErrGone, vix.ErrAmbiguous)}, diag.Diagnostics{diag.NewErrorDiagnostic("Cannot read", "VIX_E_FAIL (1)")}},
		"several":                       {errors.Join(known, context.Canceled), diag.Diagnostics{at("folder"), interrupted}},
		"interrupted":                   {fmt.Errorf("register: %w", context.Canceled), diag.Diagnostics{interrupted}},
		"out of time":                   {context.DeadlineExceeded, diag.Diagnostics{outOfTime}},
		"anything else is shown whole":  {errors.New("x: y: z"), diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected error", "x: y: z")}},
		"a code without reason or host": {&vix.Error{Op: "log in", Code: 77}, diag.Diagnostics{diag.NewErrorDiagnostic("Cannot log in", "VIX_E (77)")}},
	} {
		t.Run(name, func(t *testing.T) {
			var got diag.Diagnostics
			addError(&got, registrationSchema(context.Background()), test.err)
			if !got.Equal(test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
		})
	}
}

var (
	interrupted = diag.NewErrorDiagnostic("Interrupted", "The run was interrupted before the host had answered. "+
		"What was asked of the host may still happen; the next plan shows how things are.")
	outOfTime = diag.NewErrorDiagnostic("Out of time", "The host had not answered when the time allowed for this operation was over. "+
		"What was asked of it may still happen; the next plan shows how things are. A longer time can be set in timeouts.")
)

func TestConnectionOfForeignData(t *testing.T) {
	var diags diag.Diagnostics
	if connectionOf("something", &diags) != nil || !diags.HasError() {
		t.Error("foreign provider data was taken")
	}
	diags = nil
	if connectionOf(nil, &diags) != nil || diags.HasError() {
		t.Error("no provider data is no error: the framework validates without")
	}
}

func TestConnectionStateWarnings(t *testing.T) {
	p := vix.Path{Datastore: "storage1", File: "web/web.vmx"}
	for state, want := range map[vix.ConnectionState]string{
		vix.Connected:    "",
		"":               "",
		vix.Disconnected: "A VM is disconnected: " + webPath + ": Its ESXi host is disconnected from vCenter, so that what is known of the VM may be out of date and nothing can be done with it. Reconnect the host.\n\nVIX_E_VM_HOST_DISCONNECTED (34)",
		vix.Orphaned:     "A VM is orphaned: " + webPath + ": vCenter has it in its inventory, but its ESXi host does not know it any more: usually it was unregistered or moved on the host itself. Unregister it and register it again.\n\nVIX_E_INVALID_HANDLE (1000)",
		vix.Inaccessible: "A VM is inaccessible: " + webPath + ": The host cannot read its files: its datastore is unmounted or down, or the files are gone. Bring the datastore back; the VM recovers by itself.\n\nVIX_E_FILE_ACCESS_ERROR (13)",
		vix.Invalid:      "A VM is invalid: " + webPath + ": The host cannot understand its configuration file, or cannot read it because another host has it locked, or the VM's virtual hardware is newer than the host. Look at the .vmx file (data \"vix_vmx_files\" with read_config tells its problem and its hardware_version) and at who else has the VM registered; then unregister it and register it again, on a host that is new enough.\n\nVIX_E_CANNOT_READ_VM_CONFIG (4002)",
		"new":            "A VM is new: " + webPath + ": The host does not have full hold of the VM.\n\nVIX_E_FAIL (1)",
	} {
		var diags diag.Diagnostics
		warnConnectionState(&diags, &vix.Registration{Path: p, ConnectionState: state})
		got := ""
		for _, d := range diags {
			if d.Severity() != diag.SeverityWarning {
				t.Errorf("%s is an error", state)
			}
			got += d.Summary() + ": " + d.Detail()
		}
		if got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", state, got, want)
		}
	}
	var diags diag.Diagnostics
	warnConnectionState(&diags, &vix.Registration{Path: p, ConnectionState: vix.Invalid, Encrypted: true})
	want := diag.Diagnostics{diag.NewWarningDiagnostic("A VM is encrypted and locked",
		webPath+": the VM is registered, but the host does not have the key that unlocks it (connection state invalid). Make the key provider "+
			"of the VM available to this vCenter or host under the same name, then unlock the VM in the vSphere Client.\n\n"+
			"VIX_E_NEED_KEY (30)")}
	if !diags.Equal(want) {
		t.Errorf("got %v", diags)
	}
}

// Terraform folds warnings of one summary: a thousand objects are a line then. So no summary has the name of an object in it.
func TestWarningsOfManyObjectsHaveOneSummary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			at := slices.Index([]string{"AddWarning", "AddAttributeWarning"}, method.Sel.Name) // where the summary is
			if at < 0 {
				return true
			}
			found++
			if summary := call.Args[at]; !isFixed(summary) {
				t.Errorf("%s: the summary of a warning differs from object to object: %s", name, types.ExprString(summary))
			}
			return true
		})
	}
	if found < 30 {
		t.Errorf("%d warnings were found", found)
	}
}

// isFixed reports that a summary is a text of the code. It may name an attribute, or the state of a VM: there are few of these.
func isFixed(summary ast.Expr) bool {
	switch e := summary.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "notRefreshed"
	case *ast.CallExpr:
		return slices.Contains([]string{"name", "r.ConnectionState"}, types.ExprString(e.Args[len(e.Args)-1]))
	}
	return false
}
