// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const (
	// stops ends each error of a plan, adopts begins what it says of an adoption.
	stops = "\n\nterraform destroy plans what is configured before it destroys, and is stopped by this error, too; " +
		"terraform destroy -refresh=false goes without that plan."
	adopts = "WARNING: A VM is registered already, and is adopted\n" + webPath +
		": \"web\" (50000000-0000-0000-0000-000000000001) in /DC0 is taken over as it is. "
	adoptsLater = " A plan from before somebody registered it says nothing of this: Terraform refuses to apply that one, as inconsistent. Plan " +
		"again.\n\nVIX_E_ALREADY_EXISTS (23)"
)

func TestPlanCreateChecks(t *testing.T) {
	adopt := args{"vmx_path": webPath, "if_registered": "adopt"}
	for name, test := range map[string]struct {
		config args
		prior  bool
		setup  func(h *fakeHost, p vix.Path)
		want   string
	}{
		"file not there yet": {
			args{"vmx_path": webPath}, false, func(h *fakeHost, p vix.Path) { h.missing[p] = true },
			"WARNING at AttributeName(\"vmx_path\"): A file is not there yet\n" + webPath + " is not there now. The apply " +
				"fails unless something puts it there before the registration, for example another resource that this one depends on.\n\nVIX_E_NOT_FOUND (2000)",
		},
		"registered": {
			args{"vmx_path": webPath}, true, nil,
			"ERROR at AttributeName(\"vmx_path\"): Cannot register " + webPath + "\nIt is registered already.\n\n" +
				"VIX_E_ALREADY_EXISTS (23) on vc" + stops,
		},
		"adopted": {adopt, true, nil, adopts + "A destroy keeps it registered." + adoptsLater},
		"adopted, to be unregistered": {
			args{"vmx_path": webPath, "if_registered": "adopt", "on_destroy": "unregister"}, true, nil,
			adopts + "A destroy unregisters it, as on_destroy says." + adoptsLater,
		},
		"adopted on another host": {
			args{"vmx_path": webPath, "if_registered": "adopt", "host": "esx2"}, true, nil,
			"ERROR at AttributeName(\"host\"): Cannot adopt " + webPath + "\nThe VM \"web\" (50000000-0000-0000-0000-000000000001) is " +
				"registered already. Its host is /DC0/host/C0/esx1, and the configuration says esx2. Adopting takes a VM where it is " +
				"and as it is.\n\nRemove host from the configuration or write /DC0/host/C0/esx1; or unregister the VM, so that it is " +
				"registered as the configuration says.\n\nVIX_E_ALREADY_EXISTS (23)" + stops,
		},
		"adopted from a standalone host": {
			args{"vmx_path": webPath, "if_registered": "adopt", "cluster": "C0"}, true,
			func(h *fakeHost, p vix.Path) { h.byPath(p).Cluster = "" },
			"ERROR at AttributeName(\"cluster\"): Cannot adopt " + webPath + "\nThe VM \"web\" (50000000-0000-0000-0000-000000000001) is " +
				"registered already. Its cluster is none, and the configuration says C0. Adopting takes a VM where it is and as it " +
				"is.\n\nRemove cluster from the configuration or write none; or unregister the VM, so that it is registered as the " +
				"configuration says.\n\nVIX_E_ALREADY_EXISTS (23)" + stops,
		},
		"adopted as a template": {
			args{"vmx_path": webPath, "if_registered": "adopt", "template": true}, true, nil,
			"ERROR at AttributeName(\"template\"): Cannot adopt " + webPath + "\nThe VM \"web\" (50000000-0000-0000-0000-000000000001) is " +
				"registered already. Its template is false, and the configuration says true. Adopting takes a VM where it is and as it " +
				"is.\n\nRemove template from the configuration or write false; or unregister the VM, so that it is registered as the " +
				"configuration says.\n\nVIX_E_ALREADY_EXISTS (23)" + stops,
		},
		"adopted where it is": {
			args{"vmx_path": webPath, "if_registered": "adopt", "host": "esx1", "cluster": "C0", "datacenter": "DC0"}, true, nil,
			adopts + "A destroy keeps it registered." + adoptsLater,
		},
		"host says no": {
			args{"vmx_path": webPath}, false, func(h *fakeHost, _ vix.Path) {
				h.fail["Check"] = &vix.Error{Op: "register", Object: webPath, Code: vix.CodeHostUserPermissions, Field: vix.FieldFolder, Reason: "No right."}
			}, "ERROR at AttributeName(\"folder\"): Cannot register " + webPath + "\nNo right.\n\nVIX_E_HOST_USER_PERMISSIONS (3014) on vc" + stops,
		},
		"host does not answer": {
			args{"vmx_path": webPath}, false, func(h *fakeHost, _ vix.Path) { h.fail["Info"] = vix.ErrAmbiguous },
			"ERROR: Unexpected error\nambiguous\n\nVIX_E_FAIL (1)" + stops,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := mustPath(t, webPath)
			if test.prior {
				w.host.register(p, "web")
			}
			if test.setup != nil {
				test.setup(w.host, p)
			}
			w.plan(nil, test.config).diags.only(t, test.want)
		})
	}
}

func TestPlanCreateSkipsTheCheckOfWhatIsUnknown(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{
		"vmx_path", "datacenter", "name", "folder", "resource_pool", "cluster", "host", "template", "if_registered",
	} {
		config := args{"vmx_path": webPath}
		config[name] = unknown
		w.plan(nil, config).diags.none(t)
		calls(t, w.host)
	}
	w.plan(nil, args{"vmx_path": webPath, "power_off_on_destroy": unknown, "on_destroy": unknown}).diags.none(t)
	calls(t, w.host, "Check")
}

func TestPlanUpdate(t *testing.T) {
	for name, test := range map[string]struct {
		before, after args
		moved         string
		replace       []string
		want          args
		empty         bool
	}{
		"another spelling of the path":    {after: args{"vmx_path": "[storage1]//web/./web.vmx"}, empty: true},
		"where the VM is by now":          {moved: "[storage2] web/web.vmx", after: args{"vmx_path": "[storage2]web/web.vmx"}, want: args{"vmx_path": "[storage2]web/web.vmx", "registered_path": "[storage2] web/web.vmx"}},
		"another file":                    {after: args{"vmx_path": "[storage1] db/db.vmx"}, replace: []string{"vmx_path"}, want: args{"registered_path": unknown, "id": unknown}},
		"a path that is not known yet":    {after: args{"vmx_path": unknown}},
		"folder as a name":                {after: args{"folder": "vm"}, empty: true},
		"folder as a path":                {before: args{"folder": "Linux"}, after: args{"folder": "/DC0/vm/Linux"}, empty: true},
		"another folder":                  {after: args{"folder": "Linux"}, want: args{"folder": "Linux", "id": "50000000-0000-0000-0000-000000000001"}},
		"a folder that is not known yet":  {after: args{"folder": unknown}, want: args{"folder": unknown}},
		"no folder any more":              {before: args{"folder": "Linux"}, after: args{}, empty: true},
		"pool as a name":                  {after: args{"resource_pool": "Resources"}, empty: true},
		"another pool":                    {after: args{"resource_pool": "web"}, want: args{"resource_pool": "web"}},
		"datacenter as a name":            {after: args{"datacenter": "DC0"}, empty: true},
		"datacenter as a path, name then": {before: args{"datacenter": "DC0"}, after: args{"datacenter": "/DC0"}, empty: true},
		"another datacenter":              {after: args{"datacenter": "DC1"}, replace: []string{"datacenter"}},
		"unknown datacenter":              {after: args{"datacenter": unknown}},
		"cluster as a name":               {after: args{"cluster": "C0"}, empty: true},
		"another cluster":                 {after: args{"cluster": "C1"}, replace: []string{"cluster"}},
		"host as a name":                  {after: args{"host": "esx1"}, empty: true},
		"another host":                    {after: args{"host": "esx2"}, replace: []string{"host"}},
		"an unknown host":                 {after: args{"host": unknown}},
		"template":                        {after: args{"template": true}, replace: []string{"template"}},
		"several":                         {after: args{"vmx_path": "[storage1] db/db.vmx", "host": "esx2"}, replace: []string{"host", "vmx_path"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			config := func(a args) args {
				c := args{"vmx_path": webPath}
				maps.Copy(c, a)
				return c
			}
			o := w.create(config(test.before))
			if test.moved != "" {
				w.host.byPath(mustPath(t, webPath)).Path = mustPath(t, test.moved)
			}
			o, _ = w.read(o)
			w.host.made()
			p := w.plan(o, config(test.after))
			if p.diags.failed() {
				t.Fatal(p.diags.text())
			}
			var replace []string
			for _, at := range p.replace {
				replace = append(replace, at[len(`AttributeName("`):len(at)-2])
			}
			if !slices.Equal(replace, test.replace) {
				t.Errorf("replaces for %v, want %v", replace, test.replace)
			}
			holds(t, p.value, test.want)
			if test.empty {
				p.same(t, o)
			}
			if len(replace) == 0 {
				for _, call := range w.host.made() {
					if call != "CheckChange" {
						t.Errorf("a plan calls %s", call)
					}
				}
				after, diags := w.apply(o, p, config(test.after))
				diags.none(t)
				w.plan(after, config(test.after)).same(t, after)
			}
		})
	}
}

// A replacement's own predecessor must not stand in the way of its plan.
func TestPlanReplaceDoesNotBlockItself(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	w.host.made()
	p := w.plan(o, args{"vmx_path": webPath, "host": "esx2"})
	p.diags.none(t)
	calls(t, w.host, "Check", "CheckUnregister")

	// With adoption too: what would be adopted is what goes away.
	w.plan(o, args{"vmx_path": webPath, "host": "esx2", "if_registered": "adopt"}).diags.none(t)

	// A tainted registration is planned from nothing; only the refresh before
	// tells that it is ours, where no plan has noted that it goes.
	w = newWorld(t)
	o = w.create(args{"vmx_path": webPath})
	w.restart()
	w.configure(args{"hostname": "vc", "username": "u", "password": "p"}).none(t)
	w.plan(nil, args{"vmx_path": webPath}).diags.has(t, "It is registered already.")
	_, diags := w.read(o)
	diags.none(t)
	w.plan(nil, args{"vmx_path": webPath}).diags.none(t)

	// Another VM that has the path stands in the way all the same.
	other := w.host.register(mustPath(t, "[storage1] db/db.vmx"), "db")
	w.plan(o, args{"vmx_path": other.Path.String()}).diags.has(t, "Cannot register [storage1] db/db.vmx")

	// What a destroy keeps is in the way of its own replacement.
	w = newWorld(t)
	w.host.register(mustPath(t, webPath), "web")
	kept := w.adopt(args{"vmx_path": webPath, "if_registered": "adopt"})
	w.plan(kept, args{"vmx_path": webPath, "host": "esx2"}).diags.has(t, "is kept registered, and cannot be registered anew")
}

// What may be another name of the same file the host is asked about. A host that does not answer is no reason to register anew.
func TestPlanOfAPathThatTheHostTellsNothingOf(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	w.host.made()
	w.host.fail["Open"] = &vix.Error{Op: "open", Object: "it", Code: vix.CodeHostConnectionLost, Reason: "The line broke."}
	p := w.plan(o, args{"vmx_path": "[storage1] friendly/web.vmx"})
	p.diags.has(t, "The line broke.")
	delete(w.host.fail, "Open")
	if p = w.plan(o, args{"vmx_path": "[storage1] friendly/web.vmx"}); len(p.replace) != 1 {
		t.Errorf("another file replaces for %v", p.replace)
	}
	p.diags.none(t)

	// The VM of another registration is not ours, whatever its path.
	w.host.register(mustPath(t, "[storage1] other/web.vmx"), "other")
	if p = w.plan(o, args{"vmx_path": "[storage1] other/web.vmx"}); len(p.replace) != 1 {
		t.Errorf("another VM replaces for %v", p.replace)
	}

	// Ours by another name is.
	w.host.vm = w.host.opened(w.host.byPath(mustPath(t, webPath)))
	if p = w.plan(o, args{"vmx_path": "[storage1] friendly/web.vmx"}); len(p.replace) != 0 {
		t.Errorf("the same file replaces for %v", p.replace)
	}
	p.diags.none(t)
	holds(t, p.value, args{"vmx_path": "[storage1] friendly/web.vmx"})
}

func TestPlanReplaceOfARunningVM(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	w.host.byPath(mustPath(t, webPath)).PowerState = vix.PoweredOn
	o, _ = w.read(o)
	w.plan(o, args{"vmx_path": webPath, "template": true}).diags.has(t, "WARNING: A VM that runs will not be unregistered\n"+webPath+" is powered on.")
}

func TestDRSIsNoDrift(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath, "host": "esx1", "cluster": "C0"}
	o := w.create(config)
	vm := w.host.byPath(mustPath(t, webPath))
	vm.Host, vm.Cluster = "/DC0/host/C1/esx2", "/DC0/host/C1"
	o, diags := w.read(o)
	diags.none(t)
	holds(t, o.value, args{"host": "esx1", "cluster": "C0"})
	w.plan(o, config).same(t, o)

	// Written anew, to where it is by now: noted without a call.
	config["host"], config["cluster"] = "esx2", "C1"
	w.host.made()
	p := w.plan(o, config)
	p.diags.none(t)
	if len(p.replace) > 0 {
		t.Fatalf("replaces for %v", p.replace)
	}
	o, diags = w.apply(o, p, config)
	diags.none(t)
	calls(t, w.host)
	vm.Host = "/DC0/host/C1/esx3"
	o, _ = w.read(o)
	w.plan(o, config).same(t, o)
	config["host"] = "esx1"
	if p = w.plan(o, config); len(p.replace) != 1 {
		t.Errorf("replaces for %v", p.replace)
	}

	// Not configured: it follows.
	o = w.create(args{"vmx_path": "[storage1] db/db.vmx"})
	vm = w.host.byPath(mustPath(t, "[storage1] db/db.vmx"))
	vm.Host = "/DC0/host/C0/esx2"
	o, _ = w.read(o)
	holds(t, o.value, args{"host": "/DC0/host/C0/esx2"})
	w.plan(o, args{"vmx_path": "[storage1] db/db.vmx"}).same(t, o)
	// Written only now, after the move: nothing is unregistered for it.
	config = args{"vmx_path": "[storage1] db/db.vmx", "host": "esx9"}
	p = w.plan(o, config)
	p.diags.only(t, "WARNING at AttributeName(\"host\"): host takes effect at the next registration\nhost says where registering puts a "+
		"VM. This one was registered without it, has been moved since and is at /DC0/host/C0/esx2 now. It is not registered again "+
		"because of host = \"esx9\"; terraform apply -replace does that.\n\nVIX_E_CANCELLED (10)")
	if len(p.replace) > 0 {
		t.Errorf("replaces for %v", p.replace)
	}
	o, diags = w.apply(o, p, config)
	diags.none(t)
	w.plan(o, config).same(t, o)
}

func TestPlacement(t *testing.T) {
	s := types.StringValue
	for _, test := range []struct {
		name        string
		plan, prior types.String
		placed, is  string
		configured  bool
		want        placementChange
	}{
		{"same text", s("a"), s("a"), "/x/b", "/x/c", true, placeSame},
		{"unknown", types.StringUnknown(), s("a"), "/x/a", "/x/a", true, placeUnknown},
		{"respelled", s("/x/a"), s("a"), "/x/a", "/x/b", true, placeSame},
		{"followed, placed there", s("a"), s("/x/b"), "/x/a", "/x/b", false, placeSame},
		{"where it is, anew", s("b"), s("a"), "/x/a", "/x/b", true, placeHere},
		{"where it is, first", s("b"), s("/x/b"), "/x/a", "/x/b", false, placeSame},
		{"elsewhere, never moved", s("c"), s("/x/a"), "/x/a", "/x/a", false, placeOther},
		{"elsewhere, moved", s("c"), s("/x/b"), "/x/a", "/x/b", false, placeNoted},
		{"elsewhere, configured", s("c"), s("a"), "/x/a", "/x/b", true, placeOther},
		{"no record", s("a"), s("/x/a"), "", "", false, placeSame},
		{"no record, elsewhere", s("c"), s("/x/a"), "", "", false, placeOther},
	} {
		if got := placement(test.plan, test.prior, test.placed, test.is, test.configured); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}
