// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

// hostedDemo is one run on a laptop: the CLI, the stand-in for Workstation and the folders they work in.
type hostedDemo struct {
	console *console
	cli     *cli
	setup   *setup
	product *hostedsim.Product
	rest    *hostedsim.VMRest
	vms     []*hostedsim.Machine
	before  map[string]string
	opens   string // a copy of examples/laptop
	library string // a copy of examples/laptop/library
}

// setup makes the stand-in what a test would make it: it fails by a panic that runHosted turns into an error.
type setup struct{ dir string }

// setupError is why the stand-in could not be made.
type setupError struct{ text string }

func (s *setup) Helper() {}

func (s *setup) Fatal(args ...any) { panic(setupError{fmt.Sprint(args...)}) }

func (s *setup) TempDir() string { return s.dir }

// runHosted tells the story of a laptop. It leaves nothing behind.
func runHosted(ctx context.Context, c *console, provider string) (err error) {
	begun := time.Now()
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "vix-demo-")
	if err != nil {
		return err
	}
	d := &hostedDemo{console: c, setup: &setup{filepath.Join(dir, "desktop")}}
	defer func() {
		if failed, ok := recover().(setupError); ok {
			err = errors.New(failed.text)
		}
		if d.rest != nil {
			d.rest.Close()
		}
		_ = os.RemoveAll(dir)
	}()
	c.say("VMs of a laptop, opened by their paths and put into the library, on a stand-in for Workstation\n")
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return d.prepare(ctx, root, dir, provider) },
		d.install, d.open, d.planAgain, d.register, d.encrypted, d.destroy, d.files, d.processes,
	} {
		if err := step(ctx); err != nil {
			c.say("failed")
			return err
		}
	}
	c.say("\nAll as it should be, in %.0f s. The configurations are in %s.",
		time.Since(begun).Seconds(), filepath.Join("examples", "laptop"))
	return nil
}

// prepare builds the provider and lays out the folders.
func (d *hostedDemo) prepare(ctx context.Context, root, dir, provider string) error {
	shared := &demo{console: d.console}
	if err := shared.provide(ctx, root, dir, provider); err != nil {
		return err
	}
	d.cli = shared.cli
	d.opens, d.library = filepath.Join(dir, "opens"), filepath.Join(dir, "library")
	examples := filepath.Join(root, "examples", "laptop")
	if err := errors.Join(copyConfig(examples, d.opens), copyConfig(filepath.Join(examples, "library"), d.library)); err != nil {
		return err
	}
	d.console.done("terraform-provider-vix %s, for %s", version, d.cli.version)
	return nil
}

// install makes the stand-in, with VMs of each kind.
func (d *hostedDemo) install(context.Context) error {
	d.console.step("Install a stand-in Workstation")
	if err := os.MkdirAll(d.setup.dir, 0o755); err != nil {
		return err
	}
	d.product = hostedsim.NewIn(d.setup, d.setup.dir, hostedsim.Options{})
	add := func(name string, spec hostedsim.Spec) *hostedsim.Machine {
		m := d.product.AddVM(name, spec)
		d.vms = append(d.vms, m)
		return m
	}
	add("web", hostedsim.Spec{CPUs: 2, MemoryMiB: 2048})
	add("build server", hostedsim.Spec{GuestOS: "debian12-64", CPUs: 4, MemoryMiB: 8192}).Start()
	add("位 (test)", hostedsim.Spec{GuestOS: "windows11-64"}).Snapshot("clean", "as installed")
	d.rest = d.product.VMRest()
	d.before = d.product.Tree()
	d.cli.set("PATH", d.product.Bin()+string(os.PathListSeparator)+os.Getenv("PATH"))
	d.cli.set("VIX_VMREST_URL", d.rest.URL())
	d.cli.set("VIX_USERNAME", d.rest.Username)
	d.cli.set("VIX_PASSWORD", d.rest.Password)
	d.cli.set("TF_VAR_folder", d.product.VMs())
	d.cli.set("TF_VAR_vmx_path", d.vms[0].Path())
	d.console.done("%d VMs, one of them runs; vmrun is on PATH, vmrest listens", len(d.vms))
	return nil
}

// open opens every VM of the folder by its path.
func (d *hostedDemo) open(ctx context.Context) error {
	d.console.step(d.cli.name() + " apply: open by path")
	if _, err := d.cli.run(ctx, d.opens, 0, "init", "-no-color"); err != nil {
		return err
	}
	out, err := d.cli.run(ctx, d.opens, 0, "apply", "-no-color", "-auto-approve")
	if err != nil {
		return err
	}
	line, err := summary("terraform apply", out, applied)
	if err != nil {
		return err
	}
	outputs, err := d.cli.run(ctx, d.opens, 0, "output", "-no-color")
	if err != nil {
		return err
	}
	for _, part := range []string{"web ", "build server", "192.168.80.130", "位 (test)", "power on", "power off"} {
		if !strings.Contains(outputs, part) {
			return &commandError{"terraform output", fmt.Sprintf("it does not say %q", part), outputs}
		}
	}
	d.console.done("%s", line)
	d.console.show(outputs)
	return nil
}

func (d *hostedDemo) planAgain(ctx context.Context) error {
	d.console.step(d.cli.name() + " plan, again")
	if _, err := d.cli.run(ctx, d.opens, 0, "plan", "-no-color", "-detailed-exitcode"); err != nil {
		return err
	}
	d.console.done("No changes.")
	return nil
}

// register puts a VM into the library, and opens it in the same apply.
func (d *hostedDemo) register(ctx context.Context) error {
	d.console.step(d.cli.name() + " apply: into the library")
	if _, err := d.cli.run(ctx, d.library, 0, "init", "-no-color"); err != nil {
		return err
	}
	out, err := d.cli.run(ctx, d.library, 0, "apply", "-no-color", "-auto-approve")
	if err != nil {
		return err
	}
	line, err := summary("terraform apply", out, applied)
	if err != nil {
		return err
	}
	if !d.vms[0].InLibrary() || d.rest.Count(http.MethodPost, "/vms/registration") != 1 {
		return &commandError{"terraform apply", "the VM is not in the library, or was sent there twice", out}
	}
	if _, err := d.cli.run(ctx, d.library, 0, "plan", "-no-color", "-detailed-exitcode"); err != nil {
		return err
	}
	d.console.done("%s Then no changes.", line)
	return nil
}

// encrypted opens a VM whose password nobody has given, and must be refused.
func (d *hostedDemo) encrypted(ctx context.Context) error {
	d.console.step("Open an encrypted VM")
	d.product.AddVM("vault", hostedsim.Spec{Encrypted: hostedsim.EncryptedFully, Password: "demo"})
	d.before = d.product.Tree()
	out, err := d.cli.run(ctx, d.opens, 1, "plan", "-no-color")
	if err != nil {
		return err
	}
	text := plain(out)
	for _, part := range []string{"The VM is encrypted", "vm_password", "VIX_E_NEED_KEY (30)"} {
		if !strings.Contains(text, part) {
			return &commandError{"terraform plan", fmt.Sprintf("the error does not say %q", part), out}
		}
	}
	d.console.done("refused, and says what to set")
	_, text, _ = strings.Cut(text, "Error: ")
	d.console.show("Error: " + text)
	return nil
}

// destroy forgets the registration, and says that the entry stays.
func (d *hostedDemo) destroy(ctx context.Context) error {
	d.console.step(d.cli.name() + " destroy")
	out, err := d.cli.run(ctx, d.library, 0, "destroy", "-no-color", "-auto-approve")
	if err != nil {
		return err
	}
	line, err := summary("terraform destroy", out, gone)
	if err != nil {
		return err
	}
	if !strings.Contains(out, "A VM stays in the library of the product") || !d.vms[0].InLibrary() || len(d.rest.Violations()) > 0 {
		return &commandError{"terraform destroy", "it took the VM out of the library, or did not say that it stays", out}
	}
	d.console.done("%s The entry in the library stays, and it says so.", line)
	return nil
}

// files proves that nothing of a VM has changed.
func (d *hostedDemo) files(context.Context) error {
	d.console.step("Files of the VMs")
	after := d.product.Tree()
	if len(after) != len(d.before) {
		return fmt.Errorf("there were %d files, and there are %d", len(d.before), len(after))
	}
	for name, is := range after {
		if d.before[name] != is {
			return fmt.Errorf("%s has changed", name)
		}
	}
	d.console.done("%d, each byte for byte as before", len(after))
	return nil
}

// processes proves that every vmrun has ended, and says how many there were.
func (d *hostedDemo) processes(context.Context) error {
	d.console.step("Processes of vmrun")
	if alive := d.product.Alive(); len(alive) > 0 {
		return fmt.Errorf("%d processes are left", len(alive))
	}
	runs, lists := d.product.Count("version"), d.product.Count("list")
	if lists > runs {
		return fmt.Errorf("%d runs of the provider asked %d times which VMs run", runs, lists)
	}
	d.console.done("%d in %d runs of the provider, none is left", len(d.product.Calls()), runs)
	return nil
}
