// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package sim is the simulated host of the tests and of the demo: govmomi's simulator, embedded and made faithful.
//
// govmomi's simulator is laxer and thinner than vSphere exactly where this provider lives. It never reads a .vmx,
// looks a path up without regard to the datacenter, enforces no privilege, knows no failure state and dies of some
// wrong input. This package corrects that without a fork. The correction is one mechanism, in override.go: before a
// call is dispatched, the request is given a registry of its own that holds a stand-in for the object called. A
// stand-in has only the methods that it corrects; every other call, and every property read, reaches the
// simulator's own object. Nothing is wrapped for longer than a call, so nothing can go stale.
//
// The rest lies around it: an index of registered VMs that makes lookups constant (index.go), tasks that carry the
// name and the user that vSphere gives them (task.go), and an HTTP front that counts, delays, cuts and refuses
// requests (transport.go).
//
// A VM has a guest (Host.Guest): a directory in which programs really run and files really move, see guestos. What stands between
// a client and a guest is here: the three managers with vSphere's faults and checks (guestops.go and its neighbours), and the URLs
// of transfers, which each ESXi serves under a certificate of its own (guestdoor.go). Fault cuts those at any byte; Guest.Refuse is an
// agent that is busy; Guest.Starts, Transfers, Logins and Tree tell a test what has really happened.
//
// Options.Bare switches every correction off. A correction is worth having when its test fails there.
package sim
