// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package guestos

import "syscall"

// Elsewhere the environment of a process cannot be read: only what the agent has started is known.

func (g *Guest) others([]int64, bool) []Process { return nil }
func (g *Guest) other(int64) *process           { return nil }
func (g *Guest) signalMarked(syscall.Signal)    {}
