// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command atonce is this provider with a host that answers everything at once,
// without a network: what a run with it takes is the time of Terraform, of the
// plugin framework and of objects as large as ours. What the same run takes with a
// real host, and more, is what opening and registering cost.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func main() {
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		_ = os.Setenv(name, "OFF") // as the provider does
	}
	p := provider.New("bench", map[vix.ServiceProvider]vix.Connect{
		vix.VIServer: func(context.Context, vix.ConnectOptions) (vix.Host, error) { return host{}, nil },
	})
	err := providerserver.Serve(context.Background(), func() frameworkprovider.Provider { return p },
		providerserver.ServeOpts{Address: "registry.terraform.io/terraform-vix/atonce", ProtocolVersion: 6})
	if err != nil {
		fmt.Fprintln(os.Stderr, "atonce:", err)
		os.Exit(1)
	}
}

// host knows every path, and has registered none.
type host struct{}

var (
	_ vix.Host      = host{}
	_ vix.Registrar = host{}
	_ vix.Browser   = host{}
)

const server = "5e7e5e00-0000-4000-8000-000000000001"

var errNotMeasured = errors.New("nothing measures this")

// vm is the VM of a path: all that is said of it comes from the path.
func vm(p vix.Path) vix.VM {
	sum := sha256.Sum256([]byte(p.File))
	id := uuid.UUID(sum[:16]).String()
	return vix.VM{
		Registration: vix.Registration{
			Server: server, ID: id, InstanceUUID: id, ManagedObjectID: "vm-" + id[:8], Name: p.Stem(), Path: p,
			Placement: vix.Placement{
				Datacenter: "/DC0", Folder: "/DC0/vm", ResourcePool: "/DC0/host/DC0_C0/Resources",
				Cluster: "/DC0/host/DC0_C0", Host: "/DC0/host/DC0_C0/DC0_C0_H0",
			},
			ConnectionState: vix.Connected, PowerState: vix.PoweredOff,
		},
		BIOSUUID: id, ToolsState: vix.ToolsNotInstalled, GuestOS: "otherGuest", HardwareVersion: "vmx-13", NumVCPUs: 1, MemorySize: 32,
	}
}

// Info implements vix.Host.
func (host) Info(context.Context) (vix.HostInfo, error) {
	return vix.HostInfo{ServiceProvider: vix.VIServer, InstanceUUID: server}, nil
}

// Supports implements vix.Host.
func (host) Supports(vix.Feature) error { return nil }

// ParsePath implements vix.Host.
func (host) ParsePath(text string) (vix.Path, error) { return vix.ParsePath(text) }

// Open implements vix.Host.
func (host) Open(_ context.Context, at vix.Locator) (*vix.VM, error) {
	opened := vm(at.Path)
	return &opened, nil
}

// Check implements vix.Registrar.
func (host) Check(_ context.Context, spec vix.RegisterSpec) (*vix.Check, error) {
	return &vix.Check{Placement: vm(spec.Path).Placement, FileExists: true}, nil
}

// Register implements vix.Registrar.
func (host) Register(_ context.Context, spec vix.RegisterSpec) (*vix.Registered, error) {
	return &vix.Registered{Registration: vm(spec.Path).Registration}, nil
}

// Registration implements vix.Registrar.
func (host) Registration(_ context.Context, handle vix.Handle) (*vix.Registration, error) {
	is := vm(handle.Path).Registration
	return &is, nil
}

// Unregister implements vix.Registrar.
func (host) Unregister(context.Context, vix.Handle, vix.PowerOff) error { return nil }

// Disconnect implements vix.Host.
func (host) Disconnect(context.Context) error { return nil }

// OpenID implements vix.Host.
func (host) OpenID(context.Context, string) (*vix.VM, error) { return nil, errNotMeasured }

// Read implements vix.Host.
func (host) Read(context.Context, vix.Handle) (*vix.VM, error) { return nil, errNotMeasured }

// Find implements vix.Host.
func (host) Find(context.Context, vix.Query) ([]vix.Item, error) { return nil, errNotMeasured }

// Files implements vix.Browser.
func (host) Files(context.Context, vix.FileQuery) (*vix.Files, error) { return nil, errNotMeasured }

// Update implements vix.Registrar.
func (host) Update(context.Context, vix.Handle, vix.Change) error { return errNotMeasured }

// CheckChange implements vix.Registrar.
func (host) CheckChange(context.Context, vix.Handle, vix.Change) error { return nil }

// CheckUnregister implements vix.Registrar.
func (host) CheckUnregister(context.Context, vix.Handle, vix.PowerOff) error { return nil }
