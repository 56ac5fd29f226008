// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const variableType = "vix_variable"

// variableWorld is a world with a registered VM, whose id it gives.
func variableWorld(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorldOf(t, variableType)
	return w, w.host.register(mustPath(t, webPath), "web").ID
}

func owner(id string) vix.Variable { return vix.Variable{Kind: vix.VariableGuest, Name: "owner"} }

func TestAVariableIsWrittenAndRemoved(t *testing.T) {
	w, id := variableWorld(t)
	o := w.create(args{"vm_id": id, "name": "owner", "value": "ada"})
	for name, want := range (args{"id": id + ":guest:owner", "kind": "guest", "value": "ada", "overwrite": false}) {
		if got := fields(o.value)[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	w.host.made()
	o, diags := w.read(o)
	diags.none(t)
	p := w.plan(o, args{"vm_id": id, "name": "owner", "value": "ada"})
	p.diags.none(t)
	if !p.value.Equal(o.value) {
		t.Errorf("what is so is planned as %v", fields(p.value))
	}
	calls(t, w.host, "ReadVariable guestinfo.owner")
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	if len(w.host.variables) > 0 {
		t.Errorf("there are %v", w.host.variables)
	}
}

func TestDriftOfAVariable(t *testing.T) {
	w, id := variableWorld(t)
	config := args{"vm_id": id, "name": "owner", "value": "ada"}
	o := w.create(config)
	w.host.variables[variableKey(id, owner(id))] = "bob"
	o, diags := w.read(o)
	diags.none(t)
	if fields(o.value)["value"] != "bob" {
		t.Errorf("another value is read as %v", fields(o.value)["value"])
	}
	p := w.plan(o, config)
	p.diags.none(t)
	if len(p.replace) > 0 {
		t.Errorf("it replaces %v", p.replace)
	}
	o, diags = w.apply(o, p, config)
	diags.none(t)
	if got := w.host.variables[variableKey(id, owner(id))]; got != "ada" {
		t.Errorf("it is %q", got)
	}
	clear(w.host.variables)
	o, diags = w.read(o)
	diags.none(t)
	if !o.value.IsNull() {
		t.Error("a variable that is gone stays in the state")
	}
}

func TestAVariableWithAnotherValueIsSaidAtPlan(t *testing.T) {
	w, id := variableWorld(t)
	w.host.variables = fakeVariables{variableKey(id, owner(id)): "bob"}
	w.plan(nil, args{"vm_id": id, "name": "owner", "value": "ada"}).diags.has(t,
		"ERROR: Cannot write the variable guestinfo.owner of the VM [storage1] web/web.vmx\nThe VM has the variable already, with another value.\n\n"+
			"To write over it, set overwrite = true; to take it over as it is, import it.\n\nVIX_E_ALREADY_EXISTS (23)")
	w.create(args{"vm_id": id, "name": "owner", "value": "bob"})
	w.create(args{"vm_id": id, "name": "owner", "value": "ada", "overwrite": true})
	if got := w.host.variables[variableKey(id, owner(id))]; got != "ada" {
		t.Errorf("it is %q", got)
	}
}

func TestASecretVariableIsInNoState(t *testing.T) {
	w, id := variableWorld(t)
	config := args{"vm_id": id, "name": "token", "value_wo": "s3cret", "value_wo_version": 1}
	o := w.create(config)
	if strings.Contains(o.value.String(), "s3cret") || strings.Contains(string(o.private), "s3cret") {
		t.Errorf("the secret is in the state: %v", o.value)
	}
	key := variableKey(id, vix.Variable{Kind: vix.VariableGuest, Name: "token"})
	w.host.variables[key] = "changed by somebody"
	o, diags := w.read(o)
	diags.none(t)
	if p := w.plan(o, config); !p.value.Equal(o.value) {
		t.Errorf("its value counts: %v", fields(p.value))
	}
	config = args{"vm_id": id, "name": "token", "value_wo": "n3w", "value_wo_version": 2}
	p := w.plan(o, config)
	p.diags.none(t)
	_, diags = w.apply(o, p, config)
	diags.none(t)
	if w.host.variables[key] != "n3w" {
		t.Errorf("another version is %q", w.host.variables[key])
	}
}

func TestWhatNoVariableCanBe(t *testing.T) {
	w, id := variableWorld(t)
	for name, c := range map[string]struct {
		config args
		says   string
	}{
		"prefix":       {args{"name": "guestinfo.owner", "value": "x"}, "Write owner"},
		"slash":        {args{"name": "a/b", "value": "x"}, "The name of a guest variable has no slash."},
		"equals":       {args{"name": "a=b", "value": "x", "kind": "runtime_config"}, "A name has no equals sign."},
		"empty name":   {args{"name": "", "value": "x"}, "The name is empty."},
		"empty value":  {args{"name": "a", "value": ""}, "The value is empty"},
		"empty secret": {args{"name": "a", "value_wo": ""}, "The value is empty"},
		"no value":     {args{"name": "a"}, "The variable has no value"},
		"both":         {args{"name": "a", "value": "x", "value_wo": "y"}, "The variable has two values"},
		"control":      {args{"name": "a", "value": "x\x01y"}, "the character U+0001, which cannot be sent"},
		"version":      {args{"name": "a", "value": "x", "value_wo_version": 1}, "The version is of no value"},
		"kind":         {args{"name": "a", "value": "x", "kind": "guestVar"}, "kind"},
	} {
		c.config["vm_id"] = id
		diags := w.validate(c.config)
		if !diags.failed() {
			t.Errorf("%s: it is taken", name)
			continue
		}
		if text := diags.text(); !strings.Contains(text, c.says) || name != "kind" && !strings.Contains(text, "VIX_E_INVALID_ARG (3)") {
			t.Errorf("%s: %s", name, text)
		}
	}
	w.validate(args{"vm_id": id, "name": "guestinfo.owner", "value": "x", "kind": "runtime_config"}).none(t)
}

// What a VM is made of is no variable, wherever the VM comes from. One that a state has already stays until it is changed, and goes.
func TestWhatAVMIsMadeOfIsNoVariable(t *testing.T) {
	w, id := variableWorld(t)
	const says = "ERROR at AttributeName(\"name\"): Cannot write the variable displayName\nThe setting says which VM this is, what hardware it " +
		"has or which files are its own. That is no variable: a host ignores it, or makes another VM of it.\n\nVIX_E_INVALID_ARG (3)\n\n" +
		"terraform destroy plans what is configured before it destroys, and is stopped by this error, too; " +
		"terraform destroy -refresh=false goes without that plan."
	config := func(vmID, value any) args {
		return args{"vm_id": vmID, "kind": "runtime_config", "name": "displayName", "value": value}
	}
	for _, vmID := range []any{id, unknown} {
		w.plan(nil, config(vmID, "x")).diags.only(t, says)
	}
	v := vix.Variable{Kind: vix.VariableRuntimeConfig, Name: "displayName"}
	w.host.variables = fakeVariables{variableKey(id, v): "x"}
	resp, err := w.server.ImportResourceState(context.Background(), &tfprotov6.ImportResourceStateRequest{
		TypeName: variableType, ID: id + ":runtime_config:displayName",
	})
	w.must(err)
	r := resp.ImportedResources[0]
	o := &object{value: w.value(w.kind(), r.State), private: r.Private, identity: r.Identity}
	w.planToo(o, config(id, "x")).diags.none(t)
	w.planToo(o, config(id, "y")).diags.only(t, says)
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	if len(w.host.variables) > 0 {
		t.Errorf("there are %v", w.host.variables)
	}
}

// Two of one key would write over each other at each apply, however the key is written.
func TestTwoVariablesOfOneKeyAreRefusedAtPlan(t *testing.T) {
	w, id := variableWorld(t)
	w.plan(nil, args{"vm_id": id, "name": "owner", "value": "x"}).diags.none(t)
	w.planToo(nil, args{"vm_id": id, "name": "other", "value": "x"}).diags.none(t)
	w.planToo(nil, args{"vm_id": id, "name": "GuestInfo.Owner", "kind": "runtime_config", "value": "y"}).diags.has(t,
		"The variable GuestInfo.Owner of one VM is planned twice")
}

func TestWhatAProductCannotWriteIsSaidAtPlan(t *testing.T) {
	w, id := variableWorld(t)
	w.host.fail["CheckVariable PATH"] = &vix.Error{
		Op: "use", Object: "the environment variable PATH", Code: vix.CodeNotSupported, Field: vix.FieldKind, Reason: "vCenter cannot.",
	}
	w.plan(nil, args{"vm_id": id, "name": "PATH", "kind": "guest_env", "value": "x"}).diags.has(t, "vCenter cannot.", "VIX_E_NOT_SUPPORTED (6)")
	w = lacking(t, vix.FeatureVariables)
	w.becomes(variableType)
	id = w.host.register(mustPath(t, webPath), "web").ID
	w.plan(nil, args{"vm_id": id, "name": "a", "value": "x"}).diags.has(t, notSupported("VixVM_ReadVariable and VixVM_WriteVariable"))
}

// A VM that is unregistered keeps what the state has of it, and a destroy has nothing to do.
func TestAVariableOfAVMThatIsNotRegistered(t *testing.T) {
	w, id := variableWorld(t)
	o := w.create(args{"vm_id": id, "name": "owner", "value": "ada"})
	delete(w.host.vms, id)
	again, diags := w.read(o)
	diags.has(t, "WARNING: A VM is not registered, and what state has of it was not refreshed")
	if !again.value.Equal(o.value) {
		t.Errorf("the state is %v", fields(again.value))
	}
	_, apply := w.destroy(again)
	apply.has(t, "WARNING: A VM is not registered, and nothing was done with it")
	if apply.failed() {
		t.Error("the destroy failed")
	}
}

// An id that is not known at plan is taken for the same VM; another one replaces.
func TestTheVMOfAVariable(t *testing.T) {
	w, id := variableWorld(t)
	o := w.create(args{"vm_id": id, "name": "owner", "value": "ada"})
	p := w.plan(o, args{"vm_id": unknown, "name": "owner", "value": "ada"})
	p.diags.none(t)
	if len(p.replace) > 0 || fields(p.value)["id"] != id+":guest:owner" {
		t.Errorf("replaces %v: %v", p.replace, fields(p.value))
	}
	db := w.host.register(mustPath(t, otherPath), "db").ID
	if p = w.plan(o, args{"vm_id": db, "name": "owner", "value": "ada"}); len(p.replace) != 1 || fields(p.value)["id"] != db+":guest:owner" {
		t.Errorf("replaces %v: %v", p.replace, fields(p.value))
	}
	p.diags.none(t)
}

func TestImportOfAVariable(t *testing.T) {
	w, id := variableWorld(t)
	w.host.variables = fakeVariables{variableKey(id, owner(id)): "ada"}
	imported := func(text string) (*object, diagnostics) {
		resp, err := w.server.ImportResourceState(context.Background(), &tfprotov6.ImportResourceStateRequest{TypeName: variableType, ID: text})
		w.must(err)
		if len(resp.ImportedResources) == 0 {
			return nil, resp.Diagnostics
		}
		r := resp.ImportedResources[0]
		return &object{value: w.value(w.kind(), r.State), private: r.Private, identity: r.Identity}, resp.Diagnostics
	}
	o, diags := imported(id + ":guest:owner")
	diags.none(t)
	config := args{"vm_id": id, "name": "owner", "value": "ada"}
	if p := w.plan(o, config); !p.value.Equal(o.value) || p.diags.failed() {
		t.Errorf("after the import, %v is planned as %v", fields(o.value), fields(p.value))
	}
	for _, v := range []vix.Variable{
		{Kind: vix.VariableRuntimeConfig, Name: "a:guest:b"}, {Kind: vix.VariableGuest, Name: "runtime_config:guest:x"},
	} {
		w.host.variables[variableKey(id, v)] = "x"
		o, diags := imported(id + ":" + string(v.Kind) + ":" + v.Name)
		diags.none(t)
		holds(t, o.value, args{"id": id + ":" + string(v.Kind) + ":" + v.Name, "kind": string(v.Kind), "name": v.Name})
	}
	for text, says := range map[string]string{
		id + ":guest:nothing": "has no such variable", "owner": "Not the id of a variable", id + ":other:owner": "Not the id of a variable",
		"50000000-0000-0000-0000-00000000000f:guest:owner": "No VM has the id",
	} {
		_, diags := imported(text)
		diags.has(t, says)
	}
}

func TestDataVariable(t *testing.T) {
	w, id := variableWorld(t)
	w.host.variables = fakeVariables{variableKey(id, owner(id)): "ada"}
	got, diags := w.data(variableType, args{"vm_id": id, "name": "owner"})
	diags.none(t)
	if f := fields(got); f["exists"] != true || f["value"] != "ada" {
		t.Errorf("%v", f)
	}
	got, diags = w.data(variableType, args{"vm_id": id, "name": "owner", "kind": "runtime_config"})
	diags.none(t)
	if f := fields(got); f["exists"] != false || f["value"] != nil {
		t.Errorf("%v", f)
	}
	_, diags = w.data(variableType, args{"vm_id": webPath, "name": "owner"})
	diags.has(t, "No VM has the id")
}

// The kind is the first one in the id of an import: a name may have one in it, too.
func TestTheFirstKindIsThatOfAVariable(t *testing.T) {
	for text, want := range map[string]vix.Variable{
		vmOne + ":runtime_config:a:guest:b": {Kind: vix.VariableRuntimeConfig, Name: "a:guest:b"},
		vmOne + ":guest:runtime_config:x":   {Kind: vix.VariableGuest, Name: "runtime_config:x"},
	} {
		if id, v, ok := parseVariableID(text); !ok || id != vmOne || v != want {
			t.Errorf("%s is %q, %+v", text, id, v)
		}
	}
}
