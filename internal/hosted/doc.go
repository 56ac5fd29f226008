// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package hosted is the service provider for VMware's products on a desktop: workstation, player and fusion.
//
// There is no login and no inventory. A VM is its configuration file, known by the one canonical path of it; what the files
// say is read from them, and whether a VM runs is asked of vmrun, once for all that ask. The library of the product's window is
// asked of vmrest, where a user runs one and says so.
//
// vmrun runs the product's own program, vmdir reads the folder of a VM, vmrest speaks to the service of that name.
package hosted
