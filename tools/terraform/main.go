// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command terraform prints the path of a Terraform binary that the tests can
// run, downloading the newest release into the directory given as its argument
// if there is none there or on PATH.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	install "github.com/hashicorp/hc-install"
	"github.com/hashicorp/hc-install/fs"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
	"github.com/hashicorp/hc-install/src"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	path, err := ensure(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "terraform:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}

func ensure(ctx context.Context, args []string) (string, error) {
	if len(args) != 1 {
		return "", errors.New("usage: terraform DIRECTORY")
	}
	dir, err := filepath.Abs(args[0])
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path, err := install.NewInstaller().Ensure(ctx, []src.Source{
		// An earlier download counts, so that only the first run needs the network.
		&fs.AnyVersion{Product: &product.Terraform, ExtraPaths: []string{dir}},
		&releases.LatestVersion{Product: product.Terraform, InstallDir: dir},
	})
	if err != nil {
		return "", fmt.Errorf("no terraform or tofu is on PATH, and terraform could not be downloaded: %w", err)
	}
	return path, nil
}
