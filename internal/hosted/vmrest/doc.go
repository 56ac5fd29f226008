// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vmrest speaks to vmrest, the HTTP service that a user starts beside Workstation or Fusion. It is asked for what nothing
// else tells, the product's library of VMs: which are in it, and to add one. It is never told to delete a VM.
package vmrest
