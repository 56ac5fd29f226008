// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package guestos

import (
	"io/fs"
	"syscall"
)

// Elsewhere only the programs of a Windows guest run, which are played: there are no files whose owner is told, and no signals.

type inode struct{ device, number uint64 }

func inodeOf(fs.FileInfo) (inode, bool) { return inode{}, false }

func signalGroup(int, syscall.Signal) {}

func freezing(bool) syscall.Signal { return 0 }

func ownGroup() *syscall.SysProcAttr { return nil }
