// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"io"

	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/guests"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// RunInGuest implements vix.Guest: StartProgramInGuest.
func (h *host) RunInGuest(ctx context.Context, handle vix.Handle, login vix.GuestLogin, run vix.GuestRun) (*vix.GuestResult, error) {
	op := "run the program in the guest of"
	if run.Script != "" {
		op = "run the script in the guest of"
	}
	return inGuest(ctx, h, op, handle, login, func(g *guests.Guest) (*vix.GuestResult, error) { return g.Run(ctx, run) })
}

// GuestProcesses implements vix.Guest: ListProcessesInGuest.
func (h *host) GuestProcesses(ctx context.Context, handle vix.Handle, login vix.GuestLogin) ([]vix.GuestProcess, error) {
	return inGuest(ctx, h, "list the processes in the guest of", handle, login, func(g *guests.Guest) ([]vix.GuestProcess, error) {
		return g.Processes(ctx)
	})
}

// GuestFile implements vix.Guest: ListFilesInGuest.
func (h *host) GuestFile(ctx context.Context, handle vix.Handle, login vix.GuestLogin, path string) (*vix.GuestFile, error) {
	return inGuest(ctx, h, "look at", handle, login, func(g *guests.Guest) (*vix.GuestFile, error) { return g.File(ctx, path) })
}

// GuestFiles implements vix.Guest: ListFilesInGuest, all its pages.
func (h *host) GuestFiles(ctx context.Context, handle vix.Handle, login vix.GuestLogin, path, match string) ([]vix.GuestFile, error) {
	return inGuest(ctx, h, "list", handle, login, func(g *guests.Guest) ([]vix.GuestFile, error) { return g.Files(ctx, path, match) })
}

// ReadGuestFile implements vix.Guest: InitiateFileTransferFromGuest.
func (h *host) ReadGuestFile(
	ctx context.Context, handle vix.Handle, login vix.GuestLogin, path string, to io.Writer,
) (*vix.GuestFile, error) {
	return inGuest(ctx, h, "read", handle, login, func(g *guests.Guest) (*vix.GuestFile, error) { return g.Read(ctx, path, to) })
}

// WriteGuestFile implements vix.Guest: InitiateFileTransferToGuest, MoveFileInGuest.
func (h *host) WriteGuestFile(ctx context.Context, handle vix.Handle, login vix.GuestLogin, file vix.GuestWrite) (*vix.GuestFile, error) {
	return inGuest(ctx, h, "write", handle, login, func(g *guests.Guest) (*vix.GuestFile, error) { return g.Write(ctx, file) })
}

// RemoveGuestFile implements vix.Guest: DeleteFileInGuest.
func (h *host) RemoveGuestFile(ctx context.Context, handle vix.Handle, login vix.GuestLogin, path string) error {
	_, err := inGuest(ctx, h, "delete", handle, login, func(g *guests.Guest) (none struct{}, err error) {
		return none, g.Remove(ctx, path)
	})
	return err
}

// CopyToGuest implements vix.Guest: InitiateFileTransferToGuest for each file.
func (h *host) CopyToGuest(ctx context.Context, handle vix.Handle, login vix.GuestLogin, job vix.GuestCopy) (*vix.GuestCopied, error) {
	return inGuest(ctx, h, "copy to the guest of", handle, login, func(g *guests.Guest) (*vix.GuestCopied, error) {
		return g.CopyTo(ctx, job)
	})
}

// CopyFromGuest implements vix.Guest: InitiateFileTransferFromGuest for each file.
func (h *host) CopyFromGuest(ctx context.Context, handle vix.Handle, login vix.GuestLogin, job vix.GuestCopy) (*vix.GuestCopied, error) {
	return inGuest(ctx, h, "copy from the guest of", handle, login, func(g *guests.Guest) (*vix.GuestCopied, error) {
		return g.CopyFrom(ctx, job)
	})
}

// GuestTicket implements vix.GuestTickets: AcquireCredentialsInGuest.
func (h *host) GuestTicket(ctx context.Context, handle vix.Handle, login vix.GuestLogin) (string, error) {
	return inGuest(ctx, h, "take a ticket for the guest of", handle, login, func(g *guests.Guest) (string, error) { return g.Ticket(ctx) })
}

// ReleaseGuestTicket implements vix.GuestTickets: ReleaseCredentialsInGuest. Of a guest that is off no ticket is good.
func (h *host) ReleaseGuestTicket(ctx context.Context, handle vix.Handle, ticket string) error {
	login := vix.GuestLogin{Ticket: ticket}
	_, err := inGuest(ctx, h, "give back a ticket for the guest of", handle, login, func(g *guests.Guest) (none struct{}, err error) {
		return none, g.Release(ctx)
	})
	if vix.CodeOf(err) == vix.CodeVMNotRunning {
		return nil
	}
	return err
}

// inGuest does something in the guest of a VM, which is read for it.
func inGuest[T any](
	ctx context.Context, h *host, op string, handle vix.Handle, login vix.GuestLogin, do func(*guests.Guest) (T, error),
) (out T, err error) {
	defer func() { err = hidden(err, login) }()
	what := wire.To(op, shownHandle(handle))
	r, err := h.meant(ctx, what, handle, &h.Opens)
	if err != nil {
		return out, err
	}
	vm := r.Opened()
	vm.Registration = h.stamp(ctx, vm.Registration)
	g, err := h.guests.In(ctx, wire.To(op, shown(vm)), r, vm, login)
	if err != nil {
		return out, err
	}
	out, err = do(g)
	return out, h.Denied(ctx, what, err)
}

// hidden is an error without the secrets of a login: what a guest's own programs say of a login, a host passes on.
func hidden(err error, login vix.GuestLogin) error {
	var e *vix.Error
	if !errors.As(err, &e) {
		return err
	}
	mask := secret.NewMask(login.Password, login.Ticket)
	shown := *e
	shown.Reason, shown.Remedy, shown.Fault = mask.Hide(e.Reason), mask.Hide(e.Remedy), mask.Hide(e.Fault)
	return &shown
}
