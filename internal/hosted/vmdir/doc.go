// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vmdir reads what lies in the folder of a VM of a desktop product: configuration, snapshots, locks, suspend states
// and the log. It writes nothing, and reading leaves no trace where the system allows that.
package vmdir
