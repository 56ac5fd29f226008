// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// sources are the files of this machine that this process has read to know what they hold: a large one is not read again while its size
// and its time are the same. What is written is summed anew on its way.
type sources struct {
	mu    sync.Mutex
	known map[string]source
}

// source is what one of them held.
type source struct {
	size     int64
	modified time.Time
	sha256   string
}

// content is what a file of this machine holds, read in a stream.
func (s *sources) content(name string) (*guestContent, error) {
	info, err := regular(name)
	if err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) {
		if _, err := regular(name); err != nil {
			return nil, err
		}
		return os.Open(name)
	}
	s.mu.Lock()
	is := s.known[name]
	s.mu.Unlock()
	if is.sha256 == "" || is.size != info.Size() || !is.modified.Equal(info.ModTime()) {
		if is, err = summed(open); err != nil {
			return nil, err
		}
		if is.modified = info.ModTime(); is.size == info.Size() { // it may grow while it is read
			s.mu.Lock()
			set(&s.known, name, is)
			s.mu.Unlock()
		}
	}
	return &guestContent{open: open, size: is.size, sha256: is.sha256}, nil
}

// regular refuses what is no file: a pipe or a device has no content that could be read twice, and might never end.
func regular(name string) (os.FileInfo, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", name)
	}
	return info, err
}

// summed reads a file.
func summed(open func() (io.ReadCloser, error)) (source, error) {
	f, err := open()
	if err != nil {
		return source{}, err
	}
	defer f.Close() //nolint:errcheck // it is only read
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	return source{size: size, sha256: hex.EncodeToString(sum.Sum(nil))}, err
}
