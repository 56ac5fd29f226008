// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Running is what the product holds in memory of a VM that is on.
type Running struct {
	Path      string            `json:"path"`    // real path of the .vmx
	Spelled   string            `json:"spelled"` // as whoever started it wrote it; list shows that
	User      string            `json:"user"`    // "" for ours
	Paused    bool              `json:"paused,omitempty"`
	GuestVars map[string]string `json:"guest_vars,omitempty"`
	Runtime   map[string]string `json:"runtime,omitempty"` // settings that hold until it is off
	GuestEnv  map[string]string `json:"guest_env,omitempty"`

	Since  int  `json:"since,omitempty"`   // list shows it from this call of list on
	Gone   bool `json:"gone,omitempty"`    // it is off, and list does not know yet
	GoneAt int  `json:"gone_at,omitempty"` // list does not show it from this call of list on
	Asked  int  `json:"asked,omitempty"`   // what Guest.ReadyAfter is counted from
}

// Guest is what is in a VM, whether it is on or not.
type Guest struct {
	Tools      string `json:"tools"`       // running, installed (not running) or unknown
	IP         string `json:"ip"`          // "" while Tools know none
	ReadyAfter int    `json:"ready_after"` // Tools are running only after so many questions since it was started
	User       string `json:"user"`
	Password   string `json:"password"`
}

func (d *Desktop) runningPath(vm string) string { return d.state("running", key(vm)+".json") }

// Running returns what is held of a VM, and whether it is on (running or paused).
func (d *Desktop) Running(vm string) (*Running, bool) {
	var r Running
	if err := readJSON(d.runningPath(vm), &r); err != nil || r.Gone {
		return nil, false
	}
	return &r, true
}

// SaveRunning replaces what is held of a VM that is on.
func (d *Desktop) SaveRunning(r *Running) error { return d.writeJSON(d.runningPath(r.Path), r) }

// List is what list shows, in the order of the files that hold it, which is none.
func (d *Desktop) List() ([]string, error) {
	n, err := d.draw("list", nil)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(d.state("running"))
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		var r Running
		switch err := readJSON(d.state("running", e.Name()), &r); {
		case strings.HasPrefix(e.Name(), "."), errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, err
		}
		if r.User != "" && d.Switch("list-users") == "own" ||
			r.Paused && d.Switch("list-paused") == "absent" ||
			!r.Gone && n < r.Since || r.Gone && n >= r.GoneAt {
			continue
		}
		paths = append(paths, r.Spelled)
	}
	return paths, nil
}

// Guest returns what is in a VM; by default Tools that run and an address.
func (d *Desktop) Guest(vm string) Guest {
	g := Guest{Tools: "running", IP: "192.168.80.130", User: "user", Password: "guest-password"}
	_ = readJSON(d.state("guest", key(vm)+".json"), &g)
	return g
}

// SetGuest says what is in a VM.
func (d *Desktop) SetGuest(vm string, g Guest) error {
	return d.writeJSON(d.state("guest", key(vm)+".json"), g)
}

// AskGuest is Guest as the Tools of a running VM tell it now; each question brings the end of the boot nearer.
func (d *Desktop) AskGuest(r *Running) (Guest, error) {
	g := d.Guest(r.Path)
	n, err := d.draw("asked-"+key(r.Path), nil)
	if err != nil {
		return g, err
	}
	if n <= r.Asked+g.ReadyAfter {
		g.Tools, g.IP = "unknown", ""
	}
	return g, nil
}

// base is the path of a .vmx without its suffix.
func base(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }
