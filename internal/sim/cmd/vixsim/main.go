// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command vixsim runs the simulated host of the tests for use by hand: a vCenter, or an ESXi, with a handful of VMs
// that lie on its datastores and are not registered. It ends on SIGINT or SIGTERM and leaves nothing behind.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

type settings struct {
	opts         sim.Options
	readyFile    string
	unregistered bool
	verbose      bool
}

func main() {
	var s settings
	flag.BoolVar(&s.opts.ESX, "esx", false, "simulate a single ESXi instead of a vCenter")
	flag.IntVar(&s.opts.Datacenters, "datacenters", 2, "number of datacenters")
	flag.IntVar(&s.opts.DatacenterFolders, "folders", 0, "put the last `n` datacenters into folders")
	flag.IntVar(&s.opts.Datastores, "datastores", 1, "datastores per datacenter")
	flag.IntVar(&s.opts.VMs, "vms", 0, "VMs per datacenter that are registered from the start")
	flag.BoolVar(&s.unregistered, "unregistered", true, "lay out VMs that are not registered")
	flag.StringVar(&s.opts.Addr, "addr", "127.0.0.1:0", "listen `address`")
	flag.DurationVar(&s.opts.Latency, "latency", 0, "`time` to add to every request")
	flag.StringVar(&s.opts.Dir, "dir", "", "`directory` for the datastores (default: a temporary one)")
	flag.StringVar(&s.opts.Username, "username", "", "name of the user (default administrator@vsphere.local)")
	flag.StringVar(&s.opts.Password, "password", "", "password of the user (default random)")
	flag.StringVar(&s.readyFile, "ready-file", "", "write a JSON `file` that says how to connect, once the host is ready")
	flag.BoolVar(&s.verbose, "v", false, "show what the simulator logs")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "vixsim takes flags only; see -help")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, s, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vixsim:", err)
		os.Exit(1)
	}
}

// ready is the content of the ready file.
type ready struct {
	Hostname    string            `json:"hostname"`
	Username    string            `json:"username"`
	Password    string            `json:"password"`
	CAFile      string            `json:"ca_file"`
	Thumbprint  string            `json:"thumbprint"`
	URL         string            `json:"url"`
	VMs         []sim.DemoVM      `json:"vms"`
	Directories map[string]string `json:"datastore_directories"`
}

func run(ctx context.Context, s settings, out io.Writer) error {
	if !s.verbose {
		log.SetOutput(io.Discard)
	}
	h, err := sim.Start(s.opts)
	if err != nil {
		return err
	}
	defer h.Close()
	var vms []sim.DemoVM
	if s.unregistered {
		if vms, err = sim.LayoutDemo(h); err != nil {
			return err
		}
	}
	u, err := url.Parse(h.URL())
	if err != nil {
		return err
	}
	r := ready{
		Hostname: u.Host, Username: h.Username(), Password: h.Password(), CAFile: h.CAFile(), Thumbprint: h.Thumbprint(),
		URL: h.URL(), VMs: vms, Directories: h.DatastoreDirs(),
	}
	if s.readyFile != "" {
		if err := writeReady(s.readyFile, r); err != nil {
			return err
		}
		defer func() { _ = os.Remove(s.readyFile) }()
	}
	show(out, r)
	<-ctx.Done()
	return nil
}

// writeReady writes beside the file and renames, so that nobody reads half of it.
func writeReady(name string, r ready) error {
	text, err := json.MarshalIndent(r, "", "  ") //nolint:gosec // the password of a simulated host is the point
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".vixsim-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if _, err := tmp.Write(append(text, '\n')); err != nil {
		_ = tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

func show(out io.Writer, r ready) {
	quote := func(v string) string { return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'" }
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }()
	fmt.Fprintf(w, "export VIX_HOSTNAME=%s\n", quote(r.Hostname))
	fmt.Fprintf(w, "export VIX_USERNAME=%s\n", quote(r.Username))
	fmt.Fprintf(w, "export VIX_PASSWORD=%s\n", quote(r.Password))
	fmt.Fprintf(w, "export VIX_CA_FILE=%s\n", quote(r.CAFile))
	if len(r.VMs) > 0 {
		fmt.Fprintf(w, "\nNot registered yet:\nDATACENTER\tVMX PATH\tNAME\n")
	}
	for _, v := range r.VMs {
		name := v.Name
		if v.Template {
			name += " (template)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", v.Datacenter, v.VMXPath, name)
	}
	fmt.Fprintf(w, "\nRunning until interrupted.\n")
}
