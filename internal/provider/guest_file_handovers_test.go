// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// One that replaces another writes the file before that is deleted: it may write over it, and the delete leaves it alone.
func TestAFileThatIsReplaced(t *testing.T) {
	for name, content := range map[string]args{"text": {"content": "one"}, "secret": {"content_wo": "one"}} {
		t.Run(name, func(t *testing.T) {
			w, id := guestWorld(t, guestFileType)
			config := args{"vm_id": id, "path": motd}
			maps.Copy(config, content)
			old := w.create(config)
			first := w.plan(old, config)
			first.diags.none(t)
			p := w.planToo(&object{value: tftypes.NewValue(w.kind(), nil), private: first.private}, config)
			p.diags.none(t)
			w.walk()
			w.planToo(nil, config).diags.none(t) // as an apply does, which knows nothing of the old one
			o, diags := w.apply(nil, p, config)
			diags.none(t)
			// The delete was interrupted: the next plan sees both.
			w.plan(o, config).diags.none(t)
			gone := w.planOnce(old, tftypes.NewValue(w.kind(), nil))
			gone.diags.none(t)
			w.host.made()
			_, diags = w.apply(old, gone, nil)
			diags.only(t, "WARNING: A file in a guest was not deleted\nAnother object of this state has /etc/motd by now: the one that "+
				"replaces the object that was destroyed, or one of another address. What is there is its file.\n\n"+vix.CodeAlreadyExists.String())
			calls(t, w.host)
			if w.host.guest.files[motd] == nil {
				t.Fatal("the new one's file is gone")
			}
			plan, apply := w.destroy(o)
			plan.none(t)
			apply.none(t)
			if w.host.guest.files[motd] != nil {
				t.Error("it is not deleted")
			}
		})
	}
}

// Another spelling of the same file is nothing to the guest; the name of another one replaces.
func TestAFileThatIsSpelledAnew(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	for _, c := range [][3]string{
		{motd, "/etc//./motd", "/etc/Motd"},
		{`C:\Temp.txt`, `c:/temp.TXT.`, `C:\Temp .txt`},
	} {
		o := w.create(args{"vm_id": id, "path": c[0], "content": "x"})
		config := args{"vm_id": id, "path": c[1], "content": "x"}
		p := w.plan(o, config)
		p.diags.none(t)
		w.host.made()
		same, diags := w.apply(o, p, config)
		diags.none(t)
		calls(t, w.host)
		holds(t, same.value, args{"id": id + ":" + c[1], "path": c[1]})
		if len(p.replace) > 0 {
			t.Errorf("%s for %s replaces %v", c[1], c[0], p.replace)
		}
		if p := w.plan(o, args{"vm_id": id, "path": c[2], "content": "x"}); len(p.replace) != 1 {
			t.Errorf("%s for %s replaces %v", c[2], c[0], p.replace)
		}
	}
}

// Where a folder stands in its place the file is gone: there is nothing to delete, and the folder is left as it is.
func TestAFileThatHasBecomeAFolder(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	o := w.create(args{"vm_id": id, "path": motd, "content": "x"})
	w.host.fail["RemoveGuestFile "+motd] = &vix.Error{Op: "delete", Object: motd, Code: vix.CodeNotAFile, Reason: "It is no file."}
	_, apply := w.destroy(o)
	apply.only(t, "WARNING: A file in a guest is gone already\n/etc/motd is no file any more: something else of that name is there, "+
		"which was left as it is.\n\n"+vix.CodeNotAFile.String())
}

// What a write that was cut short has left beside the file goes with the next write of that file, whichever write it was.
func TestWhatAWriteHasLeftBesideAFile(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	config := args{"vm_id": id, "path": motd, "content_wo": "one", "content_wo_version": 1}
	cut := func(prior *object) {
		t.Helper()
		w.host.fail["writing"] = &vix.Error{Op: "write", Object: motd, Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
		_, diags := w.apply(prior, w.plan(prior, config), config)
		diags.has(t, "The line broke.")
		delete(w.host.fail, "writing")
		w.restart()
		w.configure(guestProvider(nil)).none(t)
	}
	left := func(want ...string) {
		t.Helper()
		if got := w.host.guest.write.Left; !slices.Equal(got, want) {
			t.Errorf("what goes is %v; want %v", got, want)
		}
	}
	cut(nil)
	o := w.create(config)
	left("/etc/.vix-temporary")
	config["content_wo_version"] = 2
	cut(o)
	o, diags := w.apply(o, w.plan(o, config), config)
	diags.none(t)
	left("/etc/.vix-temporary")
	config["content_wo_version"] = 3
	_, diags = w.apply(o, w.plan(o, config), config)
	diags.none(t)
	left()
}
