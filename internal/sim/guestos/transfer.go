// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Transfer is a file that was moved to the guest or from it.
type Transfer struct {
	Path    string
	ToGuest bool
	Bytes   int64 // that have passed
	Whole   bool
}

// CheckReceive says whether a file may be written at a path: fs.ErrExist for one that is there unless overwrite is true,
// ErrNotFile for a directory, ErrInvalid for a link.
func (g *Guest) CheckReceive(user, name string, overwrite bool) error {
	_, info, err := g.target(user, name, false)
	switch {
	case err != nil || info == nil:
		return err
	case info.IsDir():
		return of(name, ErrNotFile)
	case !overwrite:
		return of(name, fs.ErrExist)
	case info.Mode()&fs.ModeSymlink != 0:
		return of(name, ErrInvalid)
	}
	return nil
}

// Receive writes a file of a known size at a path, from the beginning on: what has come when it breaks off stays there. Blocks
// of zeroes become holes, so a large sparse file costs nothing.
func (g *Guest) Receive(user, name string, overwrite bool, change Change, from io.Reader, size int64) error {
	if err := g.CheckReceive(user, name, overwrite); err != nil {
		return err
	}
	at, err := g.resolve(name, false)
	if err != nil {
		return err
	}
	f, err := g.root.OpenFile(at, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return of(name, err)
	}
	g.own(at, user)
	n, err := sparse(f, io.LimitReader(from, size))
	if err == nil && n < size {
		err = errPartialTransfer
	}
	err = errors.Join(err, f.Close())
	g.note(Transfer{Path: name, ToGuest: true, Bytes: n, Whole: err == nil})
	if err != nil {
		return of(name, err)
	}
	return g.ChangeAttributes(user, name, change)
}

// blockSize is how much is written, or left out, at a time.
const blockSize = 256 << 10

var zeroes = make([]byte, blockSize)

func sparse(f *os.File, from io.Reader) (int64, error) {
	block := make([]byte, blockSize)
	total := int64(0)
	for {
		n, err := readBlock(from, block)
		if n > 0 && !bytes.Equal(block[:n], zeroes[:n]) {
			if _, werr := f.WriteAt(block[:n], total); werr != nil {
				return total, werr
			}
		}
		total += int64(n)
		if err != nil {
			if err == io.EOF { //nolint:errorlint // the end is never wrapped, and a line that broke is another
				err = nil
			}
			return total, errors.Join(err, f.Truncate(total))
		}
	}
}

// readBlock fills a block as far as the reader goes, and tells of its error as it is.
func readBlock(from io.Reader, block []byte) (n int, err error) {
	for n < len(block) && err == nil {
		var got int
		got, err = from.Read(block[n:])
		n += got
	}
	return n, err
}

// CheckSend tells of a file that is to be read: ErrInvalid for a link, ErrNotFile for a directory.
func (g *Guest) CheckSend(user, name string) (Info, error) {
	one, err := g.stat(user, name)
	switch {
	case err != nil:
		return Info{}, err
	case one.Info.Mode()&fs.ModeSymlink != 0:
		return Info{}, of(name, ErrInvalid)
	case !one.Info.Mode().IsRegular():
		return Info{}, of(name, ErrNotFile)
	}
	return one, nil
}

// Send writes a file's content, size bytes of it.
func (g *Guest) Send(user, name string, to io.Writer, size int64) error {
	if _, err := g.CheckSend(user, name); err != nil {
		return err
	}
	at, err := g.resolve(name, false)
	if err != nil {
		return err
	}
	f, err := g.open(at)
	if err != nil {
		return of(name, err)
	}
	defer func() { _ = f.Close() }()
	n, err := io.CopyBuffer(struct{ io.Writer }{to}, io.LimitReader(f, size), make([]byte, blockSize))
	if err == nil && n < size {
		err = errPartialTransfer
	}
	g.note(Transfer{Path: name, Bytes: n, Whole: err == nil})
	return of(name, err)
}

func (g *Guest) note(t Transfer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.transfers = append(g.transfers, t)
}

// Transfers returns every transfer that has begun, in the order of their ends.
func (g *Guest) Transfers() []Transfer {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Transfer(nil), g.transfers...)
}
