// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// What a test says about a product, see package desktop.
type (
	// Spec is a VM to be made.
	Spec = desktop.Spec
	// Fault is what goes wrong.
	Fault = desktop.Fault
	// Noise is what a vmrun writes beside its answers.
	Noise = desktop.Noise
	// Guest is what is in a VM.
	Guest = desktop.Guest
	// Call is a process of vmrun that was started.
	Call = desktop.Call
	// Overlap is two processes that worked on one VM at a time.
	Overlap = desktop.Overlap
	// Switch is a behaviour that nobody could confirm.
	Switch = desktop.Switch
)

// The kinds of encryption of a Spec.
const (
	EncryptedFully  = desktop.EncryptedFully
	EncryptedPartly = desktop.EncryptedPartly
)

// Switches are the behaviours that nobody could confirm, with their values: tests that must hold with any product
// iterate over them.
var Switches = desktop.Switches

// Personas are the names of the products that can be played.
func Personas() []string { return desktop.Personas() }

// CurrentPersonas are those whose vmrun is 1.15 or newer; the others are too old for the provider.
func CurrentPersonas() []string { return desktop.CurrentPersonas() }

// TB is what a Product needs of a test; testing.TB has it.
type TB interface {
	Helper()
	Fatal(args ...any)
	TempDir() string
}

// Options shape a product. The zero value is Workstation 17 on Linux.
type Options struct {
	Persona  string // see Personas
	Switches map[string]string
	CRLF     bool                     // line ends of Windows; always with a product that is installed there
	Delays   map[string]time.Duration // of a command, in lower case; "" for all others
	ListLag  int                      // so many calls of list still tell how it was before a VM was started or stopped
	Noise    Noise
	Place    string // folder of vmrun below Root, with slashes; default "bin", of a Fusion that of its bundle
}

// Product is an installed product with its VMs. Its methods end the test when the file system fails them.
type Product struct {
	t     TB
	mu    sync.Mutex // guards what desk is told
	desk  *desktop.Desktop
	vmrun string
}

// New installs a product for a test; it goes with the test's temporary folder.
func New(t TB, opts Options) *Product {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return NewIn(t, root, opts)
}

// NewIn installs a product in a folder that is there.
func NewIn(t TB, root string, opts Options) *Product {
	t.Helper()
	desk, err := desktop.Create(root, desktop.Config{
		Persona: opts.Persona, Switches: opts.Switches, CRLF: opts.CRLF, Delays: opts.Delays, ListLag: opts.ListLag, Noise: opts.Noise,
	})
	must(t, err)
	p := &Product{t: t, desk: desk, vmrun: filepath.Join(root, "bin", vmrunName())}
	for _, place := range []string{desk.Persona().Library, opts.Place} {
		if place != "" {
			p.vmrun = filepath.Join(root, filepath.FromSlash(place), vmrunName())
		}
	}
	must(t, install(p.vmrun))
	must(t, os.MkdirAll(p.VMs(), 0o750))
	return p
}

func must(t TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal("stand-in: " + err.Error())
	}
}

// VMRun is the path of the executable.
func (p *Product) VMRun() string { return p.vmrun }

// Bin is the folder of the executable, for PATH.
func (p *Product) Bin() string { return filepath.Dir(p.vmrun) }

// Root is the folder of everything that the product has.
func (p *Product) Root() string { return p.desk.Root }

// VMs is the folder in which AddVM makes VMs.
func (p *Product) VMs() string { return filepath.Join(p.desk.Root, "vms") }

// ServiceProvider is the product as the provider's configuration names it.
func (p *Product) ServiceProvider() string {
	return map[string]string{"ws": "workstation", "player": "player", "fusion": "fusion"}[p.desk.Persona().Type]
}

// Version is the product's version, and that of its vmrun as this tells it.
func (p *Product) Version() (product, vmrun string) {
	return p.desk.Persona().Version, p.desk.Persona().VMRun
}

// Set gives a switch a value for the processes that start from now on.
func (p *Product) Set(name, value string) {
	p.t.Helper()
	p.configure(func(c *desktop.Config) {
		values := map[string]string{name: value}
		for k, v := range c.Switches {
			if k != name {
				values[k] = v
			}
		}
		c.Switches = values
	})
}

// SetDelay says how long a command takes from now on; "" is for all that nothing was said of.
func (p *Product) SetDelay(command string, d time.Duration) {
	p.t.Helper()
	p.configure(func(c *desktop.Config) {
		delays := map[string]time.Duration{strings.ToLower(command): d}
		for k, v := range c.Delays {
			if k != strings.ToLower(command) {
				delays[k] = v
			}
		}
		c.Delays = delays
	})
}

// SetNoise says what is written beside answers from now on.
func (p *Product) SetNoise(n Noise) {
	p.t.Helper()
	p.configure(func(c *desktop.Config) { c.Noise = n })
}

// Fault adds a fault; what it counts are calls from now on.
func (p *Product) Fault(f Fault) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	must(p.t, p.desk.AddFault(f))
}

// ClearFaults ends all faults.
func (p *Product) ClearFaults() {
	p.t.Helper()
	p.configure(func(c *desktop.Config) { c.Faults = nil })
}

// now is the product as it is configured at this moment.
func (p *Product) now() *desktop.Desktop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &desktop.Desktop{Root: p.desk.Root, Config: p.desk.Config}
}

func (p *Product) configure(change func(*desktop.Config)) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.desk.Config)
	must(p.t, p.desk.Save())
}
