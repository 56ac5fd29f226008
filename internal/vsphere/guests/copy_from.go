// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// CopyFrom copies a file or a folder from the guest. What is found to be in the way is found before anything is copied.
func (g *Guest) CopyFrom(ctx context.Context, job vix.GuestCopy) (*vix.GuestCopied, error) {
	c := &copying{Guest: g, GuestCopy: job}
	c.Destination = filepath.Clean(job.Destination) // a separator at its end says nothing
	err := c.planFrom(ctx)
	if err == nil {
		err = c.freeHere()
	}
	if err != nil {
		return nil, g.failed(err)
	}
	stop := c.telling(ctx)
	defer stop()
	if err := c.download(ctx); err != nil {
		return nil, g.failed(err)
	}
	return &vix.GuestCopied{VM: g.vm, Files: int64(len(c.files)), Bytes: c.total}, nil
}

// planFrom finds in the guest what there is to be copied.
func (c *copying) planFrom(ctx context.Context) error {
	if !c.os.isAbsolute(c.Source) {
		return &vix.Error{Code: vix.CodeInvalidArg, Reason: fmt.Sprintf("The path %q in the guest is not absolute.", c.Source)}
	}
	info, err := c.info(ctx, c.Source)
	if err != nil {
		return err
	}
	if info == nil {
		return &vix.Error{Code: vix.CodeFileNotFound, Reason: fmt.Sprintf("There is no %s in the guest.", c.Source)}
	}
	return c.planItem(ctx, c.Source, c.Destination, *info)
}

// planItem takes a file, or a folder with all below it.
func (c *copying) planItem(ctx context.Context, from, to string, info types.GuestFileInfo) error {
	from, info, err := c.resolved(ctx, from, info)
	if err != nil {
		return err
	}
	file := c.file(info)
	one := item{from: from, to: to, size: file.Size, mode: 0o644}
	if mode, err := strconv.ParseUint(file.Permissions, 8, 32); err == nil {
		one.mode = fs.FileMode(mode) & fs.ModePerm
	} else if file.Type == vix.GuestDirectory {
		one.mode = 0o755
	}
	if file.Type == vix.GuestRegular {
		c.files, c.total = append(c.files, one), c.total+one.size
		return nil
	}
	c.folders = append(c.folders, one)
	found, err := c.list(ctx, from, "")
	if err != nil {
		return err
	}
	for _, below := range found {
		// A guest that is not to be trusted could name a file so that it lands elsewhere.
		if below.Path != filepath.Base(below.Path) || !filepath.IsLocal(below.Path) {
			return &vix.Error{
				Code:   vix.CodeFileNameInvalid,
				Reason: fmt.Sprintf("This machine has no files of the name %q. Nothing was copied.", below.Path),
			}
		}
		if err := c.planItem(ctx, c.os.join(from, below.Path), filepath.Join(to, below.Path), below); err != nil {
			return err
		}
	}
	return nil
}

// maxLinks is how many links are followed.
const maxLinks = 10

// resolved is what a link to a file leads to; anything else is itself. A link to a folder could lead back to where it is.
func (c *copying) resolved(ctx context.Context, name string, info types.GuestFileInfo) (string, types.GuestFileInfo, error) {
	link := name
	for range maxLinks {
		file := c.file(info)
		switch {
		case file.Type == vix.GuestRegular, file.Type == vix.GuestDirectory && name == link:
			return name, info, nil
		case file.Type == vix.GuestSymlink && file.LinkTarget != "":
			target := file.LinkTarget
			if !c.os.isAbsolute(target) {
				target = c.os.join(c.os.folder(name), target)
			}
			next, err := c.info(ctx, target)
			if err != nil {
				return "", info, err
			}
			if next != nil {
				name, info = target, *next
				continue
			}
		}
		break
	}
	return "", info, &vix.Error{Code: vix.CodeNotAFile, Reason: link + " is a link in the guest that leads to no file. Nothing was copied.",
		Remedy: "Copy what it leads to by its own path, or remove the link."}
}

// freeHere refuses what is in the way on this machine.
func (c *copying) freeHere() error {
	if above := filepath.Dir(c.Destination); !thereHere(above) {
		return &vix.Error{
			Code: vix.CodeFileNotFound, Reason: fmt.Sprintf("There is no folder %s on this machine. Nothing was copied.", above),
		}
	}
	for i := range c.folders {
		f := &c.folders[i]
		info, err := os.Stat(f.to)
		if err == nil && !info.IsDir() {
			return &vix.Error{
				Code:   vix.CodeNotADirectory,
				Reason: f.to + " is a file on this machine, and a folder in the guest. Nothing was copied.",
			}
		}
		if f.there = err == nil; !f.there && thereHere(f.to) {
			return &vix.Error{
				Code:   vix.CodeNotADirectory,
				Reason: f.to + " is a link on this machine that leads nowhere, and a folder in the guest. Nothing was copied.",
				Remedy: "Remove the link, or make what it leads to.",
			}
		}
	}
	var taken []string
	for _, f := range c.files {
		info, err := os.Stat(f.to)
		switch {
		case !thereHere(f.to):
		case err == nil && info.IsDir():
			return &vix.Error{
				Code:   vix.CodeNotAFile,
				Reason: f.to + " is a folder on this machine, and a file in the guest. Nothing was copied.",
			}
		case !c.Overwrite:
			taken = append(taken, f.to)
		}
	}
	return inTheWay(taken)
}

// thereHere reports that this machine has something of a name, be it a link that leads nowhere.
func thereHere(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// download makes the folders and moves the files; folders get their permissions last, which may forbid to write there.
func (c *copying) download(ctx context.Context) error {
	for _, f := range c.folders {
		if f.there {
			continue
		}
		if err := os.Mkdir(f.to, 0o700); err != nil {
			return localProblem(err)
		}
	}
	for _, batch := range c.batches() {
		if err := c.downloadBatch(ctx, batch); err != nil {
			return err
		}
	}
	for _, f := range slices.Backward(c.folders) {
		if f.there {
			continue
		}
		if err := os.Chmod(f.to, f.mode); err != nil {
			return localProblem(err)
		}
	}
	return nil
}

// downloadBatch moves files beside their places, verifies them and gives them their names.
func (c *copying) downloadBatch(ctx context.Context, batch []*item) (err error) {
	defer func() {
		for _, f := range batch {
			if f.temporary != "" {
				_ = os.Remove(f.temporary) // it is gone where it got its name
			}
		}
	}()
	fetch := batch
	for try := 1; len(fetch) > 0; try++ {
		if try > maxTries {
			return differs(fetch[0])
		}
		if err := each(ctx, fetch, c.downloadFile); err != nil {
			return err
		}
		if !c.Verify {
			break
		}
		if fetch, err = c.differing(ctx, fetch, func(f *item) string { return f.from }); err != nil {
			return err
		}
	}
	for _, f := range batch {
		if !c.Overwrite && thereHere(f.to) {
			return &vix.Error{
				Code: vix.CodeFileAlreadyExists, Kind: vix.ErrGuestFileExists,
				Reason: fmt.Sprintf("Something else has made %s meanwhile. %d of %d files were copied before.",
					f.to, c.done.Load(), len(c.files)),
			}
		}
		if err := os.Chmod(f.temporary, f.mode); err != nil {
			return localProblem(err)
		}
		if err := os.Rename(f.temporary, f.to); err != nil {
			return localProblem(err)
		}
		f.temporary = ""
		c.done.Add(1)
	}
	return nil
}

func (c *copying) downloadFile(ctx context.Context, f *item) (err error) {
	var to *os.File
	if f.temporary == "" {
		to, err = os.CreateTemp(filepath.Dir(f.to), ".vix-*")
	} else {
		to, err = os.Create(f.temporary)
	}
	if err != nil {
		return localProblem(err)
	}
	f.temporary = to.Name()
	sum := sha256.New()
	_, err = c.get(ctx, f.from, io.MultiWriter(to, sum, counter{c}), math.MaxInt64)
	if closed := to.Close(); err == nil {
		err = localProblem(closed)
	}
	if err != nil {
		return err
	}
	f.sum = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// counter counts what has come.
type counter struct{ c *copying }

func (n counter) Write(p []byte) (int, error) {
	n.c.moved.Add(int64(len(p)))
	return len(p), nil
}
