// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// Suspended reports that a VM which does not run has a state that it goes on from.
func Suspended(path string, file *vmx.File) bool {
	if state, _ := file.Get("checkpoint.vmState"); strings.TrimSpace(state) != "" {
		return true
	}
	// Of a wholly encrypted file nobody can read that; its state lies beside it.
	return file.Sealed() && slices.ContainsFunc(names(path), func(name string) bool {
		return memoryOf(path, ".vmss").MatchString(name) && !othersOwn(path, name)
	})
}

// Locks are the locks of a VM's disks and memory, by name: while it runs, a product has them. That of the
// configuration alone says only that somebody looks at it.
func Locks(path string, file *vmx.File) []string {
	var disks []string
	for _, disk := range file.Disks() {
		disks = append(disks, filepath.Base(filepath.FromSlash(strings.ReplaceAll(disk.FileName, `\`, "/"))))
	}
	var locks []string
	for _, name := range names(path) {
		of, ok := strings.CutSuffix(name, ".lck")
		if !ok {
			continue
		}
		named := memoryOf(path, ".vmem").MatchString(of) || file.Sealed() && strings.EqualFold(filepath.Ext(of), ".vmdk")
		if (slices.Contains(disks, of) || named && !othersOwn(path, of)) && holdsLock(filepath.Join(filepath.Dir(path), name)) {
			locks = append(locks, name)
		}
	}
	return locks
}

// holdsLock reports that a lock folder has a lock in it.
func holdsLock(folder string) bool {
	entries, err := os.ReadDir(folder)
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return strings.EqualFold(filepath.Ext(e.Name()), ".lck")
	})
}

// Snapshots are the snapshots of the VM at a canonical path; none where there is no file for them. Op is what they are read for.
func Snapshots(op, path string) ([]vmx.Snapshot, error) {
	at := strings.TrimSuffix(path, filepath.Ext(path)) + ".vmsd"
	e := &vix.Error{Op: op, Object: path}
	if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	text, err := read(at, e)
	if err != nil {
		e.Reason = "The list of its snapshots, " + at + ", cannot be read. " + e.Reason
		return nil, e
	}
	snapshots, err := vmx.ParseSnapshots(text)
	if err != nil {
		e.Code = vix.CodeSnapshotInval
		e.Reason = "The list of its snapshots, " + at + ", cannot be understood: " + err.Error() + "."
		return nil, e
	}
	return snapshots, nil
}

// names are the names in the folder of a VM; none where it cannot be read.
func names(path string) []string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	var out []string
	for _, entry := range entries {
		out = append(out, entry.Name())
	}
	return out
}

// memoryOf matches the files that hold what is in a VM's memory: web.vmem and web-1a2b3c4d.vmem of web.vmx, and the one of a snapshot.
func memoryOf(path, ending string) *regexp.Regexp {
	return regexp.MustCompile("^" + regexp.QuoteMeta(stem(path)) + "(?i)(-[0-9a-f]{8}|-Snapshot[0-9]+)?" + regexp.QuoteMeta(ending) + "$")
}

// othersOwn reports a file that is named after another configuration in the folder, and after that more closely.
func othersOwn(path, name string) bool {
	after := func(path string) int {
		if of := stem(path); strings.HasPrefix(name, of+".") || strings.HasPrefix(name, of+"-") {
			return len(of)
		}
		return 0
	}
	return slices.ContainsFunc(names(path), func(other string) bool { return IsListed(other) && after(other) > after(path) })
}

// stem is the name of a configuration without its ending.
func stem(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
