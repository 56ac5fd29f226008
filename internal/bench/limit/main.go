// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command limit opens VMs by path with as few requests as there can be: one index
// of the datastore, one read of all VMs. It knows beforehand what a provider
// cannot know, how many VMs there will be and which; that is why it is the limit.
// With -register it registers the paths instead, and with -unregister it undoes
// that: what either takes is the host's own speed, ten operations at a time. With -power-on, -snapshot, -variable or -clone it
// powers the VMs on and waits for their Tools, takes a snapshot of each, writes a variable of each, or clones each.
package main

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

func main() {
	do := open
	flag.BoolFunc("register", "register the paths", func(string) error { do = register; return nil })
	flag.BoolFunc("unregister", "unregister the VMs at the paths", func(string) error { do = unregister; return nil })
	flag.BoolFunc("power-on", "power the VMs on, and wait for their Tools", func(string) error { do = powerOn; return nil })
	flag.BoolFunc("snapshot", "take a snapshot of each VM", func(string) error { do = snapshot; return nil })
	flag.BoolFunc("variable", "write a variable of each VM", func(string) error { do = variable; return nil })
	flag.BoolFunc("clone", "clone each VM, with its disks", func(string) error { do = clone; return nil })
	flag.Parse()
	if err := run(context.Background(), do); err != nil {
		fmt.Fprintln(os.Stderr, "limit:", err)
		os.Exit(1)
	}
}

// run does something with the paths that stand on the standard input, one a line,
// all on one datastore name.
func run(ctx context.Context, do func(context.Context, *govmomi.Client, []string) error) error {
	var paths []string
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		paths = append(paths, lines.Text())
	}
	if err := lines.Err(); err != nil {
		return err
	}
	c, err := connect(ctx)
	if err != nil {
		return err
	}
	if err := do(ctx, c, paths); err != nil {
		return err
	}
	return c.Logout(ctx)
}

// open finds the VMs and reads what the provider reads of them.
func open(ctx context.Context, c *govmomi.Client, paths []string) error {
	collector := property.DefaultCollector(c.Client)
	found, err := index(ctx, c, collector)
	if err != nil {
		return err
	}
	read := types.PropertyFilterSpec{PropSet: []types.PropertySpec{{Type: "VirtualMachine", PathSet: properties}}}
	seen := map[types.ManagedObjectReference]bool{}
	for _, path := range paths {
		vm, ok := found[path]
		if !ok {
			return errors.New(path + " is not registered")
		}
		if !seen[vm] {
			seen[vm] = true
			read.ObjectSet = append(read.ObjectSet, types.ObjectSpec{Obj: vm})
		}
	}
	answer, err := collector.RetrieveProperties(ctx, types.RetrieveProperties{SpecSet: []types.PropertyFilterSpec{read}})
	if err != nil {
		return err
	}
	if len(answer.Returnval) != len(seen) {
		return fmt.Errorf("%d VMs of %d", len(answer.Returnval), len(seen))
	}
	return nil
}

// properties are what the provider reads of an opened VM.
var properties = []string{
	"name", "parent", "resourcePool", "runtime.host", "runtime.connectionState", "runtime.powerState", "runtime.cryptoState",
	"config.instanceUuid", "config.template", "config.files.vmPathName", "config.keyId", "config.uuid", "config.guestId",
	"config.version", "config.hardware.numCPU", "config.hardware.memoryMB", "config.annotation", "config.extraConfig",
	"runtime.question", "runtime.paused", "guest.toolsRunningStatus", "guest.toolsVersionStatus2", "guest.toolsVersion",
	"guest.hostName", "guest.ipAddress", "guest.net", "guest.guestFullName", "guest.guestFamily", "snapshot",
}

func connect(ctx context.Context) (*govmomi.Client, error) {
	u, err := soap.ParseURL(os.Getenv("VIX_HOSTNAME"))
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(os.Getenv("VIX_CA_FILE"))
	if err != nil {
		return nil, err
	}
	client := soap.NewClient(u, false)
	client.DefaultTransport().TLSClientConfig.RootCAs = x509.NewCertPool()
	client.DefaultTransport().TLSClientConfig.RootCAs.AppendCertsFromPEM(pem)
	vim, err := vim25.NewClient(ctx, client)
	if err != nil {
		return nil, err
	}
	c := &govmomi.Client{Client: vim, SessionManager: session.NewManager(vim)}
	return c, c.Login(ctx, url.UserPassword(os.Getenv("VIX_USERNAME"), os.Getenv("VIX_PASSWORD")))
}

// index is where the VMs of all datastores are, from the root folder down, in one
// request: with as little in the answer as can be.
func index(ctx context.Context, c *govmomi.Client, collector *property.Collector) (map[string]types.ManagedObjectReference, error) {
	answer, err := collector.RetrieveProperties(ctx, types.RetrieveProperties{SpecSet: []types.PropertyFilterSpec{{
		ObjectSet: []types.ObjectSpec{{
			Obj: c.ServiceContent.RootFolder,
			SelectSet: []types.BaseSelectionSpec{
				traverse("children", "Folder", "childEntity", "children", "datastores"),
				traverse("datastores", "Datacenter", "datastore", "vms"),
				traverse("vms", "Datastore", "vm"),
			},
		}},
		PropSet: []types.PropertySpec{{Type: "VirtualMachine", PathSet: []string{"config.files.vmPathName"}}},
	}}})
	if err != nil {
		return nil, err
	}
	found := map[string]types.ManagedObjectReference{}
	for _, o := range answer.Returnval {
		for _, p := range o.PropSet {
			if path, ok := p.Val.(string); ok {
				found[path] = o.Obj
			}
		}
	}
	return found, nil
}

// traverse is a step from a kind of objects to what a property of it refers to,
// and the steps from there.
func traverse(name, kind, path string, then ...string) *types.TraversalSpec {
	t := &types.TraversalSpec{SelectionSpec: types.SelectionSpec{Name: name}, Type: kind, Path: path}
	for _, next := range then {
		t.SelectSet = append(t.SelectSet, &types.SelectionSpec{Name: next})
	}
	return t
}
