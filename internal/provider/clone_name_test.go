// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A name by which a host would call files that no path can name is refused at plan, before anything is made.
func TestANameOfACloneThatNoPathCanHave(t *testing.T) {
	w := newSimWorld(t, sim.Options{})
	_, err := w.sim.Register(t.Context(), "DC0", simPath)
	w.must(err)
	w.becomes(cloneType)
	for _, c := range []struct{ name, why string }{
		{" lead", "The name \" lead\" begins with a blank."}, {"tab\tin", "The name \"tab\\tin\" has the control character U+0009."},
	} {
		w.plan(nil, args{"vm_id": simUUID, "name": c.name, "delete_files": true}).diags.only(t,
			"ERROR at AttributeName(\"name\"): Cannot clone the VM web ("+simPath+")\n"+c.why+" The host calls the folder and the files of a clone as "+
				"the clone, and no path that is written can name such a file: the clone could not be opened by its path, nor be told from another "+
				"by it, which must be before its files are deleted.\n\nGive it a name that begins with a visible character and has no control "+
				"characters, such as tabs.\n\nVIX_E_INVALID_ARG (3) on "+w.sim.URL()+"\n\nterraform destroy plans what is configured before it destroys, "+
				"and is stopped by this error, too; terraform destroy -refresh=false goes without that plan.")
	}
	w.logsOut()
}

// A clone whose path no text keeps is not deleted with its files, and the warning says that the path is why: nothing else differs. Its
// name plans no change.
func TestTheFilesOfACloneWhosePathNoTextKeepsStay(t *testing.T) {
	for _, c := range []struct{ told, says string }{
		{"[storage1]  test/ test.vmx", "[storage1]  test/ test.vmx"}, {"[storage1] te\tst/te\tst.vmx", `[storage1] te\u0009st/te\u0009st.vmx`},
	} {
		w, id := cloneWorld(t)
		config := args{"vm_id": id, "name": "test", "delete_files": true}
		o := w.create(config)
		is := w.theClone(o)
		is.Path, is.Name = vix.Path{File: c.told}, " test"
		o, diags := w.read(o)
		diags.none(t)
		w.plan(o, args{"vm_id": id, "name": " test", "delete_files": true}).same(t, o)
		stay := "WARNING: The files of a clone stay\n" + c.says + ": the VM is unregistered, and not deleted with its files as delete_files says: " +
			"its path is the one that this resource saw last, as far as a text can tell, but a name in it begins or ends with a blank or has a " +
			"control character, which the text of a path does not keep, so that another file may be meant.\n\nVIX_E_INVALID_HANDLE (1000)"
		plan, apply := w.destroy(o)
		plan.only(t, stay)
		apply.only(t, stay)
		if len(w.host.vms) != 1 {
			t.Errorf("there are %v", w.host.vms)
		}
	}
}
