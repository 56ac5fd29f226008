// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// bench is what all measurements share: the binaries and the way to run them.
type bench struct {
	dir       string // temporary
	terraform string
	rc        string // terraform's own configuration
	peer      *peer
}

// newBench builds the provider, the references and the simulated host.
func newBench(ctx context.Context) (*bench, error) {
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	for _, name := range []string{"terraform", "tofu"} {
		if terraform == "" {
			terraform, _ = exec.LookPath(name)
		}
	}
	if terraform == "" {
		return nil, fmt.Errorf("no terraform or tofu: set TF_ACC_TERRAFORM_PATH")
	}
	dir, err := os.MkdirTemp("", "vix-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, terraform: terraform, rc: filepath.Join(dir, "terraformrc")}
	if err := b.prepare(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) prepare(ctx context.Context) error {
	const module = "github.com/terraform-vix/terraform-provider-vix"
	for name, pkg := range map[string]string{
		"terraform-provider-vix": module, "terraform-provider-instant": module + "/internal/bench/instant",
		"terraform-provider-atonce": module + "/internal/bench/atonce",
		"empty":                     module + "/internal/bench/empty", "limit": module + "/internal/bench/limit",
		"host": module + "/internal/bench/host",
	} {
		out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.binary(name), pkg).CombinedOutput()
		if err != nil {
			return fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
		}
	}
	var err error
	if b.peer, err = peerFromEnvironment(); err != nil {
		return err
	}
	overrides := map[string]string{"terraform-vix/vix": b.dir, "terraform-vix/instant": b.dir, "terraform-vix/atonce": b.dir}
	if b.peer != nil {
		overrides[b.peer.source] = filepath.Dir(b.peer.binary)
	}
	var rc strings.Builder
	rc.WriteString("provider_installation {\n  dev_overrides {\n")
	for source, dir := range overrides {
		fmt.Fprintf(&rc, "    %q = %q\n", source, filepath.ToSlash(dir))
	}
	rc.WriteString("  }\n  direct {}\n}\n")
	return os.WriteFile(b.rc, []byte(rc.String()), 0o600)
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

func (b *bench) binary(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(b.dir, name)
}

// system says what the figures were measured on.
func (b *bench) system(ctx context.Context) string {
	out, _ := exec.CommandContext(ctx, b.terraform, "version", "-json").Output()
	var v struct {
		Version string `json:"terraform_version"`
	}
	_ = json.Unmarshal(out, &v) // a version that it does not tell is left out
	return fmt.Sprintf("%s/%s, %d CPUs, %s, terraform %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), v.Version)
}

// workspace is a folder with a configuration, and the environment for terraform.
func (b *bench) workspace(config string, p *proxy) (*workspace, error) {
	dir, err := os.MkdirTemp(b.dir, "run-")
	if err != nil {
		return nil, err
	}
	// What terraform init makes; a provider under development needs no init.
	if err := os.Mkdir(filepath.Join(dir, ".terraform"), 0o750); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	w := &workspace{dir: dir}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "VIX_") {
			w.env = append(w.env, variable)
		}
	}
	w.env = append(w.env, "TF_CLI_CONFIG_FILE="+b.rc, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0")
	if p != nil {
		w.env = append(w.env, "VIX_HOSTNAME="+p.url, "VIX_USERNAME="+p.host.Username, "VIX_PASSWORD="+p.host.Password, "VIX_CA_FILE="+p.ca)
	} else { // nobody is asked
		w.env = append(w.env, "VIX_HOSTNAME=nowhere", "VIX_USERNAME=nobody", "VIX_PASSWORD=none")
	}
	return w, nil
}

// workspace is where terraform runs.
type workspace struct {
	dir string
	env []string
}
