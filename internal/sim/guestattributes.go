// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"fmt"
	"io/fs"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// The bits of stat(2) that tell types apart, and those of chmod(2) beyond the permissions.
const (
	statRegular, statDirectory, statLink = 0o100000, 0o040000, 0o120000
	chmodSetuid, chmodSetgid, chmodStick = 0o4000, 0o2000, 0o1000
)

// fileInfo is what the agent tells of a file. Permissions are those of stat(2), with the type, as vSphere reports them.
func fileInfo(g *Guest, f guestos.Info) types.GuestFileInfo {
	info := types.GuestFileInfo{Path: f.Path, Type: string(types.GuestFileTypeFile), Attributes: attributes(g, f)}
	switch mode := f.Info.Mode(); {
	case mode.IsDir():
		info.Type = string(types.GuestFileTypeDirectory)
	case mode&fs.ModeSymlink != 0:
		info.Type = string(types.GuestFileTypeSymlink)
	default:
		info.Size = f.Info.Size()
	}
	return info
}

func attributes(g *Guest, f guestos.Info) types.BaseGuestFileAttributes {
	modified := f.Modified
	common := types.GuestFileAttributes{ModificationTime: &modified, AccessTime: &modified, SymlinkTarget: f.Target}
	if g.Windows() {
		return &types.GuestWindowsFileAttributes{
			GuestFileAttributes: common, Hidden: types.NewBool(f.Hidden), ReadOnly: types.NewBool(f.Info.Mode().Perm()&0o200 == 0),
			CreateTime: &modified,
		}
	}
	mode := f.Info.Mode()
	bits := int64(mode.Perm())
	for _, b := range []struct {
		is  bool
		bit int64
	}{
		{mode.IsRegular(), statRegular},
		{mode.IsDir(), statDirectory},
		{mode&fs.ModeSymlink != 0, statLink},
		{mode&fs.ModeSetuid != 0, chmodSetuid},
		{mode&fs.ModeSetgid != 0, chmodSetgid},
		{mode&fs.ModeSticky != 0, chmodStick},
	} {
		if b.is {
			bits |= b.bit
		}
	}
	owner := f.Owner
	return &types.GuestPosixFileAttributes{
		GuestFileAttributes: common, OwnerId: &owner.User, GroupId: &owner.Group, Permissions: bits,
	}
}

// saidPermissions is a request in which permissions of 0 can be told from none: govmomi's attributes cannot, and vSphere does. The type of
// a file that stands beside them says nothing there.
func saidPermissions(method string, body []byte) []byte {
	if method != "ChangeFileAttributesInGuest" && method != "InitiateFileTransferToGuest" {
		return body
	}
	return bytes.ReplaceAll(body, []byte("<permissions>0</permissions>"), fmt.Appendf(nil, "<permissions>%d</permissions>", 1<<16))
}

// changeOf is what a client wants to be changed. Attributes of another kind of guest are not supported.
func changeOf(g *Guest, attr types.BaseGuestFileAttributes) (guestos.Change, error) {
	if attr == nil {
		return guestos.Change{}, nil
	}
	common := attr.GetGuestFileAttributes()
	change := guestos.Change{Modified: common.ModificationTime, Accessed: common.AccessTime}
	switch a := attr.(type) {
	case *types.GuestPosixFileAttributes:
		if g.Windows() {
			return change, guestos.ErrNotSupported
		}
		change.User, change.Group = a.OwnerId, a.GroupId
		if a.Permissions != 0 {
			mode := fs.FileMode(a.Permissions).Perm() //nolint:gosec // nine bits of it
			for bit, flag := range map[int64]fs.FileMode{
				chmodSetuid: fs.ModeSetuid, chmodSetgid: fs.ModeSetgid, chmodStick: fs.ModeSticky,
			} {
				if a.Permissions&bit != 0 {
					mode |= flag
				}
			}
			change.Mode = &mode
		}
	case *types.GuestWindowsFileAttributes:
		if !g.Windows() {
			return change, guestos.ErrNotSupported
		}
		change.Hidden, change.ReadOnly = a.Hidden, a.ReadOnly
	}
	return change, nil
}
