// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// fakeGuest is the guest of every VM of a fakeHost.
type fakeGuest struct {
	// password is the one that the guest takes; empty takes any. os is what the VM is configured as.
	password, os string
	// family is what its Tools tell.
	family string
	// login is the last one, run the last run, write the last file that was written, job the last copy.
	login vix.GuestLogin
	run   vix.GuestRun
	write vix.GuestWrite
	job   vix.GuestCopy
	// result is what comes of runs. starts is how often something was started, by token.
	result vix.GuestResult
	starts map[string]int
	// forgets makes the guest know nothing of what was started before.
	forgets bool
	files   map[string]*fakeFile
	// tickets are those that hold.
	tickets   map[string]bool
	processes []vix.GuestProcess
}

// fakeFile is a file in a guest.
type fakeFile struct {
	content     string
	modified    time.Time
	permissions string
	kind        vix.GuestFileType
}

var (
	_ vix.Guest        = (*fakeHost)(nil)
	_ vix.GuestTickets = (*fakeHost)(nil)
)

// enter logs in to the guest of a VM.
func (h *fakeHost) enter(ctx context.Context, handle vix.Handle, login vix.GuestLogin, call string) (*vix.Registration, error) {
	h.given(ctx)
	h.guest.login = login
	if err := h.called(call); err != nil {
		return nil, err
	}
	r, err := h.meant(handle)
	if err != nil {
		return nil, err
	}
	if login.Ticket != "" && !h.guest.tickets[login.Ticket] || login.Ticket == "" && h.guest.password != "" && login.Password != h.guest.password {
		return nil, &vix.Error{
			Op: "log in to the guest of", Object: r.Path.String(), Code: vix.CodeCannotAuthenticateWithGuest, Kind: vix.ErrGuestLoginRefused,
			Reason: "The guest refuses the login " + login.String() + ".",
		}
	}
	return r, nil
}

func (h *fakeHost) CheckGuest(_ context.Context, _ vix.Handle, op vix.GuestOp) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fail["CheckGuest "+string(op)]
}

func (h *fakeHost) RunInGuest(
	ctx context.Context, handle vix.Handle, login vix.GuestLogin, run vix.GuestRun,
) (*vix.GuestResult, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, err := h.enter(ctx, handle, login, "RunInGuest")
	if err != nil {
		return nil, err
	}
	h.guest.run = run
	if run.Progress != nil {
		run.Progress(&vix.VM{Registration: *r}, "running")
	}
	switch {
	case !run.Attempt.IsZero() && h.guest.forgets:
		return nil, &vix.Error{
			Op: "run", Object: "it", Code: vix.CodeFail, Kind: vix.ErrRunUnknown, Doubt: true, Reason: "Nothing tells whether it was started.",
		}
	case h.guest.starts[run.Token] == 0:
		if run.Sending != nil {
			if err := run.Sending(fakeNow); err != nil {
				return nil, err
			}
		}
		if h.guest.starts == nil {
			h.guest.starts = map[string]int{}
		}
		h.guest.starts[run.Token]++
		if err := h.fail["started"]; err != nil {
			return nil, err
		}
	}
	if run.Started != nil {
		run.Started(vix.GuestProcess{PID: 7})
	}
	if err := h.fail["ended"]; err != nil {
		return nil, err
	}
	result := h.guest.result
	result.VM, result.PID = &vix.VM{Registration: *r}, cmp.Or(result.PID, 7)
	result.Ended = !run.NoWait
	return &result, nil
}

// all is how often something was started.
func (g *fakeGuest) all() int {
	n := 0
	for _, one := range g.starts {
		n += one
	}
	return n
}

func (h *fakeHost) GuestProcesses(ctx context.Context, handle vix.Handle, login vix.GuestLogin) ([]vix.GuestProcess, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.enter(ctx, handle, login, "GuestProcesses")
	return h.guest.processes, err
}

// tells is what the guest tells of a file.
func (f *fakeFile) tells(name string) *vix.GuestFile {
	return &vix.GuestFile{
		Path: name, Name: path.Base(name), Type: cmp.Or(f.kind, vix.GuestRegular), Size: int64(len(f.content)), Modified: f.modified,
		Permissions: f.permissions,
	}
}

func (h *fakeHost) GuestFile(ctx context.Context, handle vix.Handle, login vix.GuestLogin, name string) (*vix.GuestFile, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.enter(ctx, handle, login, "GuestFile "+name); err != nil || h.guest.files[name] == nil {
		return nil, err
	}
	return h.guest.files[name].tells(name), nil
}

func (h *fakeHost) GuestFiles(ctx context.Context, handle vix.Handle, login vix.GuestLogin, name, match string) ([]vix.GuestFile, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.enter(ctx, handle, login, "GuestFiles "+name+" "+match); err != nil {
		return nil, err
	}
	var all []vix.GuestFile
	for _, file := range slices.Sorted(maps.Keys(h.guest.files)) {
		if ok, _ := path.Match(cmp.Or(match, "*"), path.Base(file)); ok && path.Dir(file) == name {
			all = append(all, *h.guest.files[file].tells(file))
		}
	}
	return all, nil
}

func (h *fakeHost) ReadGuestFile(
	ctx context.Context, handle vix.Handle, login vix.GuestLogin, name string, to io.Writer,
) (*vix.GuestFile, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.enter(ctx, handle, login, "ReadGuestFile "+name); err != nil {
		return nil, err
	}
	f := h.guest.files[name]
	if f == nil {
		return nil, &vix.Error{Op: "read", Object: name, Code: vix.CodeFileNotFound, Reason: "It is not there."}
	}
	if _, err := io.WriteString(to, f.content); err != nil {
		return nil, err
	}
	told := f.tells(name)
	told.SHA256 = sha256Of(f.content)
	return told, nil
}

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (h *fakeHost) WriteGuestFile(
	ctx context.Context, handle vix.Handle, login vix.GuestLogin, file vix.GuestWrite,
) (*vix.GuestFile, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.enter(ctx, handle, login, fmt.Sprintf("WriteGuestFile %s %t", file.Path, file.Overwrite)); err != nil {
		return nil, err
	}
	if h.guest.write = file; file.Beside != nil {
		file.Beside(path.Join(path.Dir(file.Path), ".vix-temporary"))
	}
	if err := h.fail["writing"]; err != nil {
		return nil, err
	}
	if h.guest.files[file.Path] != nil && !file.Overwrite {
		return nil, &vix.Error{
			Op: "write", Object: file.Path, Code: vix.CodeFileAlreadyExists, Kind: vix.ErrGuestFileExists, Reason: "The guest has the file already.",
		}
	}
	content, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	raw, err := io.ReadAll(content)
	if err != nil || int64(len(raw)) != file.Size {
		return nil, fmt.Errorf("%d bytes of %d: %w", len(raw), file.Size, err)
	}
	set(&h.guest.files, file.Path, &fakeFile{content: string(raw), modified: fakeNow, permissions: cmp.Or(file.Permissions, "0644")})
	told := h.guest.files[file.Path].tells(file.Path)
	told.SHA256 = sha256Of(string(raw))
	return told, h.fail["written"]
}

func (h *fakeHost) RemoveGuestFile(ctx context.Context, handle vix.Handle, login vix.GuestLogin, name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.enter(ctx, handle, login, "RemoveGuestFile "+name)
	if err == nil {
		delete(h.guest.files, name)
	}
	return err
}

func (h *fakeHost) copied(ctx context.Context, handle vix.Handle, login vix.GuestLogin, way string, job vix.GuestCopy) (*vix.GuestCopied, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, err := h.enter(ctx, handle, login, way+" "+job.Source+" "+job.Destination)
	if err != nil {
		return nil, err
	}
	vm := &vix.VM{Registration: *r}
	job.Progress(vm, "1 of 2 MiB")
	h.guest.job = job
	return &vix.GuestCopied{VM: vm, Files: 2, Bytes: 2 << 20}, nil
}

func (h *fakeHost) CopyToGuest(ctx context.Context, handle vix.Handle, login vix.GuestLogin, job vix.GuestCopy) (*vix.GuestCopied, error) {
	return h.copied(ctx, handle, login, "CopyToGuest", job)
}

func (h *fakeHost) CopyFromGuest(ctx context.Context, handle vix.Handle, login vix.GuestLogin, job vix.GuestCopy) (*vix.GuestCopied, error) {
	return h.copied(ctx, handle, login, "CopyFromGuest", job)
}

func (h *fakeHost) GuestTicket(ctx context.Context, handle vix.Handle, login vix.GuestLogin) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.enter(ctx, handle, login, "GuestTicket"); err != nil {
		return "", err
	}
	h.next++
	ticket := fmt.Sprintf("t1cket-%d", h.next)
	set(&h.guest.tickets, ticket, true)
	return ticket, nil
}

func (h *fakeHost) ReleaseGuestTicket(_ context.Context, _ vix.Handle, ticket string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.guest.tickets, ticket)
	return h.called("ReleaseGuestTicket " + strings.ReplaceAll(ticket, "t1cket", "ticket"))
}
