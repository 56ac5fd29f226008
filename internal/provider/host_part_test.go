// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// lacking is a world whose product lacks some features.
func lacking(t *testing.T, features ...vix.Feature) *world {
	t.Helper()
	w := newWorld(t)
	w.host.lacks = map[vix.Feature]bool{}
	for _, feature := range features {
		w.host.lacks[feature] = true
	}
	return w
}

// notSupported is the error of a feature that the product lacks.
func notSupported(function string) string {
	return "ERROR: Cannot use " + function + "\nVMware Player does not support " + function + ".\n\nVIX_E_NOT_SUPPORTED (6)"
}

// What a product lacks is an error at plan that names product and function, and
// nothing is asked of the host.
func TestAPlanNamesWhatTheProductLacks(t *testing.T) {
	w := lacking(t, vix.FeatureRegister, vix.FeatureFiles)
	w.plan(nil, args{"vmx_path": webPath}).diags.has(t, notSupported("VixHost_RegisterVM"))
	_, diags := w.data(filesSource, args{})
	diags.has(t, notSupported("the search of datastores"))
	if made := w.host.made(); len(made) > 0 {
		t.Errorf("the host was asked: %q", made)
	}
}

func TestAPlanNamesThatTheProductCannotRenameOrUnregister(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	w.host.lacks = map[vix.Feature]bool{vix.FeatureRename: true, vix.FeatureUnregister: true}
	w.host.made()
	w.plan(o, args{"vmx_path": webPath, "name": "other"}).diags.has(t, "Cannot use the renaming of VMs", "VMware Player", "VIX_E_NOT_SUPPORTED (6)")
	if made := w.host.made(); len(made) > 0 {
		t.Errorf("the host was asked: %q", made)
	}
	plan, _ := w.destroy(o)
	plan.has(t, notSupported("VixHost_UnregisterVM"))
}

// A host without the methods of a Registrar is enough for what only opens.
func TestADataSourceNeedsNoMoreThanAHost(t *testing.T) {
	w := newBareWorld(t)
	w.host.register(mustPath(t, webPath), "web")
	w.connector = func(context.Context, vix.ConnectOptions) (vix.Host, error) { return struct{ vix.Host }{w.host}, nil }
	w.restart()
	w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
	_, diags := w.data("vix_vm", args{"vmx_path": webPath})
	diags.none(t)
	w.plan(nil, args{"vmx_path": webPath}).diags.has(t, "Cannot use VixHost_RegisterVM", "VIX_E_NOT_SUPPORTED (6)")
}

// No validator knows the product; the plan asks it, with the text and at the
// attribute that the validator had.
func TestThePlanDecidesWhetherAnAbsolutePathIsOne(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	for text, right := range map[string]string{
		"/storage1/web/web.vmx": "The datastore in brackets is missing.\n\nWrite [storage1] web/web.vmx",
		`C:\VMs\web\web.vmx`: "The datastore in brackets is missing.\n\n" +
			"A vmx path is the datastore in brackets, then the file below it: [storage1] web/web.vmx",
	} {
		_, err := vix.ParsePath(text)
		summary, _ := texts(err)
		want := "ERROR at AttributeName(\"vmx_path\"): " + summary + "\n" + right + "\n\nVIX_E_INVALID_ARG (3)"
		w.validate(args{"vmx_path": text}).none(t)
		w.validateData("vix_vm", args{"vmx_path": text}).none(t)
		w.plan(nil, args{"vmx_path": text}).diags.only(t, want)
		w.plan(nil, args{"vmx_path": text, "name": unknown}).diags.only(t, want)
		w.plan(o, args{"vmx_path": text}).diags.only(t, want)
		_, diags := w.data("vix_vm", args{"vmx_path": text})
		diags.only(t, want)
	}
}
