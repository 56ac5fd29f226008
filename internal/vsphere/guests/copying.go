// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const (
	// parallel is how many files are moved at once: an agent does one thing after the other, and the ways there take time.
	parallel = 4
	// batchFiles and batchBytes bound how much is moved before it is verified and takes its names.
	batchFiles, batchBytes = 200, 256 << 20
	// tellEvery is how often the progress of a copy is told.
	tellEvery = 5 * time.Second
	// maxTries is how often a file is moved in all of which something else has arrived.
	maxTries = 3
)

// copying is a copy under way.
type copying struct {
	*Guest
	vix.GuestCopy

	folders []item // those above before those below
	files   []item
	total   int64
	moved   atomic.Int64
	done    atomic.Int64
	// cannotHash is set once the guest has shown that it cannot tell checksums.
	cannotHash bool
}

// item is a file or a folder of a copy.
type item struct {
	from, to string
	size     int64
	mode     fs.FileMode // its permissions
	there    bool        // a folder that is there already
	// temporary is where it is until it takes its name; sum is its checksum as it was read.
	temporary, sum string
}

// telling tells of the progress until it is stopped.
func (c *copying) telling(ctx context.Context) (stop func()) {
	if c.Progress == nil {
		return func() {}
	}
	c.Progress(c.vm, fmt.Sprintf("copying %d files, %s", len(c.files), size(c.total)))
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				c.Progress(c.vm, fmt.Sprintf("copied %s of %s, %d of %d files",
					size(c.moved.Load()), size(c.total), c.done.Load(), len(c.files)))
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// batches are the files in the order of the copy, as many at a time as are verified together.
func (c *copying) batches() [][]*item {
	var (
		all   [][]*item
		batch []*item
		bytes int64
	)
	for i := range c.files {
		f := &c.files[i]
		if len(batch) == batchFiles || len(batch) > 0 && bytes+f.size > batchBytes {
			all, batch, bytes = append(all, batch), nil, 0
		}
		batch, bytes = append(batch, f), bytes+f.size
	}
	if len(batch) > 0 {
		all = append(all, batch)
	}
	return all
}

// each does something with each file, some at a time; the first error ends it.
func each(ctx context.Context, files []*item, do func(context.Context, *item) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, f := range files {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return do(ctx, f)
		})
	}
	return group.Wait()
}

// progressed counts what is read on its way.
type progressed struct {
	io.Reader
	to *atomic.Int64
}

func (p progressed) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.to.Add(int64(n))
	return n, err
}

// differs is the error of a file that arrives as something else, however often it is moved.
func differs(f *item) error {
	return &vix.Error{
		Code:   vix.CodeFileError,
		Reason: fmt.Sprintf("What arrives of %s has another SHA-256 than what was sent, %d times.", f.from, maxTries),
	}
}

// sayable refuses names that the API cannot carry, or that the guest cannot have.
func (c *copying) sayable(name string) error {
	bad := vix.Unsayable(name)
	if bad == "" && c.os.windows && strings.ContainsFunc(name, func(r rune) bool {
		return r < 0x20 || strings.ContainsRune(`<>:"|?*\`, r)
	}) {
		bad = "Windows has no such names."
	}
	if bad == "" {
		return nil
	}
	return &vix.Error{
		Code:   vix.CodeFileNameInvalid,
		Reason: fmt.Sprintf("The name %q cannot be copied. %s Nothing was copied.", name, bad),
	}
}
