// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"time"

	"github.com/google/uuid"
)

// Options shapes the simulated host. The zero value is a vCenter with one datacenter DC0 that has a DRS cluster
// DC0_C0 of two hosts (DC0_C0_H0, DC0_C0_H1), a standalone host DC0_H0 and a datastore LocalDS_0, and no VMs.
type Options struct {
	// ESX makes a single ESXi host, with the datacenter "ha-datacenter", instead of a vCenter.
	ESX bool

	Datacenters       int  // default 1; named DC0, DC1, ...
	DatacenterFolders int  // the last k datacenters lie in folders: /F0/DC1
	Clusters          int  // per datacenter; default 1, -1 for none
	ClusterHosts      int  // per cluster; default 2
	StandaloneHosts   int  // per datacenter; default 1, -1 for none
	Datastores        int  // per datacenter; default 1. The same names in every datacenter, on every host of it
	NoDRS             bool // clusters without DRS

	// VMs is the number of VMs, per datacenter, that are registered at the start: DC0_VM0 at
	// "[LocalDS_0] DC0_VM0/DC0_VM0.vmx" and so on, powered off, spread over datastores and hosts in turn.
	VMs int

	// APIVersion is the API version that the host plays, such as "6.0": what later ones brought it does not know.
	// Default is the newest.
	APIVersion string

	InstanceUUID string // about.instanceUuid; default random for a vCenter, empty for an ESXi as on a real one
	Username     string // default "administrator@vsphere.local", "root" on an ESXi
	Password     string // default random

	Certificate *tls.Certificate // default: a leaf for localhost, 127.0.0.1 and ::1, signed by a CA made at the start
	PlainHTTP   bool             // no TLS, for benchmarks

	// Bare leaves govmomi's simulator as it is, for tests that prove that a correction is needed.
	Bare bool

	// PageSize is how many objects one answer holds at most; the rest is to be asked for page by page. A vCenter
	// decides that for itself, by how large the answer is; default is one page.
	PageSize int

	// ClockAhead is what the host's clock has before this machine's, or less if it is negative.
	ClockAhead time.Duration

	// EmptyWhenExpired makes reads of a session that has ended an answer without a result, as old hosts do, in place
	// of NotAuthenticated.
	EmptyWhenExpired bool

	Latency time.Duration // added to every request
	Dir     string        // where the datastores' directories are made; default a temporary one that Close removes
	Addr    string        // listen address; default a free port of 127.0.0.1

	// KeepDuplicateInstanceUUIDs lets a registered copy keep the instance UUID of its original. By default it is
	// given a fresh one, which is what vCenter does on conflict.
	KeepDuplicateInstanceUUIDs bool

	// InvalidAsFault makes the registration of a file that is no .vmx fail with InvalidVmConfig. By default it
	// registers as a VM in the connection state "invalid"; both have been seen in the field.
	InvalidAsFault bool
}

func orDefault(n, standard int) int {
	switch {
	case n == 0:
		return standard
	case n < 0:
		return 0
	}
	return n
}

func (o Options) withDefaults() Options {
	o.Datacenters = orDefault(o.Datacenters, 1)
	o.Clusters = orDefault(o.Clusters, 1)
	o.ClusterHosts = orDefault(o.ClusterHosts, 2)
	o.StandaloneHosts = orDefault(o.StandaloneHosts, 1)
	o.Datastores = orDefault(o.Datastores, 1)
	if o.InstanceUUID == "" && !o.ESX {
		o.InstanceUUID = uuid.NewString()
	}
	if o.Username == "" {
		o.Username = "administrator@vsphere.local"
		if o.ESX {
			o.Username = "root"
		}
	}
	if o.Password == "" {
		o.Password = randomPassword()
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	return o
}

func randomPassword() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return "Vix!" + hex.EncodeToString(b)
}
