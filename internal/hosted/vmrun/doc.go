// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vmrun is the line to the program vmrun: where it is, which version it has, how it is run and what its texts mean.
//
// vmrun is run with an argument vector, never through a shell. What it prints is all that there is: texts for people, in
// English, with the paths as it spells them. Its exit status says little: an answer may come with a failure, and a
// failure without one.
package vmrun
