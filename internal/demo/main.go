// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command demo shows the provider at work: a real terraform (or tofu) registers
// and opens VMs on a simulated vCenter, or on a stand-in for Workstation. It is what `make demo` and `make demo-hosted` run, it changes
// nothing outside of a temporary folder, and it fails if anything that it shows
// is not as it should be.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	provider := flag.String("provider", "", "`path` of a provider binary to show (default: build one)")
	laptop := flag.Bool("hosted", false, "show a laptop with Workstation in place of a vCenter")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "demo takes flags only; see -help")
		os.Exit(2)
	}
	// What the simulator logs is not for those who watch.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	tell := run
	if *laptop {
		tell = runHosted
	}
	err := tell(ctx, newConsole(os.Stdout), *provider)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
	case interrupted:
		fmt.Fprintln(os.Stderr, "\ndemo: interrupted; everything it made is removed")
		os.Exit(130)
	default:
		fmt.Fprintf(os.Stderr, "\n%s\n", failure(err))
		os.Exit(1)
	}
}

// failure is what to show of an error: what was expected, and what a command
// said that ended otherwise.
func failure(err error) string {
	text := "demo: " + err.Error()
	if failed, ok := errors.AsType[*commandError](err); ok {
		text += "\n\n" + indent(failed.output)
	}
	return text
}
