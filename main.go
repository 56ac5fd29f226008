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

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

// version is set by the release build.
var version = "dev"

// logoutTime bounds the logout: Terraform kills a provider two seconds after it
// has asked it to end.
const logoutTime = 1200 * time.Millisecond

const (
	// orphanTick is how often the provider looks whether Terraform is still there.
	orphanTick = 500 * time.Millisecond
	// orphanGrace is what an operation that Terraform's end interrupted has to
	// cancel its task and to learn how that ended.
	orphanGrace = time.Second
)

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
		vix.VIServer:    vsphere.Connect,
		vix.Workstation: hosted.Connect(vix.Workstation),
		vix.Player:      hosted.Connect(vix.Player),
		vix.Fusion:      hosted.Connect(vix.Fusion),
	})
	vixProvider.Begin()
	if !debug {
		go func() {
			// Nobody ends a provider whose Terraform was killed: it would keep its
			// session on the host, and itself, for ever.
			awaitOrphaned(os.Getppid())
			_ = end(vixProvider.Abandon)
			os.Exit(1)
		}()
	}
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	serveErr := tf6server.Serve("registry.terraform.io/terraform-vix/vix", vixProvider.Server, options...)
	if err := end(vixProvider.Close); err != nil {
		if serveErr == nil {
			return fmt.Errorf("log out: %w", err)
		}
		fmt.Fprintln(os.Stderr, "terraform-provider-vix: log out:", err)
	}
	return serveErr
}

// end ends the provider in the little time that there is.
func end(in func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), logoutTime)
	defer cancel()
	return in(ctx)
}

// awaitOrphaned returns a while after the process that started this one has
// ended. Windows does not tell; there it never returns.
func awaitOrphaned(parent int) {
	tick := time.NewTicker(orphanTick)
	defer tick.Stop()
	for range tick.C {
		if os.Getppid() != parent {
			break
		}
	}
	<-time.After(orphanGrace)
}
