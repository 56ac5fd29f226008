// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes a file of a datastore, with the directories above it.
func (h *Host) WriteFile(datacenter, path string, content []byte) error {
	_, ds, p, err := h.resolve(datacenter, path)
	if err != nil {
		return err
	}
	if err := makeObject(ds, p); err != nil {
		return err
	}
	return writeFrom(file(ds, p), bytes.NewReader(content))
}

// ReadFile reads a file of a datastore.
func (h *Host) ReadFile(datacenter, path string) ([]byte, error) {
	_, ds, p, err := h.resolve(datacenter, path)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file(ds, p))
}

// RemoveFile removes a file or a whole directory of a datastore.
func (h *Host) RemoveFile(datacenter, path string) error {
	_, ds, p, err := h.resolve(datacenter, path)
	if err != nil {
		return err
	}
	if p.Path == "" {
		return fmt.Errorf("%s is the datastore itself", path)
	}
	return os.RemoveAll(file(ds, p))
}

// Files returns the SHA-256 of every file of a datastore by its path, for comparisons byte for byte.
func (h *Host) Files(datacenter, datastore string) (map[string]string, error) {
	_, ds, _, err := h.resolve(datacenter, "["+datastore+"]")
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	err = filepath.WalkDir(ds.Summary.Url, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		content, err := os.ReadFile(name) //nolint:gosec // our own directory
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(ds.Summary.Url, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		out[dsPath{datastore, filepath.ToSlash(rel)}.String()] = hex.EncodeToString(sum[:])
		return nil
	})
	return out, err
}

// DatastoreDir returns the directory that holds the files of a datastore.
func (h *Host) DatastoreDir(datacenter, datastore string) (string, error) {
	_, ds, _, err := h.resolve(datacenter, "["+datastore+"]")
	if err != nil {
		return "", err
	}
	return ds.Summary.Url, nil
}
