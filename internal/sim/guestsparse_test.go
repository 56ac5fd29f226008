// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package sim

import (
	"io"
	"io/fs"
	"runtime"
	"syscall"
	"testing"
)

// holes is a reader of zeroes.
type holes struct{}

func (holes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestALargeSparseFileCostsNothing(t *testing.T) {
	v := visitPrepared(t)
	const size = 256 << 20
	u, err := v.offerPut("/tmp/disk", size)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := v.upload(u, io.LimitReader(holes{}, size), size); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if more := after.TotalAlloc - before.TotalAlloc; more > size/2 {
		t.Errorf("%d MiB were allocated", more>>20)
	}
	one, err := v.Stat("/tmp/disk")
	if err != nil || one.Info.Size() != size {
		t.Fatalf("the file: %v, %v", one.Info, err)
	}
	if used := onDisk(t, one.Info); used > 1<<20 {
		t.Errorf("it takes %d bytes", used)
	}
}

func onDisk(t *testing.T, info fs.FileInfo) int64 {
	t.Helper()
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Skip("this machine does not say what a file takes")
	}
	return st.Blocks * 512
}
