// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package desktop is a simulated Workstation, Player or Fusion: what the product keeps on disk and what it holds in memory.
//
// The truth lies in the folders of the VMs, as with the products: .vmx, .vmsd, disks, lock folders, suspend states. What
// the products hold in memory (which VM runs, its Tools, its address, its guest variables) and what a test wants of them
// (persona, switches, faults, delays) is in the folder "state" beside. Each process of the stand-in vmrun works on it, and
// so do a test by hand, from outside, and the stand-in vmrest.
//
// Processes are killed at any moment, so nothing here is a lock that outlives its owner: files are replaced as a whole,
// numbers are drawn by creating a file that must not exist, and a VM is busy while the process that says so is alive.
package desktop
