// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vix is the domain of the provider: VMware's VIX model of a host, the
// VMs that it knows by the path of their .vmx file, and the errors that it
// gives. It says what a service provider can do (Host) and what the words mean
// (Path, VM, Registration, Code); how it is done stands in internal/vsphere and
// internal/hosted, how it looks in Terraform in internal/provider. The package
// imports the standard library only.
package vix
