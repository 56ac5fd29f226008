// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Memory is how long the agent remembers a program that has ended.
const Memory = 5 * time.Minute

// Options shapes a guest.
type Options struct {
	// Dir is where the guest's disk lies; it is made, and removed by Close.
	Dir string
	// Windows makes a Windows guest. Its programs are played, see Program.
	Windows bool
	// Users are passwords by name; nil stands for root, or Administrator, and tester, with Password.
	Users map[string]string
	// Hostname is what the guest calls itself.
	Hostname string
	// Rewrite runs programs without a namespace even where there are such.
	Rewrite bool
}

// Password is the password of the users that a guest has from the start.
const Password = "Guest!secret-1"

// Guest is a guest.
type Guest struct {
	opts Options
	root *os.Root
	mark string // in the environment of every process

	running sync.WaitGroup

	mu        sync.Mutex // guards what follows
	closed    bool
	users     map[string]string
	console   string
	tickets   map[string]ticket
	logins    []Login
	forbidden []forbidden
	owners    map[inode]Owner
	processes []*process
	starts    []Spec
	transfers []Transfer
	skew      time.Duration
	memory    time.Duration
	patience  time.Duration // between SIGTERM and SIGKILL
	onStart   func(Spec)
	programs  map[string]Program
	hidden    map[string]bool
	lastPID   int64 // of a Windows guest
}

// New makes a guest and its disk.
func New(opts Options) (*Guest, error) {
	if opts.Users == nil {
		opts.Users = map[string]string{"root": Password, "tester": Password}
		if opts.Windows {
			opts.Users = map[string]string{"Administrator": Password, "tester": Password}
		}
	}
	if opts.Hostname == "" {
		opts.Hostname = "guest"
	}
	mark := make([]byte, 8)
	_, _ = rand.Read(mark) // never fails, see crypto/rand
	g := &Guest{
		opts: opts, mark: markName + "=" + hex.EncodeToString(mark), users: maps.Clone(opts.Users), tickets: map[string]ticket{},
		owners: map[inode]Owner{}, memory: Memory, patience: 5 * time.Second, programs: map[string]Program{}, hidden: map[string]bool{},
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, err
	}
	var err error
	if g.opts.Dir, err = filepath.EvalSymlinks(opts.Dir); err != nil {
		return nil, err
	}
	if g.root, err = os.OpenRoot(g.opts.Dir); err != nil {
		return nil, err
	}
	layout := g.layLinux
	if opts.Windows {
		layout = g.layWindows
	}
	if err := layout(); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// layLinux makes the disk of a fresh Linux guest.
func (g *Guest) layLinux() error {
	for _, d := range []string{"etc", "home", "opt", "root", "run", "srv", "tmp", "var", "var/log", "var/tmp", "dev", "proc"} {
		if err := g.root.Mkdir(d, 0o755); err != nil {
			return err
		}
	}
	for _, d := range []string{"tmp", "var/tmp"} {
		if err := g.root.Chmod(d, 0o777|os.ModeSticky); err != nil {
			return err
		}
	}
	var accounts strings.Builder
	for name := range g.opts.Users {
		home := g.Home(name)
		fmt.Fprintf(&accounts, "%s:x:%d:%d::%s:/bin/sh\n", name, g.userID(name), g.userID(name), home)
		if err := g.root.MkdirAll(home[1:], 0o755); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"etc/passwd": accounts.String(), "etc/group": "root:x:0:\n", "etc/hostname": g.opts.Hostname + "\n",
		"etc/hosts": "127.0.0.1 localhost\n", "etc/os-release": "NAME=\"Simulated Linux\"\nID=simulated\n",
	} {
		if err := g.root.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return g.layMachine()
}

// layMachine makes the places where a program finds the directories of this machine.
func (g *Guest) layMachine() error {
	for _, d := range machineDirs {
		info, err := os.Lstat("/" + d)
		if err != nil {
			continue // not every machine has each
		}
		if info.Mode()&os.ModeSymlink == 0 {
			err = g.root.Mkdir(d, 0o755)
		} else if target, rerr := os.Readlink("/" + d); rerr == nil {
			err = g.root.Symlink(target, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Close kills what runs and removes the disk.
func (g *Guest) Close() {
	g.mu.Lock()
	closed := g.closed
	g.closed = true
	g.mu.Unlock()
	if closed {
		return
	}
	g.killAll()
	_ = g.root.Close()
	if g.detached() {
		removeAll(g.opts.Dir)
	}
}

// detached removes the places of this machine's directories, which are empty. If one of them is not, whatever the reason, it might be
// the directory itself: then nothing is removed.
func (g *Guest) detached() bool {
	if g.opts.Windows {
		return true
	}
	for _, d := range append([]string{"dev", "proc"}, machineDirs...) {
		if err := os.Remove(filepath.Join(g.opts.Dir, d)); err != nil && !os.IsNotExist(err) {
			return false
		}
	}
	return true
}

// removeAll removes a tree whose permissions somebody may have changed.
func removeAll(dir string) {
	if os.RemoveAll(dir) == nil {
		return
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(path, 0o700) //nolint:gosec // a directory, about to be removed
		}
		return nil
	})
	_ = os.RemoveAll(dir)
}

// Windows reports a Windows guest.
func (g *Guest) Windows() bool { return g.opts.Windows }

// Now is the guest's time.
func (g *Guest) Now() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now()
}

// now is Now for who holds the lock. The agent tells seconds.
func (g *Guest) now() time.Time { return time.Now().Add(g.skew).Truncate(time.Second).UTC() }

// SetClock makes the guest's clock wrong by so much, for what its agent tells; programs see this machine's.
func (g *Guest) SetClock(skew time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.skew = skew
}

// SetMemory sets how long programs that have ended are remembered; Memory at the start.
func (g *Guest) SetMemory(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.memory = d
}

// SetPatience sets how long a program that is to be terminated has before it is killed; five seconds at the start.
func (g *Guest) SetPatience(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.patience = d
}

// OnStart sets a function that is called when a program has been asked for, before it runs; nil removes it. It may block.
func (g *Guest) OnStart(f func(Spec)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.onStart = f
}
