// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command host is the simulated vCenter of the benchmarks, as a process of its
// own, so that its memory and its CPU time are not the provider's. It says on its
// standard output how to reach it, and ends when its standard input does.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

func main() {
	// One cluster and nothing else: no placement needs to be said.
	options := sim.Options{PlainHTTP: true, StandaloneHosts: -1}
	flag.IntVar(&options.VMs, "vms", 0, "registered VMs per datacenter")
	flag.IntVar(&options.Datacenters, "datacenters", 1, "datacenters")
	unregistered := flag.Int("unregistered", 0, "VMs of the first datacenter that are not registered")
	flag.Parse()
	log.SetOutput(io.Discard)
	// A vCenter is another machine: what it needs to tidy up must not come out of
	// the CPU time of the run that is measured.
	debug.SetGCPercent(800)
	if err := run(options, *unregistered); err != nil {
		fmt.Fprintln(os.Stderr, "host:", err)
		os.Exit(1)
	}
}

func run(options sim.Options, unregistered int) error {
	h, err := sim.Start(options)
	if err != nil {
		return err
	}
	defer h.Close()
	for i := range unregistered {
		name := fmt.Sprintf("new%d", i)
		if err := h.WriteVM("DC0", fmt.Sprintf("[LocalDS_0] %s/%s.vmx", name, name), sim.VMX{Tools: true}); err != nil {
			return err
		}
	}
	err = json.NewEncoder(os.Stdout).Encode(map[string]string{"url": h.URL(), "username": h.Username(), "password": h.Password()})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
