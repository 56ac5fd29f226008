// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"log/slog"
	"strings"
	"time"
)

// ServiceProvider is the kind of host to connect to: VIX's serviceProviderType.
type ServiceProvider string

// The service providers, with VIX's constant for each.
const (
	VIServer    ServiceProvider = "vi_server"   // VIX_SERVICEPROVIDER_VMWARE_VI_SERVER: vCenter and ESXi
	Workstation ServiceProvider = "workstation" // VIX_SERVICEPROVIDER_VMWARE_WORKSTATION
	Player      ServiceProvider = "player"      // VIX_SERVICEPROVIDER_VMWARE_PLAYER
	Fusion      ServiceProvider = "fusion"      // VIX_SERVICEPROVIDER_VMWARE_WORKSTATION on macOS
)

// ConnectOptions is what VixHost_Connect takes, and what it lacks: trust.
type ConnectOptions struct {
	// Hostname is a name, host:port or URL; https and /sdk are implied.
	Hostname string
	// Port replaces the port of Hostname; 0 keeps it.
	Port int
	// Username and Password log in, once.
	Username, Password string
	// Insecure accepts any certificate.
	Insecure bool
	// CA is PEM text, or the path of a PEM bundle, of the authorities to trust
	// instead of the system's own.
	CA string
	// Thumbprint is the SHA-256 or SHA-1 of the one certificate to trust.
	Thumbprint string
	// Datacenter is the default for every lookup that names none.
	Datacenter string
	// SessionCache reuses a login between processes, in govmomi's format.
	SessionCache bool
	// RequestTimeout bounds each single call to the host; 0 means DefaultRequestTimeout.
	RequestTimeout time.Duration
	// VMRunPath and VMRestURL are the tools of hosted products; empty means to
	// look for them where the product puts them.
	VMRunPath, VMRestURL string
	// VMPassword opens encrypted VMs on hosted products.
	VMPassword string
	// UserAgent tells the host who calls.
	UserAgent string
	// Log is told of each call, retry, task and wait; nil tells nobody. No secret is
	// told: neither arguments of calls nor what files hold.
	Log *slog.Logger
}

// ShownHostname is the host name as logs and errors may show it: without a user
// and a password, which a URL may hold although it must not.
func (o ConnectOptions) ShownHostname() string {
	i := strings.LastIndex(o.Hostname, "@")
	if i < 0 {
		return o.Hostname
	}
	scheme, _, ok := strings.Cut(o.Hostname[:i], "://")
	if !ok {
		return o.Hostname[i+1:]
	}
	return scheme + "://" + o.Hostname[i+1:]
}

// DefaultRequestTimeout bounds a call to the host where the user set no bound.
const DefaultRequestTimeout = time.Minute

// HostInfo is what a connection reached: the properties of VIX's host handle.
type HostInfo struct {
	ServiceProvider ServiceProvider
	// Product is the product's name, Version its release, Build its build
	// number, APIVersion the version of the API that it speaks.
	Product, Version, Build, APIVersion string
	// InstanceUUID tells this vCenter or host from every other. It is the server
	// part of a registration's identity.
	InstanceUUID string
	// Username is the user as the host itself names it.
	Username string
	// Datacenters are all that the user may see, by inventory path.
	Datacenters []Datacenter
	// Features are the operations that this host supports, by name, sorted: those
	// of which Supports is nil.
	Features []Feature
}

// Datacenter is a datacenter and the datastores that it mounts.
type Datacenter struct {
	Name string
	// Path is the inventory path: /DC0, or /F1/DC1 in a folder.
	Path       string
	Datastores []Datastore
}

// Datastore is a datastore as one datacenter sees it.
type Datastore struct {
	Name string
	// URL is the same for one datastore wherever it is mounted.
	URL string
	// Type is VMFS, NFS, NFS41, vsan, VVOL …
	Type string
	// Accessible is false while no host can read it.
	Accessible bool
}
