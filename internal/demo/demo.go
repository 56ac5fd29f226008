// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// demo is one run: the CLI, the simulated vCenter and the folders they work in.
type demo struct {
	console *console
	cli     *cli
	world   *world
	config  string // a copy of examples/demo
	second  string // a copy of examples/demo/ambiguous
}

// run tells the whole story. It leaves nothing behind.
func run(ctx context.Context, c *console, provider string) error {
	begun := time.Now()
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "vix-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	d := &demo{console: c}
	c.say("VMs that exist already, registered, powered on and opened with Terraform, on a simulated vCenter\n")
	defer func() {
		if d.world != nil {
			d.world.host.Close()
		}
	}()
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return d.prepare(ctx, root, dir, provider) },
		func(context.Context) error { return d.startHost(filepath.Join(dir, "datastores")) },
		d.init, d.plan, d.apply, d.ambiguous, d.planAgain, d.destroy, d.files, d.sessions,
	} {
		if err := step(ctx); err != nil {
			c.say("failed")
			return err
		}
	}
	c.say("\nAll as it should be, in %.0f s. The configuration is in %s.",
		time.Since(begun).Seconds(), filepath.Join("examples", "demo"))
	return nil
}

// provide builds the provider, and finds a CLI that installs it as from a registry.
func (d *demo) provide(ctx context.Context, root, dir, provider string) error {
	d.console.step("Build the provider")
	if provider == "" {
		provider = filepath.Join(dir, exe("provider"))
		if err := buildProvider(ctx, root, provider); err != nil {
			return err
		}
	}
	var err error
	if d.cli, err = findCLI(ctx, root); err != nil {
		return err
	}
	if err := mirror(filepath.Join(dir, "mirror"), d.cli.registry(), provider); err != nil {
		return err
	}
	settings := filepath.Join(dir, "cli.tfrc")
	if err := mirrorConfig(settings, filepath.Join(dir, "mirror")); err != nil {
		return err
	}
	d.cli.set("TF_CLI_CONFIG_FILE", settings)
	return nil
}

// prepare builds the provider and lays out the folders.
func (d *demo) prepare(ctx context.Context, root, dir, provider string) error {
	if err := d.provide(ctx, root, dir, provider); err != nil {
		return err
	}
	d.config, d.second = filepath.Join(dir, "config"), filepath.Join(dir, "ambiguous")
	examples := filepath.Join(root, "examples", "demo")
	if err := copyConfig(examples, d.config); err != nil {
		return err
	}
	if err := copyConfig(filepath.Join(examples, "ambiguous"), d.second); err != nil {
		return err
	}
	d.console.done("terraform-provider-vix %s, for %s", version, d.cli.version)
	return nil
}

// startHost starts the vCenter and says what lies on its datastores.
func (d *demo) startHost(dir string) error {
	d.console.step("Start a simulated vCenter")
	var err error
	if d.world, err = newWorld(dir); err != nil {
		return err
	}
	host := d.world.host
	address, err := url.Parse(host.URL())
	if err != nil {
		return err
	}
	d.cli.set("VIX_HOSTNAME", address.Host)
	d.cli.set("VIX_USERNAME", host.Username())
	d.cli.set("VIX_PASSWORD", host.Password())
	d.cli.set("VIX_CA_FILE", host.CAFile())
	d.console.done("%d VMs lie on its datastores, %d are registered", len(d.world.vms), d.world.registered())
	var list strings.Builder
	for _, vm := range d.world.vms {
		fmt.Fprintf(&list, "%s  %s\n", vm.Datacenter, vm.VMXPath)
	}
	d.console.show(list.String())
	return nil
}

// init installs the provider as a user would, from the mirror.
func (d *demo) init(ctx context.Context) error {
	d.console.step(d.cli.name() + " init")
	out, err := d.cli.run(ctx, d.config, 0, "init", "-no-color")
	if err != nil {
		return err
	}
	installed := regexp.MustCompile(`Installed terraform-vix/vix v[0-9.]+`).FindString(out)
	if installed == "" {
		return &commandError{"terraform init", "it does not say that the provider was installed", out}
	}
	d.console.done("%s from a local mirror", installed)
	return nil
}

// planned and applied are the lines that sum up a plan and an apply.
var (
	planned = regexp.MustCompile(`(?m)^Plan: \d+ to add, .*$`)
	applied = regexp.MustCompile(`(?m)^Apply complete!.*$`)
	gone    = regexp.MustCompile(`(?m)^Destroy complete!.*$`)
)

// summary finds the line that sums up a command.
func summary(command, out string, line *regexp.Regexp) (string, error) {
	found := line.FindString(out)
	if found == "" {
		return "", &commandError{command, "its output has no line like " + line.String(), out}
	}
	return strings.TrimSpace(found), nil
}

func (d *demo) plan(ctx context.Context) error {
	d.console.step(d.cli.name() + " plan")
	// Exit status 2: there are changes.
	out, err := d.cli.run(ctx, d.config, 2, "plan", "-no-color", "-detailed-exitcode", "-out=plan.tfplan")
	if err != nil {
		return err
	}
	line, err := summary("terraform plan", out, planned)
	if err != nil {
		return err
	}
	d.console.done("%s", line)
	return nil
}

// apply registers and opens in one go, and shows what came of it.
func (d *demo) apply(ctx context.Context) error {
	d.console.step(d.cli.name() + " apply")
	out, err := d.cli.run(ctx, d.config, 0, "apply", "-no-color", "plan.tfplan")
	if err != nil {
		return err
	}
	line, err := summary("terraform apply", out, applied)
	if err != nil {
		return err
	}
	const want = 5 // those of examples/demo that are registered
	if n := d.world.registered(); n != want {
		return fmt.Errorf("%d VMs are registered on the host after the apply, not %d", n, want)
	}
	outputs, err := d.cli.run(ctx, d.config, 0, "output", "-no-color")
	if err != nil {
		return err
	}
	d.console.done("%s", line)
	d.console.show(outputs)
	return nil
}

// ambiguous opens a path that two datacenters have, and must be refused.
func (d *demo) ambiguous(ctx context.Context) error {
	d.console.step("Open a path that is there twice")
	if _, err := d.cli.run(ctx, d.second, 0, "init", "-no-color"); err != nil {
		return err
	}
	out, err := d.cli.run(ctx, d.second, 1, "plan", "-no-color")
	if err != nil {
		return err
	}
	text := plain(out)
	for _, part := range []string{
		"2 VMs have this path, in different datacenters", `datacenter = "/DC0": "web-01"`, `datacenter = "/DC1": "web-01"`,
	} {
		if !strings.Contains(text, part) {
			return &commandError{"terraform plan", fmt.Sprintf("the error does not say %q", part), out}
		}
	}
	d.console.done("refused, with every candidate")
	_, text, _ = strings.Cut(text, "Error: ")
	d.console.show("Error: " + text)
	return nil
}

// frame is what terraform draws around a diagnostic.
var frame = regexp.MustCompile(`(?m)^[╷│╵] ?`)

// plain is a diagnostic without the frame.
func plain(out string) string { return frame.ReplaceAllString(out, "") }

// planAgain proves that the apply has brought about what the configuration says.
func (d *demo) planAgain(ctx context.Context) error {
	d.console.step(d.cli.name() + " plan, again")
	if _, err := d.cli.run(ctx, d.config, 0, "plan", "-no-color", "-detailed-exitcode"); err != nil {
		return err
	}
	d.console.done("No changes.")
	return nil
}

func (d *demo) destroy(ctx context.Context) error {
	d.console.step(d.cli.name() + " destroy")
	out, err := d.cli.run(ctx, d.config, 0, "destroy", "-no-color", "-auto-approve")
	if err != nil {
		return err
	}
	line, err := summary("terraform destroy", out, gone)
	if err != nil {
		return err
	}
	if n := d.world.registered(); n != 0 {
		return fmt.Errorf("%d VMs are still registered on the host after the destroy", n)
	}
	d.console.done("%s", line)
	return nil
}

// files proves that unregistering is all that a destroy does.
func (d *demo) files(context.Context) error {
	d.console.step("Files on the datastores")
	if err := d.world.untouched(); err != nil {
		return err
	}
	d.console.done("%d, each byte for byte as before", len(d.world.before))
	return nil
}

// sessions proves that every run has logged out.
func (d *demo) sessions(context.Context) error {
	d.console.step("Sessions left on the vCenter")
	if n := d.world.host.Sessions(); n != 0 {
		return fmt.Errorf("%d sessions are left on the host", n)
	}
	d.console.done("none")
	return nil
}

// copyConfig copies the .tf files of a folder.
func copyConfig(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(from, "*.tf"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("there is no configuration in %s", from)
	}
	for _, file := range files {
		if err := copyFile(file, filepath.Join(to, filepath.Base(file)), 0o644); err != nil {
			return err
		}
	}
	return nil
}
