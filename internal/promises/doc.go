// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package promises proves that no VM is lost and none is touched that is not ours, whatever is renamed, replaced,
// moved, copied or interrupted, and in whatever order Terraform walks.
//
// It has a small Terraform of its own (terraform.go, plan.go, apply.go) that speaks the plugin protocol to the real
// provider, on the real service provider, on the simulated host, all in one process: what the CLI decides by chance,
// the order of nodes that do not depend on each other, is decided here. What it does follows Terraform 1.16; what it
// leaves out are expressions, modules, provisioners and actions. On top of it stand a table of attacks and a random
// test that hold every step against the same rules (watch.go).
package promises
