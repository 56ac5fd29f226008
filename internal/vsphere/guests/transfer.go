// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// upload is a file on its way to a guest, over what is there.
type upload struct {
	to         string
	attributes types.BaseGuestFileAttributes
	size       int64
	// open gives the content from its beginning.
	open func() (io.ReadCloser, error)
}

// localError is of this machine's side of a transfer: another attempt would meet it too.
type localError struct{ error }

func (e localError) Unwrap() error { return e.error }

// put uploads a file: InitiateFileTransferToGuest, and a PUT. One that is cut begins anew.
func (g *Guest) put(ctx context.Context, file upload) error {
	return g.transfer(ctx, func(ctx context.Context) (int64, string, error) {
		var address string
		err := g.ask(ctx, again, func(ctx context.Context) error {
			response, err := methods.InitiateFileTransferToGuest(ctx, g.line.Client, &types.InitiateFileTransferToGuest{
				This: *g.managers.files, Vm: g.ref, Auth: g.auth, GuestFilePath: file.to,
				FileAttributes: file.attributes, FileSize: file.size, Overwrite: true,
			})
			if err == nil {
				address = response.Returnval
			}
			return err
		})
		var none *types.FileNotFound
		if as(err, &none) {
			err = g.noFolder(file.to)
		}
		if err != nil {
			return 0, "", err
		}
		u, by, err := g.carried(ctx, address)
		if err != nil {
			return 0, "", err
		}
		content, err := file.open()
		if err != nil {
			return 0, "", localError{err}
		}
		source := &counted{from: content, want: file.size}
		err = g.line.Send(ctx, u, by, source, file.size)
		if source.failed != nil {
			err = localError{source.failed}
		}
		_ = content.Close() // it was only read
		return source.n, u.Host, err
	})
}

// noFolder is the error of a file that is put where there is no folder.
func (g *Guest) noFolder(name string) error {
	return &vix.Error{
		Code: vix.CodeFileNotFound, Reason: fmt.Sprintf("There is no folder %s in the guest.", g.os.folder(name)),
	}
}

// counted counts what is read, and keeps what reading failed with.
type counted struct {
	from    io.Reader
	n, want int64
	failed  error
}

var errShort = errors.New("the file has become shorter while it was read")

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		c.failed = err
	case err != nil && c.n < c.want:
		c.failed = errShort
	}
	return n, err
}

// transfer makes attempts at a transfer until one is whole; each tells how many bytes it moved, and by way of which host. What is
// cut begins anew for as long as ctx lasts, unless nothing at all gets through for the time of a call.
func (g *Guest) transfer(ctx context.Context, attempt func(context.Context) (moved int64, host string, err error)) error {
	since, refused := time.Now(), 0
	for rest := firstRest; ; rest = min(rest*3/2, longestRest) {
		moved, host, err := attempt(ctx)
		switch {
		case err == nil:
			return nil
		case host == "":
			return err // it was not the transfer that failed
		}
		if local, ok := errors.AsType[localError](err); ok {
			return &vix.Error{
				Code: vix.CodeFileError, Cause: err,
				Reason: "This machine's side of the transfer failed: " + local.Error() + ".",
			}
		}
		if moved > 0 {
			since = time.Now()
		}
		if wire.CertificateRefused(err) {
			g.carriers.Drop(host) // it may have been renewed, or the VM has moved just then
			refused++
		}
		switch {
		case refused > 1:
			return g.line.TransferFailed(g.what, host, err)
		case ctx.Err() != nil || time.Since(since)+rest > g.line.Options.RequestTimeout:
			return g.line.TransferFailed(g.what, host, err)
		}
		g.line.Options.Log.WarnContext(ctx, "transfer begins anew", "host", host, "moved", moved, "error", err)
		wire.Pause(ctx, rest)
	}
}

// errChanged is of a file that is not what it was when the transfer began.
var errChanged = &vix.Error{Code: vix.CodeFileError, Reason: "The file has changed in the guest while it was read."}

// fetched is what a download has read.
type fetched struct {
	types.FileTransferInformation
	n int64
}

// get downloads a file, at most limit bytes of it: InitiateFileTransferFromGuest, and a GET. One that is cut goes on where it was:
// what is written is not read again.
func (g *Guest) get(ctx context.Context, name string, to io.Writer, limit int64) (*fetched, error) {
	var all fetched
	begun := false
	err := g.transfer(ctx, func(ctx context.Context) (int64, string, error) {
		info, err := g.offered(ctx, name)
		if err != nil {
			return 0, "", err
		}
		if begun && changed(all.FileTransferInformation, info) && all.n > 0 {
			return 0, "", errChanged
		}
		all.FileTransferInformation, begun = info, true
		want := min(info.Size, limit)
		if want == all.n {
			return 0, "", nil
		}
		u, by, err := g.carried(ctx, info.Url)
		if err != nil {
			return 0, "", err
		}
		content, err := g.line.Fetch(ctx, u, by)
		if err != nil {
			return 0, u.Host, err
		}
		defer func() { _ = content.Close() }() // it was only read
		if _, err = io.CopyN(io.Discard, content, all.n); err != nil {
			return 0, u.Host, cut(err)
		}
		sink := &written{to: to}
		n, err := io.CopyN(sink, content, want-all.n)
		all.n += n
		if sink.failed != nil {
			err = localError{sink.failed}
		}
		return n, u.Host, cut(err)
	})
	return &all, err
}

// offered asks for a file.
func (g *Guest) offered(ctx context.Context, name string) (info types.FileTransferInformation, err error) {
	err = g.ask(ctx, again, func(ctx context.Context) error {
		response, err := methods.InitiateFileTransferFromGuest(ctx, g.line.Client, &types.InitiateFileTransferFromGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, GuestFilePath: name,
		})
		if err == nil {
			info = response.Returnval
		}
		return err
	})
	return info, err
}

// changed reports that a file is not what it was.
func changed(was, is types.FileTransferInformation) bool {
	if was.Size != is.Size || (was.Attributes == nil) != (is.Attributes == nil) {
		return true
	}
	if was.Attributes == nil {
		return false
	}
	a, b := was.Attributes.GetGuestFileAttributes().ModificationTime, is.Attributes.GetGuestFileAttributes().ModificationTime
	return a != nil && b != nil && !a.Equal(*b)
}

// cut is an answer that ends too early, as an error of the line.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// written keeps what writing failed with.
type written struct {
	to     io.Writer
	failed error
}

func (w *written) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil {
		w.failed = err
	}
	return n, err
}
