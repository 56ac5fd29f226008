// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// inGuest does what a call asks for in a guest.
func (m *guestFiles) inGuest(
	ctx *simulator.Context, vm moref, auth types.BaseGuestAuthentication, do func(g *Guest, user string) error,
) *soap.Fault {
	m.enter(ctx)
	g, user, fault := m.h.enterGuest(ctx, vm, auth)
	if fault != nil {
		return fault
	}
	return faultOf(do(g, user))
}

// ListFilesInGuest lists a directory, or tells of a file.
func (m *guestFiles) ListFilesInGuest(ctx *simulator.Context, r *types.ListFilesInGuest) soap.HasFault {
	body := &methods.ListFilesInGuestBody{}
	res := &types.ListFilesInGuestResponse{}
	body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		files, remaining, err := g.ListFiles(user, r.FilePath, r.MatchPattern, int(r.Index), int(r.MaxResults))
		for _, f := range files {
			res.Returnval.Files = append(res.Returnval.Files, fileInfo(g, f))
		}
		res.Returnval.Remaining = int32(remaining) //nolint:gosec // files of a test
		return err
	})
	if body.Fault_ == nil {
		body.Res = res
	}
	return body
}

// MakeDirectoryInGuest makes a directory.
func (m *guestFiles) MakeDirectoryInGuest(ctx *simulator.Context, r *types.MakeDirectoryInGuest) soap.HasFault {
	body := &methods.MakeDirectoryInGuestBody{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		return g.MakeDirectory(user, r.DirectoryPath, r.CreateParentDirectories)
	}); body.Fault_ == nil {
		body.Res = &types.MakeDirectoryInGuestResponse{}
	}
	return body
}

// DeleteFileInGuest deletes a file.
func (m *guestFiles) DeleteFileInGuest(ctx *simulator.Context, r *types.DeleteFileInGuest) soap.HasFault {
	body := &methods.DeleteFileInGuestBody{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		return g.DeleteFile(user, r.FilePath)
	}); body.Fault_ == nil {
		body.Res = &types.DeleteFileInGuestResponse{}
	}
	return body
}

// DeleteDirectoryInGuest deletes a directory.
func (m *guestFiles) DeleteDirectoryInGuest(ctx *simulator.Context, r *types.DeleteDirectoryInGuest) soap.HasFault {
	body := &methods.DeleteDirectoryInGuestBody{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		return g.DeleteDirectory(user, r.DirectoryPath, r.Recursive)
	}); body.Fault_ == nil {
		body.Res = &types.DeleteDirectoryInGuestResponse{}
	}
	return body
}

// MoveFileInGuest renames a file.
func (m *guestFiles) MoveFileInGuest(ctx *simulator.Context, r *types.MoveFileInGuest) soap.HasFault {
	body := &methods.MoveFileInGuestBody{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		return g.MoveFile(user, r.SrcFilePath, r.DstFilePath, r.Overwrite)
	}); body.Fault_ == nil {
		body.Res = &types.MoveFileInGuestResponse{}
	}
	return body
}

// MoveDirectoryInGuest renames a directory.
func (m *guestFiles) MoveDirectoryInGuest(ctx *simulator.Context, r *types.MoveDirectoryInGuest) soap.HasFault {
	body := &methods.MoveDirectoryInGuestBody{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		return g.MoveDirectory(user, r.SrcDirectoryPath, r.DstDirectoryPath)
	}); body.Fault_ == nil {
		body.Res = &types.MoveDirectoryInGuestResponse{}
	}
	return body
}

// CreateTemporaryFileInGuest makes a file of a new name.
func (m *guestFiles) CreateTemporaryFileInGuest(ctx *simulator.Context, r *types.CreateTemporaryFileInGuest) soap.HasFault {
	body := &methods.CreateTemporaryFileInGuestBody{}
	res := &types.CreateTemporaryFileInGuestResponse{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) (err error) {
		res.Returnval, err = g.MakeTemporary(user, r.DirectoryPath, r.Prefix, r.Suffix, false)
		return err
	}); body.Fault_ == nil {
		body.Res = res
	}
	return body
}

// CreateTemporaryDirectoryInGuest makes a directory of a new name.
func (m *guestFiles) CreateTemporaryDirectoryInGuest(
	ctx *simulator.Context, r *types.CreateTemporaryDirectoryInGuest,
) soap.HasFault {
	body := &methods.CreateTemporaryDirectoryInGuestBody{}
	res := &types.CreateTemporaryDirectoryInGuestResponse{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) (err error) {
		res.Returnval, err = g.MakeTemporary(user, r.DirectoryPath, r.Prefix, r.Suffix, true)
		return err
	}); body.Fault_ == nil {
		body.Res = res
	}
	return body
}

// ChangeFileAttributesInGuest changes the attributes of a file.
func (m *guestFiles) ChangeFileAttributesInGuest(ctx *simulator.Context, r *types.ChangeFileAttributesInGuest) soap.HasFault {
	body := &methods.ChangeFileAttributesInGuestBody{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		change, err := changeOf(g, r.FileAttributes)
		if err != nil {
			return err
		}
		return g.ChangeAttributes(user, r.GuestFilePath, change)
	}); body.Fault_ == nil {
		body.Res = &types.ChangeFileAttributesInGuestResponse{}
	}
	return body
}
