// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Peek opens a VM from within the product: no password is asked for.
func Peek(path string) (*VM, error) { return load(path) }

// Tree tells every file below a folder with its mode, time of change and content.
func Tree(root string) (map[string]string, error) {
	tree := map[string]string{}
	return tree, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%s %s", info.Mode(), info.ModTime().UTC().Format(time.RFC3339Nano))
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path) //nolint:gosec // a folder of the test's own
			if err != nil {
				return err
			}
			what += fmt.Sprintf(" %x", sha256.Sum256(text))
		}
		tree[path] = what
		return nil
	})
}
