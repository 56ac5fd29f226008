// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vsphere is the service provider vi_server: vCenter and ESXi, through
// govmomi. It implements vix.Host on the line to the host (wire), which turns
// every fault of the vSphere API into a *vix.Error, on what the host has
// (inventory), on one wait for all (watch), on what finds and reads its VMs (vms),
// on what lies on its datastores (datastores) and on what is done in their guests
// (guests). It knows nothing of Terraform.
//
// How it keeps the load on the host small and flat: a connection logs in once
// and reads the outline of the inventory (datacenters and their datastores)
// once; reads of VMs that arrive together travel in one request (vms.Batch); a
// path is looked up by itself until many are asked for, and then through one
// index of the datastore, and ids likewise through one of the inventory (vms);
// tasks and VMs are waited for through one view and filter that all of them
// share (watch).
package vsphere
