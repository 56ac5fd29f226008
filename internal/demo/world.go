// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// world is the simulated vCenter with the VMs on its datastores.
type world struct {
	host   *sim.Host
	vms    []sim.DemoVM
	dir    string            // holds the datastores' files
	before map[string]string // the files' hashes at the start
}

// newWorld starts a vCenter with two datacenters. Its datastores are folders
// below dir, and its VMs lie there unregistered.
func newWorld(dir string) (*world, error) {
	w := &world{dir: dir}
	var err error
	if w.host, err = sim.Start(sim.Options{Datacenters: 2, Dir: dir}); err != nil {
		return nil, err
	}
	askAtPowerOn(w.host, "DC0", "[LocalDS_0] web-01/web-01.vmx")
	if w.vms, err = sim.LayoutDemo(w.host); err == nil {
		w.before, err = hashes(dir)
	}
	if err != nil {
		w.host.Close()
		return nil, err
	}
	return w, nil
}

// askAtPowerOn has VMs ask whether they were moved or copied when they are first powered on, however they are registered before.
func askAtPowerOn(host *sim.Host, datacenter string, paths ...string) {
	var mu sync.Mutex
	host.OnTask(func(_ context.Context, method string) {
		if method != "PowerOnMultiVM_Task" {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		paths = slices.DeleteFunc(paths, func(path string) bool {
			return host.AskAtPowerOn(datacenter, path, sim.MovedOrCopied) == nil
		})
	})
}

// registered counts the laid out VMs that the inventory has.
func (w *world) registered() int {
	n := 0
	for _, vm := range w.vms {
		if _, err := w.host.VM(vm.Datacenter, vm.VMXPath); err == nil {
			n++
		}
	}
	return n
}

// untouched checks that every file is what it was, and that there is no other.
func (w *world) untouched() error {
	after, err := hashes(w.dir)
	if err != nil {
		return err
	}
	var changes []string
	for name, hash := range w.before {
		switch after[name] {
		case hash:
		case "":
			changes = append(changes, name+" is gone")
		default:
			changes = append(changes, name+" has changed")
		}
	}
	for name := range after {
		if w.before[name] == "" {
			changes = append(changes, name+" is new")
		}
	}
	if len(changes) == 0 {
		return nil
	}
	slices.Sort(changes)
	return errors.New("the files are not what they were: " + strings.Join(changes, ", "))
}

// hashes gives the SHA-256 of every file below a folder.
func hashes(dir string) (map[string]string, error) {
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		hash := sha256.New()
		if _, err := io.Copy(hash, f); err != nil {
			return err
		}
		below, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(below)] = fmt.Sprintf("%x", hash.Sum(nil))
		return nil
	})
	return out, err
}
