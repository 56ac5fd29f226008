// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vmrun is the stand-in for VMware's command of that name: what it takes, prints and answers. It works on the
// simulated product, internal/sim/hosted/desktop, that its executable lies in.
//
// The texts, and where a text goes, are those of the real one. Whatever nobody could confirm is a switch, and a
// test that means to hold with any product runs with each of its values.
package vmrun
