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
		"anything else is shown whole":  {errors.New("x: y: z"), diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected error", "x: y: z\n\nVIX_E_FAIL (1)")}},
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
		"What was asked of the host may still happen; the next plan shows how things are.\n\nVIX_E_CANCELLED (10)")
	outOfTime = diag.NewErrorDiagnostic("Out of time", "The host had not answered when the time allowed for this operation was over. "+
		"What was asked of it may still happen; the next plan shows how things are. A longer time can be set in timeouts.\n\n"+
		"VIX_E_NET_HTTP_OPERATION_TIMEDOUT (30028)")
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

// What is said has a code of VIX, so that it can be looked up and told from another whatever its words are: a detail comes from
// coded, or from the error that texts has turned into one.
func TestWhatIsSaidHasACode(t *testing.T) {
	// where the detail is
	calls := map[string]int{
		"AddError": 1, "AddWarning": 1, "AddAttributeError": 2, "AddAttributeWarning": 2, "NewErrorDiagnostic": 1, "NewWarningDiagnostic": 1,
		"NewAttributeErrorDiagnostic": 2, "NewAttributeWarningDiagnostic": 2, "NewFuncError": 0, "NewArgumentFuncError": 1,
	}
	// stopsDestroy says again, with a hint, what has its code already.
	again := map[string]int{"stopsDestroy": 2}
	found := 0
	eachFunc(t, func(file string, f *ast.FuncDecl) {
		made := map[string]bool{} // the details of this function
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, value := range n.Rhs {
					if len(n.Lhs) == 2 && len(n.Rhs) == 1 && isCallOf(value, "texts") {
						made[types.ExprString(n.Lhs[1])] = true
					} else if len(n.Lhs) == len(n.Rhs) && isCallOf(value, "coded") {
						made[types.ExprString(n.Lhs[i])] = true
					}
				}
			case *ast.CallExpr:
				method, ok := n.Fun.(*ast.SelectorExpr)
				if !ok {
					break
				}
				at, ok := calls[method.Sel.Name]
				if !ok {
					break
				}
				found++
				if again[f.Name.Name] > 0 {
					again[f.Name.Name]--
				} else if !isCoded(n.Args[at], made) {
					t.Errorf("%s, %s: no code of VIX: %s", file, f.Name.Name, types.ExprString(n.Args[at]))
				}
			}
			return true
		})
	})
	if found < 120 {
		t.Errorf("%d places were found", found)
	}
	for name, left := range again {
		if left != 0 {
			t.Errorf("%s does not say %d times what has been said", name, left)
		}
	}
}

// isCoded reports that a detail is a text with its code, or has one of those that were made in it.
func isCoded(detail ast.Expr, made map[string]bool) bool {
	if isCallOf(detail, "coded") {
		return true
	}
	has := false
	ast.Inspect(detail, func(n ast.Node) bool {
		name, ok := n.(*ast.Ident)
		has = has || ok && made[name.Name]
		return true
	})
	return has
}

func isCallOf(e ast.Expr, name string) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.Ident)
	return ok && f.Name == name
}

// eachFunc goes through the functions of the package.
func eachFunc(t *testing.T, see func(file string, f *ast.FuncDecl)) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				see(name, f)
			}
		}
	}
}

// Terraform folds warnings of one summary: a thousand objects are a line then. So no summary has the name of an object in it.
func TestWarningsOfManyObjectsHaveOneSummary(t *testing.T) {
	found := 0
	eachFunc(t, func(name string, f *ast.FuncDecl) {
		ast.Inspect(f.Body, func(n ast.Node) bool {
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
	})
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
		return e.Name == "notRefreshed" || e.Name == "fileBelieved"
	case *ast.CallExpr:
		return slices.Contains([]string{"name", "r.ConnectionState"}, types.ExprString(e.Args[len(e.Args)-1]))
	}
	return false
}
