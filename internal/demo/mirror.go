// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// version is the version that the demo installs the provider as.
const version = "0.0.1"

// moduleRoot is the folder of the provider's sources.
func moduleRoot(ctx context.Context) (string, error) {
	mod, err := goCommand(ctx, ".", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	if mod = strings.TrimSpace(mod); filepath.Base(mod) != "go.mod" {
		return "", errors.New("this is not a folder of the provider's sources")
	}
	return filepath.Dir(mod), nil
}

// buildProvider builds the provider binary.
func buildProvider(ctx context.Context, root, to string) error {
	_, err := goCommand(ctx, root, "build", "-ldflags", "-s -w -X main.version="+version, "-o", to, ".")
	return err
}

// exe is a file name as executables have it on this system.
func exe(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

// mirror is a folder that `terraform init` installs the provider from.
func mirror(dir, registry, binary string) error {
	to := filepath.Join(dir, registry, "terraform-vix", "vix", version, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	return copyFile(binary, filepath.Join(to, exe("terraform-provider-vix_v"+version)), 0o755)
}

// mirrorConfig writes a CLI configuration that installs from the mirror and from
// nowhere else.
func mirrorConfig(file, mirror string) error {
	path, err := json.Marshal(filepath.ToSlash(mirror))
	if err != nil {
		return err
	}
	return os.WriteFile(file, fmt.Appendf(nil,
		"provider_installation {\n  filesystem_mirror {\n    path = %s\n  }\n}\n", path), 0o600)
}

// copyFile copies a file.
func copyFile(from, to string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
