// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// bench is a real CLI with the real provider, connected to a simulated host.
type bench struct {
	t    *testing.T
	host *sim.Host
	cli  *cli
	root string // the provider's sources
	dir  string // the configuration
}

// newBench starts a host, and a CLI that installs the provider from a mirror.
func newBench(t *testing.T, options sim.Options) *bench {
	t.Helper()
	_, binary := built(t)
	b := &bench{t: t, dir: t.TempDir()}
	var err error
	b.root, err = moduleRoot(t.Context())
	b.must(err)
	b.cli, err = findCLI(t.Context(), b.root)
	b.must(err)
	packages, settings := t.TempDir(), filepath.Join(t.TempDir(), "cli.tfrc")
	b.must(mirror(packages, b.cli.registry(), binary))
	b.must(mirrorConfig(settings, packages))
	b.cli.set("TF_CLI_CONFIG_FILE", settings)
	b.host, err = sim.Start(options)
	b.must(err)
	t.Cleanup(b.host.Close)
	address, err := url.Parse(b.host.URL())
	b.must(err)
	for name, value := range map[string]string{
		"HOSTNAME": address.Host, "USERNAME": b.host.Username(), "PASSWORD": b.host.Password(), "CA_FILE": b.host.CAFile(),
	} {
		b.cli.set("VIX_"+name, value)
	}
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(failure(err))
	}
}

// file writes a file of the configuration.
func (b *bench) file(name, text string) {
	b.t.Helper()
	b.must(os.MkdirAll(filepath.Dir(filepath.Join(b.dir, name)), 0o755))
	write(b.t, filepath.Join(b.dir, name), text)
}

// folder copies a folder of the sources below the configuration.
func (b *bench) folder(from, to string) {
	b.t.Helper()
	b.must(os.CopyFS(filepath.Join(b.dir, to), os.DirFS(filepath.Join(b.root, filepath.FromSlash(from)))))
}

// run runs the CLI in the configuration's folder, and gives what it wrote in one
// line of single spaces: it wraps its lines as it likes.
func (b *bench) run(status int, args ...string) string {
	b.t.Helper()
	out := b.raw(status, args...)
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╵", " ", "╷", " ").Replace(out)), " ")
}

// raw is run with the output as it is.
func (b *bench) raw(status int, args ...string) string {
	b.t.Helper()
	out, err := b.cli.run(b.t.Context(), b.dir, status, append(args, "-no-color")...)
	b.must(err)
	return out
}

// says fails unless the output has all the texts.
func (b *bench) says(out string, texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(out, text) {
			b.t.Errorf("no %q in:\n%s", text, out)
		}
	}
}

// lay lays out an unregistered VM.
func (b *bench) lay(datacenter, path string, vm sim.VMX) {
	b.t.Helper()
	b.must(b.host.WriteVM(datacenter, path, vm))
}

// somebody registers a VM outside of Terraform.
func (b *bench) somebody(datacenter, path string) {
	b.t.Helper()
	_, err := b.host.Register(b.t.Context(), datacenter, path)
	b.must(err)
}

// registered reports whether the inventory has a VM at a path.
func (b *bench) registered(datacenter, path string) bool {
	_, err := b.host.VM(datacenter, path)
	return err == nil
}

// hashes are the files of all datastores.
func (b *bench) hashes() map[string]string {
	b.t.Helper()
	all := map[string]string{}
	for name, dir := range b.host.DatastoreDirs() {
		files, err := hashes(dir)
		b.must(err)
		for file, hash := range files {
			all[name+"/"+file] = hash
		}
	}
	return all
}

// unchanged compares the files byte for byte, but for those named.
func (b *bench) unchanged(before map[string]string, but ...string) {
	b.t.Helper()
	after := b.hashes()
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if after[name] != before[name] && !slices.Contains(but, name) {
			b.t.Errorf("%s has changed", name)
		}
	}
	if len(after) != len(before) {
		b.t.Errorf("there were %d files and are %d", len(before), len(after))
	}
}
