// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package configfile says in the words of the domain what is in a configuration file, wherever it was read: a .vmx on a datastore or
// in a folder of this machine.
package configfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// MaxSize bounds what is read of a configuration file, in bytes; real ones have some kilobytes.
const MaxSize = 1 << 20

// vital are settings of which the configuration of a VM has at least one.
var vital = []string{"config.version", "virtualHW.version", "displayName", "guestOS"}

// TooLarge is what is said of a file that is not read; size is in bytes.
func TooLarge(size int64) *vix.FileConfig {
	return &vix.FileConfig{Problem: fmt.Sprintf("The file has %d bytes; no configuration is that large.", size)}
}

// Understand is what a file says, or why it says nothing. Of the disks it tells the names alone. A text that was
// cut off after MaxSize bytes and one is too large.
func Understand(text []byte, template bool) *vix.FileConfig {
	if len(text) > MaxSize {
		return &vix.FileConfig{Problem: fmt.Sprintf("The file has more than %d bytes; no configuration is that large.", MaxSize)}
	}
	parsed, err := vmx.Parse(text)
	if err != nil {
		return &vix.FileConfig{Problem: "The file cannot be understood: " + err.Error() + "."}
	}
	if !parsed.Encrypted() && !slices.ContainsFunc(vital, func(key string) bool { _, ok := parsed.Get(key); return ok }) {
		return &vix.FileConfig{Problem: "The file says nothing of a VM: it may have been cut off when it was written."}
	}
	if defects := parsed.Defects(); len(defects) > 0 {
		return &vix.FileConfig{Problem: "The file cannot be understood: " + listed(defects) + "."}
	}
	return said(parsed, template)
}

// maxDefects is how many defects of a file are told.
const maxDefects = 3

func listed(defects []vmx.Defect) string {
	var out []string
	for _, d := range defects[:min(len(defects), maxDefects)] {
		out = append(out, d.String())
	}
	if more := len(defects) - maxDefects; more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, "; ")
}

// said is what a parsed configuration says. A file that is encrypted as a whole has no defaults: what it
// does not say, it hides.
func said(parsed *vmx.File, template bool) *vix.FileConfig {
	c := &vix.FileConfig{
		DisplayName: parsed.DisplayName(), GuestOS: parsed.GuestOS(), HardwareVersion: parsed.HardwareVersion(),
		BIOSUUID: parsed.BIOSUUID(), InstanceUUID: parsed.InstanceUUID(), Encrypted: parsed.Encrypted(), Template: template,
	}
	if parsed.Sealed() {
		return c
	}
	c.NumVCPUs, c.MemorySize = int64(parsed.NumCPUs()), int64(parsed.MemoryMiB())
	c.Disks = []vix.DiskFile{}
	for _, disk := range parsed.Disks() {
		c.Disks = append(c.Disks, vix.DiskFile{Name: disk.FileName})
	}
	return c
}

// NoteCopies says of each file which others have its UUID, the first ones of many: of a thousand copies of one VM all together
// would be a million.
func NoteCopies(files []*vix.File) {
	same := map[string][]vix.Locator{}
	id := func(f *vix.File) string {
		if f.Config == nil {
			return ""
		}
		return cmp.Or(f.Config.InstanceUUID, f.Config.BIOSUUID)
	}
	for _, f := range files {
		if uuid := id(f); uuid != "" {
			same[uuid] = append(same[uuid], f.Locator())
		}
	}
	for _, copies := range same {
		slices.SortFunc(copies, func(a, b vix.Locator) int { return cmp.Compare(a.String(), b.String()) })
	}
	for _, f := range files {
		mine := f.Locator()
		for _, other := range same[id(f)] {
			if other != mine && len(f.Config.SameUUIDAs) < vix.MaxCopies {
				f.Config.SameUUIDAs = append(f.Config.SameUUIDAs, other)
			}
			if len(f.Config.SameUUIDAs) == vix.MaxCopies {
				break
			}
		}
	}
}
