// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"strconv"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// cleanupTime is how long what was made is cleared away, although nobody waits for more.
const cleanupTime = 15 * time.Second

// afterwards is a context for what must be cleared away whatever has become of ctx.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}

// makeFolder makes a folder; with those above it, where that is wanted. made is false if it was there.
func (g *Guest) makeFolder(ctx context.Context, name string, above bool) (made bool, err error) {
	err = g.ask(ctx, again, func(ctx context.Context) error {
		_, err := methods.MakeDirectoryInGuest(ctx, g.line.Client, &types.MakeDirectoryInGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, DirectoryPath: name, CreateParentDirectories: above,
		})
		return err
	})
	var exists *types.FileAlreadyExists
	if as(err, &exists) {
		return false, nil
	}
	return err == nil, err
}

// moveFolder renames a folder. What it was is for who asks to find out where the answer got lost.
func (g *Guest) moveFolder(ctx context.Context, from, to string) error {
	return g.ask(ctx, once, func(ctx context.Context) error {
		_, err := methods.MoveDirectoryInGuest(ctx, g.line.Client, &types.MoveDirectoryInGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, SrcDirectoryPath: from, DstDirectoryPath: to,
		})
		return err
	})
}

// moveFile renames a file, over one that is there if that is wanted.
func (g *Guest) moveFile(ctx context.Context, from, to string, overwrite bool) error {
	return g.ask(ctx, once, func(ctx context.Context) error {
		_, err := methods.MoveFileInGuest(ctx, g.line.Client, &types.MoveFileInGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, SrcFilePath: from, DstFilePath: to, Overwrite: overwrite,
		})
		return err
	})
}

// removeFolder deletes a folder and what is in it. What is not there is no error.
func (g *Guest) removeFolder(ctx context.Context, name string) error {
	return absent(g.ask(ctx, again, func(ctx context.Context) error {
		_, err := methods.DeleteDirectoryInGuest(ctx, g.line.Client, &types.DeleteDirectoryInGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, DirectoryPath: name, Recursive: true,
		})
		return err
	}))
}

// removeFile deletes a file. What is not there is no error.
func (g *Guest) removeFile(ctx context.Context, name string) error {
	return absent(g.ask(ctx, again, func(ctx context.Context) error {
		_, err := methods.DeleteFileInGuest(ctx, g.line.Client, &types.DeleteFileInGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, FilePath: name,
		})
		return err
	}))
}

// absent makes no error of what is not there.
func absent(err error) error {
	var none *types.FileNotFound
	if as(err, &none) {
		return nil
	}
	return err
}

// change gives a file attributes.
func (g *Guest) change(ctx context.Context, name string, to types.BaseGuestFileAttributes) error {
	return g.ask(ctx, again, func(ctx context.Context) error {
		_, err := methods.ChangeFileAttributesInGuest(ctx, g.line.Client, &types.ChangeFileAttributesInGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, GuestFilePath: name, FileAttributes: to,
		})
		return err
	})
}

// GuestPosixFileAttributes are vSphere's attributes of that name, in a call: the ones of govmomi leave permissions of 0 out, and the agent
// leaves a file what it has.
type GuestPosixFileAttributes struct {
	types.GuestFileAttributes

	OwnerID     *int32 `xml:"ownerId"`
	GroupID     *int32 `xml:"groupId"`
	Permissions *int64 `xml:"permissions"`
}

// attributes are permissions as agents take them; a guest that has none gets none.
func (g *Guest) attributes(permissions string) types.BaseGuestFileAttributes {
	if g.os.windows {
		return &types.GuestWindowsFileAttributes{}
	}
	mode, err := strconv.ParseInt(permissions, 8, 64)
	if permissions == "" || err != nil {
		return &GuestPosixFileAttributes{}
	}
	return withMode(mode)
}

// withMode are permissions, without the type that an agent tells along with them.
func withMode(mode int64) *GuestPosixFileAttributes {
	mode &= 0o7777
	return &GuestPosixFileAttributes{Permissions: &mode}
}

// Remove deletes a file: DeleteFileInGuest.
func (g *Guest) Remove(ctx context.Context, name string) error {
	err := g.removeFile(ctx, name)
	var folder *types.NotAFile
	if as(err, &folder) {
		err = &vix.Error{Code: vix.CodeNotAFile, Reason: "It is no file.", Cause: err}
	}
	return g.failedAt(name, err)
}
