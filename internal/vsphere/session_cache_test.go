// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestSessionCacheReusesALoginAndKeepsIt(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	s := simulated(t, sim.Options{})
	o := optionsFor(s)
	o.SessionCache = true
	for i := range 3 {
		h, err := Connect(t.Context(), o)
		must(t, err)
		info, err := h.Info(t.Context())
		if err != nil || info.Username != s.Username() {
			t.Errorf("run %d is logged in as %q, %v", i, info.Username, err)
		}
		must(t, h.Disconnect(t.Context()))
	}
	if n := s.Requests()["Login"]; n != 1 {
		t.Errorf("three runs logged in %d times", n)
	}
	if n := s.Sessions(); n != 1 {
		t.Errorf("%d sessions are open, want the cached one", n)
	}
	// When the cached session ends in the middle of a run, its successor is cached.
	h, err := Connect(t.Context(), o)
	must(t, err)
	s.ExpireSessions()
	must(t, second(h.Find(t.Context(), vix.Query{}))) // asks the host, whatever has been read when connecting
	must(t, h.Disconnect(t.Context()))
	s.ResetRequests()
	h, err = Connect(t.Context(), o)
	must(t, err)
	must(t, h.Disconnect(t.Context()))
	if n := s.Requests()["Login"]; n != 0 {
		t.Errorf("the session that replaced the cached one was not cached: %d logins", n)
	}
}

func TestSessionCacheThatIsDamagedIsReplaced(t *testing.T) {
	home := t.TempDir()
	t.Setenv("GOVMOMI_HOME", home)
	s := simulated(t, sim.Options{})
	o := optionsFor(s)
	o.SessionCache = true
	for i, text := range []string{"", "{", "no JSON", `{"SoapClient":7}`, "[]"} {
		h, err := Connect(t.Context(), o)
		if err != nil {
			t.Fatalf("before %q: %v", text, err)
		}
		must(t, h.Disconnect(t.Context()))
		files, err := filepath.Glob(filepath.Join(home, "sessions", "*"))
		must(t, err)
		if len(files) != 1 {
			t.Fatalf("cached: %v", files)
		}
		must(t, os.WriteFile(files[0], []byte(text), 0o600))
		if n := s.Requests()["Login"]; n != i+1 {
			t.Errorf("%d logins", n)
		}
	}
}

func TestSessionThatCannotBeCachedIsEnded(t *testing.T) {
	s := simulated(t, sim.Options{})
	o := optionsFor(s)
	o.SessionCache = true
	for name, lay := range map[string]func(home string) error{
		"a file in the folder's place": func(home string) error { return os.WriteFile(filepath.Join(home, "sessions"), nil, 0o600) },
		"a link to nowhere": func(home string) error {
			return os.Symlink(filepath.Join(home, "gone"), filepath.Join(home, "sessions"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("GOVMOMI_HOME", home)
			must(t, lay(home))
			e := refused(t, o, vix.CodeFileError, vix.FieldNone)
			says(t, kind(t, e, vix.ErrSessionNotKept), "Cannot keep the session of", "The login is kept in a file", filepath.Join(home, "sessions"), "GOVMOMI_HOME")
			if n := s.Sessions(); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
		})
	}
}

// The cached session has ended in the middle of a run, and its successor cannot be cached: it is ended, and that is said.
func TestSessionThatCannotBeCachedInTheEndIsEnded(t *testing.T) {
	home := t.TempDir()
	t.Setenv("GOVMOMI_HOME", home)
	s := simulated(t, sim.Options{})
	o := optionsFor(s)
	o.SessionCache = true
	h, err := Connect(t.Context(), o)
	must(t, err)
	s.ExpireSessions()
	must(t, second(h.Find(t.Context(), vix.Query{}))) // asks the host, whatever has been read when connecting
	folder := filepath.Join(home, "sessions")
	must(t, os.RemoveAll(folder))
	must(t, os.WriteFile(folder, nil, 0o600))
	e := failure(t, h.Disconnect(t.Context()), vix.CodeFileError, vix.FieldNone)
	says(t, kind(t, e, vix.ErrSessionNotKept), "Cannot keep the session of", folder)
	if n := s.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
