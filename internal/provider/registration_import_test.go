// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestImportForms(t *testing.T) {
	const id = "50000000-0000-0000-0000-000000000001"
	for name, test := range map[string]struct {
		id       string
		identity args
		call     string
	}{
		"by id":                   {id, nil, "OpenID " + id},
		"by id in capitals":       {" 50000000-0000-0000-0000-000000000001 ", nil, "OpenID " + id},
		"by path in a datacenter": {"DC0:[storage1]web/web.vmx", nil, "Open DC0:" + webPath},
		"by path":                 {webPath, nil, "Open " + webPath},
		"by managed object id":    {"vm-1", nil, "OpenID vm-1"},
		"by inventory path":       {"/DC0/vm/Linux/web", nil, "OpenID /DC0/vm/Linux/web"},
		"by identity":             {"", args{"server": fakeServer, "id": id}, "OpenID " + id},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.host.register(mustPath(t, webPath), "web").Folder = "/DC0/vm/Linux"
			o, diags := w.importing(test.id, test.identity)
			diags.none(t)
			calls(t, w.host, test.call) // the read after the import has what the import has read
			holds(t, o.value, args{
				"id": id, "vmx_path": webPath, "registered_path": webPath, "adopted": true, "if_registered": "fail",
				"power_off_on_destroy": "fail", "on_destroy": "keep", "server": fakeServer, "template": false, "name": "web", "managed_object_id": "vm-1",
				"folder": "/DC0/vm/Linux", "datacenter": "/DC0", "connection_state": "connected",
			})
			holds(t, w.value(w.identity, o.identity.IdentityData), args{"server": fakeServer, "id": id})
			w.plan(o, args{"vmx_path": webPath}).same(t, o)
			w.plan(o, args{
				"vmx_path": "[storage1]web/web.vmx", "name": "web", "folder": "Linux", "host": "esx1", "datacenter": "DC0",
			}).same(t, o)
			// We did not register it, so a destroy leaves it.
			w.host.made()
			_, diags = w.destroy(o)
			diags.none(t)
			calls(t, w.host)
		})
	}
}

func TestImportedHostIsNotReplacedAfterDRS(t *testing.T) {
	w := newWorld(t)
	vm := w.host.register(mustPath(t, webPath), "web")
	o, diags := w.importing(webPath, nil)
	diags.none(t)
	config := args{"vmx_path": webPath, "host": "esx1"}
	w.plan(o, config).same(t, o)
	vm.Host = "/DC0/host/C0/esx2"
	o, diags = w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)
}

// Configuration that Terraform has written of a VM names the host that it was on then. vSphere may have moved it before the
// import is applied: that is no other registration.
func TestAnImportAfterDRSIsNoReplacement(t *testing.T) {
	w := newWorld(t)
	vm := w.host.register(mustPath(t, webPath), "web")
	config := args{"vmx_path": webPath, "host": vm.Host, "cluster": vm.Cluster}
	vm.Host, vm.Cluster = "/DC0/host/C1/esx9", "/DC0/host/C1"
	o, diags := w.importing(webPath, nil)
	diags.none(t)
	p := w.plan(o, config)
	if len(p.replace) > 0 {
		t.Fatalf("it would be replaced for %v", p.replace)
	}
	p.diags.has(t, "WARNING", "takes effect at the next registration")
	o, diags = w.apply(o, p, config)
	diags.none(t)
	o, diags = w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)
}

// An import and the read that follows it are one read of the host; the next is another.
func TestAnImportIsReadOnce(t *testing.T) {
	w := newWorld(t)
	vm := w.host.register(mustPath(t, webPath), "web")
	o, diags := w.importing(webPath, nil)
	diags.none(t)
	calls(t, w.host, "Open "+webPath)
	vm.Name = "renamed"
	o, diags = w.read(o)
	diags.none(t)
	holds(t, o.value, args{"name": "renamed"})
}

func TestImportErrors(t *testing.T) {
	w := newWorld(t)
	_, diags := w.importing("", args{"server": "another", "id": "x"})
	diags.only(t, "ERROR at AttributeName(\"server\"): The registration is on another server\nThe identity names the server another; this "+
		"provider is connected to the server "+fakeServer+". Import with a provider that is connected to the former.\n\nVIX_E_INVALID_HANDLE (1000)")
	_, diags = w.importing("web", nil)
	diags.only(t, "ERROR: Cannot use \"web\" as a vmx path\nThe datastore in brackets is missing.\n\n"+
		"A vmx path is the datastore in brackets, then the file below it: [storage1] web/web.vmx\n\n"+
		"An import takes one of:\n\n  - the id of the VM, its instance UUID: 50201e5a-0000-0000-0000-000000000001\n"+
		"  - the path in a datacenter: DC1:[storage1] web/web.vmx, /F1/DC1:[storage1] web/web.vmx\n"+
		"  - the path alone, where one datacenter only has it: [storage1] web/web.vmx\n"+
		"  - the VM's place in the inventory: /DC1/vm/Linux/web\n  - its managed object id: vm-42\n"+
		"  - in an import block of Terraform 1.12 or later, identity = { server = …, id = … }\n\nVIX_E_INVALID_ARG (3)")
	_, diags = w.importing(webPath, nil)
	diags.only(t, "ERROR: Cannot open "+webPath+"\nNo VM has it.\n\nVIX_E_VM_NOT_FOUND (4000) on vc")
	_, diags = w.importing("/vmfs/volumes/storage1/web/web.vmx", nil)
	diags.has(t, "ERROR: Cannot use \"/vmfs/volumes/storage1/web/web.vmx\" as a vmx path", "An import takes one of:")
	_, diags = w.importing("/DC0/vm/none", nil)
	diags.only(t, "ERROR: Cannot open /DC0/vm/none\nNo VM has it.\n\nVIX_E_VM_NOT_FOUND (4000) on vc")
	w.host.fail["Open"] = &vix.Error{Op: "open", Object: webPath, Code: vix.CodeInvalidArg, Choices: []string{"a", "b"}, Kind: vix.ErrAmbiguous}
	_, diags = w.importing(webPath, nil)
	diags.only(t, "ERROR: Cannot open "+webPath+"\n  - a\n  - b\n\nImport the one that is meant by its managed object id (vm-42) or by its path in "+
		"its datacenter (/DC1:[storage1] web/web.vmx).\n\nVIX_E_INVALID_ARG (3) on vc")
	w.restart()
	w.configure(args{"hostname": "vc", "username": "u", "password": "p"}).none(t)
	w.host.fail["Info"] = errors.New("gone")
	_, diags = w.importing(webPath, nil)
	diags.only(t, "ERROR: Unexpected error\ngone\n\nVIX_E_FAIL (1)")
}

func TestRecordSurvivesWhatItCannotRead(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath, "folder": "Linux", "host": "esx1"}
	o := w.create(config)
	o.private = nil
	o, diags := w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)
	var got diag.Diagnostics
	if rec := recordFrom(t.Context(), brokenPrivate{}, &got); rec != (record{}) || got.HasError() {
		t.Errorf("got %+v, %v", rec, got)
	}
}

// brokenPrivate is private state that somebody else wrote.
type brokenPrivate struct{}

func (brokenPrivate) GetKey(context.Context, string) ([]byte, diag.Diagnostics) {
	return []byte(`["not a record"]`), nil
}
