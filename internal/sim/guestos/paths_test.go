// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNothingLeadsOutOfTheGuest(t *testing.T) {
	g := fresh(t, Options{})
	secret := filepath.Join(filepath.Dir(g.opts.Dir), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"/tmp/up": "../../../../../../secret", "/tmp/abs": secret, "/tmp/dir": "../../..", "/tmp/loop": "loop",
	} {
		if err := g.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"/../secret", "/tmp/../../secret", "/tmp/up", "/tmp/abs", "/tmp/dir/secret", secret} {
		if data, err := g.ReadFile(name); err == nil && string(data) == "x" {
			t.Errorf("%s was read", name)
		}
		_ = g.Receive("root", name, true, Change{}, strings.NewReader("y"), 1) // some of them are names in the guest
	}
	if _, err := g.ReadFile("/tmp/loop"); !errors.Is(err, errTooManyLinks) {
		t.Errorf("a loop: %v", err)
	}
	if data, err := os.ReadFile(secret); err != nil || string(data) != "x" {
		t.Errorf("what lies outside became %q, %v", data, err)
	}
}

func TestALinkLeadsToItsPlaceInTheGuest(t *testing.T) {
	modes(t, func(t *testing.T, g *Guest) {
		run(t, g, Spec{Path: "/bin/sh", Arguments: "-c 'mkdir /srv/a && echo x >/srv/a/f && ln -s /srv/a /tmp/l'"})
		if got := content(t, g, "/tmp/l/f"); got != "x\n" {
			t.Errorf("through the link: %q", got)
		}
		if one, err := g.Stat("/tmp/l"); err != nil || one.Target != "/srv/a" {
			t.Errorf("the link leads to %q, %v", one.Target, err)
		}
		if err := g.DeleteDirectory("root", "/tmp/l", true); !errors.Is(err, ErrNotDirectory) {
			t.Errorf("a link deleted as a directory: %v", err)
		}
		if err := g.DeleteFile("root", "/tmp/l"); err != nil {
			t.Error(err)
		}
		if _, err := g.Stat("/srv/a/f"); err != nil {
			t.Error(err)
		}
	})
}

func TestTheRightsOfUsers(t *testing.T) {
	g := fresh(t, Options{})
	for name, want := range map[string]error{
		"/tmp/x": nil, "/home/tester/x": nil, "/etc/x": fs.ErrPermission, "/usr/x": fs.ErrPermission, "/home/x": fs.ErrPermission,
	} {
		if err := g.MakeDirectory("tester", name, false); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if one, err := g.Stat("/tmp/x"); err != nil || one.Owner.User != g.userID("tester") {
		t.Errorf("it belongs to %v, %v", one.Owner, err)
	}
	if _, _, err := g.ListFiles("tester", "/root", "", 0, 0); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a list of /root: %v", err)
	}
	if err := g.Forbid("root", "/tmp", false); err != nil {
		t.Fatal(err)
	}
	if _, err := g.MakeTemporary("root", "", "", "", true); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("in a forbidden directory: %v", err)
	}
	if _, _, err := g.ListFiles("root", "/tmp", "", 0, 0); err != nil {
		t.Errorf("a list of it: %v", err)
	}
}

func TestTemporaryNamesAreNew(t *testing.T) {
	g := fresh(t, Options{})
	seen := map[string]bool{}
	for i := range 6 {
		name, err := g.MakeTemporary("tester", "", "a-", ".b", i%2 == 0)
		if err != nil || seen[name] || !strings.HasPrefix(name, "/tmp/a-") || !strings.HasSuffix(name, ".b") {
			t.Errorf("%s, %v", name, err)
		}
		seen[name] = true
	}
	if _, err := g.MakeTemporary("tester", "", "../", "", false); !errors.Is(err, ErrInvalid) {
		t.Errorf("with a path in the prefix: %v", err)
	}
	if _, err := g.MakeTemporary("tester", "/tmp/none", "", "", false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in no directory: %v", err)
	}
	tree, err := g.Tree("/tmp")
	if err != nil || len(tree) != 6 || !slices.Contains(tree, "/tmp/a-vmware0.b/") {
		t.Errorf("the tree is %v, %v", tree, err)
	}
}
