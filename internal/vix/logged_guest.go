// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"io"
)

func (l *logged) CheckGuest(ctx context.Context, handle Handle, op GuestOp) error {
	return done(ctx, l, "check the guest operation", handle.shown(), func(ctx context.Context) error {
		return partOf[Guest](l).CheckGuest(ctx, handle, op)
	})
}

func (l *logged) RunInGuest(ctx context.Context, handle Handle, login GuestLogin, run GuestRun) (*GuestResult, error) {
	return told(ctx, l, "run in the guest", handle.shown(), func(ctx context.Context) (*GuestResult, error) {
		return partOf[Guest](l).RunInGuest(ctx, handle, login, run)
	})
}

func (l *logged) GuestProcesses(ctx context.Context, handle Handle, login GuestLogin) ([]GuestProcess, error) {
	return told(ctx, l, "list the guest's processes", handle.shown(), func(ctx context.Context) ([]GuestProcess, error) {
		return partOf[Guest](l).GuestProcesses(ctx, handle, login)
	})
}

func (l *logged) GuestFile(ctx context.Context, handle Handle, login GuestLogin, path string) (*GuestFile, error) {
	return told(ctx, l, "look at a file in the guest", handle.shown(), func(ctx context.Context) (*GuestFile, error) {
		return partOf[Guest](l).GuestFile(ctx, handle, login, path)
	})
}

func (l *logged) GuestFiles(ctx context.Context, handle Handle, login GuestLogin, path, match string) ([]GuestFile, error) {
	return told(ctx, l, "list files in the guest", handle.shown(), func(ctx context.Context) ([]GuestFile, error) {
		return partOf[Guest](l).GuestFiles(ctx, handle, login, path, match)
	})
}

func (l *logged) ReadGuestFile(ctx context.Context, handle Handle, login GuestLogin, path string, to io.Writer) (*GuestFile, error) {
	return told(ctx, l, "read a file in the guest", handle.shown(), func(ctx context.Context) (*GuestFile, error) {
		return partOf[Guest](l).ReadGuestFile(ctx, handle, login, path, to)
	})
}

func (l *logged) WriteGuestFile(ctx context.Context, handle Handle, login GuestLogin, file GuestWrite) (*GuestFile, error) {
	return told(ctx, l, "write a file in the guest", handle.shown(), func(ctx context.Context) (*GuestFile, error) {
		return partOf[Guest](l).WriteGuestFile(ctx, handle, login, file)
	})
}

func (l *logged) RemoveGuestFile(ctx context.Context, handle Handle, login GuestLogin, path string) error {
	return done(ctx, l, "delete a file in the guest", handle.shown(), func(ctx context.Context) error {
		return partOf[Guest](l).RemoveGuestFile(ctx, handle, login, path)
	})
}

func (l *logged) CopyToGuest(ctx context.Context, handle Handle, login GuestLogin, job GuestCopy) (*GuestCopied, error) {
	return told(ctx, l, "copy to the guest", handle.shown(), func(ctx context.Context) (*GuestCopied, error) {
		return partOf[Guest](l).CopyToGuest(ctx, handle, login, job)
	})
}

func (l *logged) CopyFromGuest(ctx context.Context, handle Handle, login GuestLogin, job GuestCopy) (*GuestCopied, error) {
	return told(ctx, l, "copy from the guest", handle.shown(), func(ctx context.Context) (*GuestCopied, error) {
		return partOf[Guest](l).CopyFromGuest(ctx, handle, login, job)
	})
}

func (l *logged) GuestTicket(ctx context.Context, handle Handle, login GuestLogin) (string, error) {
	return told(ctx, l, "take a ticket for the guest", handle.shown(), func(ctx context.Context) (string, error) {
		return partOf[GuestTickets](l).GuestTicket(ctx, handle, login)
	})
}

func (l *logged) ReleaseGuestTicket(ctx context.Context, handle Handle, ticket string) error {
	return done(ctx, l, "give a ticket back", handle.shown(), func(ctx context.Context) error {
		return partOf[GuestTickets](l).ReleaseGuestTicket(ctx, handle, ticket)
	})
}
