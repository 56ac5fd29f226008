// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// CopyTo copies a file or a folder to the guest. What is found to be in the way is found before anything is copied.
func (g *Guest) CopyTo(ctx context.Context, job vix.GuestCopy) (*vix.GuestCopied, error) {
	c := &copying{Guest: g, GuestCopy: job}
	err := c.plan()
	if err == nil {
		err = c.free(ctx)
	}
	if err != nil {
		return nil, g.failed(err)
	}
	stop := c.telling(ctx)
	defer stop()
	if err := c.upload(ctx); err != nil {
		return nil, g.failed(err)
	}
	return &vix.GuestCopied{VM: g.vm, Files: int64(len(c.files)), Bytes: c.total}, nil
}

// plan finds on this machine what there is to be copied.
func (c *copying) plan() error {
	if !c.os.isAbsolute(c.Destination) {
		return &vix.Error{Code: vix.CodeInvalidArg, Reason: fmt.Sprintf("The path %q in the guest is not absolute.", c.Destination)}
	}
	root, err := filepath.EvalSymlinks(c.Source)
	if err != nil {
		return localProblem(err)
	}
	return localProblem(filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		to := c.Destination
		if rel != "." {
			to = c.os.join(to, strings.Split(filepath.ToSlash(rel), "/")...)
			if err := c.sayable(entry.Name()); err != nil {
				return err
			}
		}
		info, err := os.Stat(name) // of what a link leads to
		if err != nil {
			return err
		}
		one := item{from: name, to: to, size: info.Size(), mode: info.Mode().Perm()}
		switch {
		case entry.IsDir():
			c.folders = append(c.folders, one)
		case info.Mode().IsRegular():
			c.files, c.total = append(c.files, one), c.total+one.size
		default:
			return &vix.Error{
				Code:   vix.CodeNotAFile,
				Reason: name + " is neither a file nor a folder, nor a link to a file. Nothing was copied.",
			}
		}
		return nil
	}))
}

// localProblem is the error of a file of this machine.
func localProblem(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*vix.Error](err); ok {
		return e
	}
	code := vix.CodeFileError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		code = vix.CodeFileNotFound
	case errors.Is(err, fs.ErrPermission):
		code = vix.CodeFileAccessError
	}
	return &vix.Error{Code: code, Cause: err, Reason: "On this machine: " + err.Error() + "."}
}

// free refuses what is in the way in the guest: files that may not be replaced, and folders in the place of files.
func (c *copying) free(ctx context.Context) error {
	top, err := c.info(ctx, c.Destination)
	if err != nil || top == nil {
		return err
	}
	there := map[string]*types.GuestFileInfo{c.Destination: top}
	for i := range c.folders {
		f := &c.folders[i]
		info := there[f.to]
		if info == nil {
			continue
		}
		if c.file(*info).Type == vix.GuestRegular {
			return &vix.Error{Code: vix.CodeNotADirectory, Reason: f.to + " is a file in the guest, and a folder here. Nothing was copied."}
		}
		f.there = true
		found, err := c.list(ctx, f.to, "")
		if err != nil {
			return err
		}
		for _, info := range found {
			there[c.os.join(f.to, info.Path)] = &info
		}
	}
	var taken []string
	for _, f := range c.files {
		info := there[f.to]
		switch {
		case info == nil:
		case c.file(*info).Type == vix.GuestDirectory:
			return &vix.Error{Code: vix.CodeNotAFile, Reason: f.to + " is a folder in the guest, and a file here. Nothing was copied."}
		case !c.Overwrite:
			taken = append(taken, f.to)
		}
	}
	return inTheWay(taken)
}

// mostTaken is how many files an error lists.
const mostTaken = 20

// inTheWay is the error of files that are there and may not be replaced, nil if there are none.
func inTheWay(taken []string) error {
	if len(taken) == 0 {
		return nil
	}
	e := &vix.Error{
		Code: vix.CodeFileAlreadyExists, Kind: vix.ErrGuestFileExists,
		Reason: fmt.Sprintf("%d files are there already. Nothing was copied:", len(taken)), Choices: taken,
	}
	if more := len(taken) - mostTaken; more > 0 {
		e.Choices = append(slices.Clone(taken[:mostTaken]), fmt.Sprintf("and %d more", more))
	}
	return e
}

// upload makes the folders and moves the files; folders get their permissions last, which may forbid to write there.
func (c *copying) upload(ctx context.Context) error {
	for _, f := range c.folders {
		if f.there {
			continue
		}
		if _, err := c.makeFolder(ctx, f.to, false); err != nil {
			return err
		}
	}
	for _, batch := range c.batches() {
		if err := c.uploadBatch(ctx, batch); err != nil {
			return err
		}
	}
	for _, f := range slices.Backward(c.folders) {
		if f.there || c.os.windows {
			continue
		}
		if err := c.change(ctx, f.to, withMode(int64(f.mode))); err != nil {
			return err
		}
	}
	return nil
}

// uploadBatch moves files beside their places, verifies them and gives them their names.
func (c *copying) uploadBatch(ctx context.Context, batch []*item) (err error) {
	defer func() {
		for _, f := range batch {
			if err != nil && f.temporary != "" {
				c.discard(ctx, f.temporary)
			}
		}
	}()
	send := batch
	for try := 1; len(send) > 0; try++ {
		if try > maxTries {
			return differs(send[0])
		}
		if err := each(ctx, send, c.uploadFile); err != nil {
			return err
		}
		if !c.Verify {
			break
		}
		if send, err = c.differing(ctx, send, func(f *item) string { return f.temporary }); err != nil {
			return err
		}
	}
	return each(ctx, batch, func(ctx context.Context, f *item) error {
		if err := c.place(ctx, f.temporary, f.to, c.Overwrite); err != nil {
			return err
		}
		f.temporary = ""
		c.done.Add(1)
		return nil
	})
}

func (c *copying) uploadFile(ctx context.Context, f *item) error {
	if f.temporary == "" {
		f.temporary = c.beside(f.to)
	}
	attributes := c.attributes(fmt.Sprintf("%o", f.mode))
	var sum hash.Hash
	err := c.put(ctx, upload{
		to: f.temporary, attributes: attributes, size: f.size,
		open: func() (io.ReadCloser, error) {
			content, err := os.Open(f.from)
			if err != nil {
				return nil, err
			}
			sum = sha256.New() // an attempt begins anew
			return struct {
				io.Reader
				io.Closer
			}{io.TeeReader(progressed{content, &c.moved}, sum), content}, nil
		},
	})
	if err != nil {
		return err
	}
	f.sum = hex.EncodeToString(sum.Sum(nil))
	if c.Verify {
		return nil
	}
	_, err = c.arrived(ctx, f.temporary, f.size)
	return err
}
