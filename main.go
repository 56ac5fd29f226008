// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-vix serves the Terraform provider terraform-vix/vix.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

// version is set by the release build.
var version = "dev"

// logoutTime bounds the logout: Terraform kills a provider two seconds after it
// has asked it to end.
const logoutTime = 1200 * time.Millisecond

func main() {
	prepare()
	debug := flag.Bool("debug", false, "serve until interrupted, for a debugger to attach to")
	flag.Parse()
	if err := run(*debug); err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-vix:", err)
		os.Exit(1)
	}
}

// run serves the provider and logs out of every host when Terraform is done.
func run(debug bool) error {
	vixProvider := provider.New(version, map[vix.ServiceProvider]vix.Connect{
		vix.VIServer: vsphere.Connect,
	})
	serveErr := providerserver.Serve(context.Background(),
		func() frameworkprovider.Provider { return vixProvider },
		providerserver.ServeOpts{
			Address:         "registry.terraform.io/terraform-vix/vix",
			Debug:           debug,
			ProtocolVersion: 6,
		})
	ctx, cancel := context.WithTimeout(context.Background(), logoutTime)
	defer cancel()
	if err := vixProvider.Close(ctx); err != nil {
		if serveErr == nil {
			return fmt.Errorf("log out: %w", err)
		}
		fmt.Fprintln(os.Stderr, "terraform-provider-vix: log out:", err)
	}
	return serveErr
}
