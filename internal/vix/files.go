// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"path"
	"strings"
	"time"
)

// FileQuery says which configuration files to look for.
type FileQuery struct {
	// Datacenter restricts the search to one; empty means the connection's
	// default, or all.
	Datacenter string
	// Datastores restricts it to these, by name; empty means all.
	Datastores []string
	// Folder restricts it to what is below this folder of each datastore.
	Folder string
	// Match is a glob for the file's own name; empty means *.vmx.
	Match string
	// Exclude are globs for folders and files that are left out. See Excluded.
	Exclude []string
	// ReadConfig also reads what is in each file.
	ReadConfig bool
	// SkipUnreadable leaves out a datastore that cannot be read, and says so,
	// where it would be an error otherwise.
	SkipUnreadable bool
}

// DefaultExclude are the folders and files that hold copies and the host's own
// things rather than VMs: snapshots of file systems, replicas, content libraries.
var DefaultExclude = []string{
	".snapshot", ".snapshots", "~snapshot", "@Recently-Snapshot", ".ckpt", ".zfs", // file system snapshots
	".sdd.sf", ".fbb.sf", ".dvsData", ".vSphere-HA", ".vsan.stats", ".naa.*", ".iSCSI-CONFIG", // the host's
	"vmkdump", ".vmkdump", ".locker",
	"contentlib-*", "hbrcfg.*", // content libraries, replication
}

// Files is what a search found.
type Files struct {
	// Files are sorted by datacenter and path; each file appears once, however
	// many datacenters mount its datastore.
	Files []File
	// LeftOut are the files that match but were excluded.
	LeftOut []LeftOut
	// Unreadable are the datastores that were skipped.
	Unreadable []Unreadable
	// RegisteredUnknown is set where nobody can tell which files are registered.
	RegisteredUnknown bool
}

// File is one configuration file.
type File struct {
	Path Path
	// Datacenter is the inventory path of the one that it is counted in.
	Datacenter string
	// Size is in bytes. Modified is the host's time of the last change.
	Size     int64
	Modified time.Time
	// Registered are the VMs that have the file, in any datacenter that mounts the
	// datastore: mostly none or one.
	Registered []Item
	// SameFileAs are the files found that are in all likelihood this very one, seen
	// through another datastore: one NFS export may be mounted twice.
	SameFileAs []Locator
	// Config is what is in the file, if it was asked for.
	Config *FileConfig
}

// MaxCopies is how many others a FileConfig names that have its UUID.
const MaxCopies = 20

// FileConfig is what a configuration file says.
type FileConfig struct {
	// Problem says why the file cannot be read or understood; the rest is empty then.
	Problem     string
	DisplayName string
	GuestOS     string
	NumVCPUs    int64
	MemorySize  int64 // MiB
	// HardwareVersion is the virtual hardware's, such as "vmx-19" or "vmx-07".
	HardwareVersion string
	BIOSUUID        string
	InstanceUUID    string
	Encrypted       bool
	Template        bool
	// Disks is nil if the file hides them: one that is encrypted as a whole says no
	// more than its name.
	Disks []DiskFile
	// SameUUIDAs are the other files found with its instance UUID or, where it has
	// none, its BIOS UUID: a copy and its original. Which is which, no file tells. At most MaxCopies, the first ones.
	SameUUIDAs []Locator
}

// DiskFile is a virtual disk that a configuration names.
type DiskFile struct {
	// Name is the path as the file has it.
	Name string
	// Exists is nil where nobody can tell: on a datastore that is not mounted or
	// cannot be read, or of a file that is no .vmdk.
	Exists *bool
}

// LeftOut is a file that was excluded, and by which glob.
type LeftOut struct {
	Path       Path
	Datacenter string
	By         string
}

// ByName is what a file was left out by whose name cannot be written as a path:
// with a backslash or a control character, or nothing before its ending.
const ByName = "its name, which no path can say"

// Unreadable is a datastore that could not be read, and why.
type Unreadable struct {
	Datacenter, Datastore, Reason string
}

// Locator is the file's name for good: its key in a map, and its import id.
func (f *File) Locator() Locator { return Locator{Path: f.Path, Datacenter: f.Datacenter} }

// Excluded gives the first glob that leaves a file out: one that matches the file's
// own name or that of any folder above it, or, if it has a slash, the file's path
// below the datastore or that of a folder above it.
func Excluded(file string, globs []string) (string, bool) {
	elements := strings.Split(Composed(file), "/")
	for _, glob := range globs {
		whole := strings.Contains(glob, "/")
		for i, element := range elements {
			name := element
			if whole {
				name = strings.Join(elements[:i+1], "/")
			}
			// A glob that does not parse matches nothing; the caller checks globs.
			if ok, err := path.Match(strings.Trim(Composed(glob), "/"), name); err == nil && ok {
				return glob, true
			}
		}
	}
	return "", false
}
