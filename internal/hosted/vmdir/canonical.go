// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Canonical is the one spelling of a path: absolute, without symbolic links, each name as the folder above it has it. What is
// not there keeps its name.
func Canonical(path string) string {
	resolved, err := filepath.EvalSymlinks(path)
	if err == nil {
		return spelled(resolved)
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	parent = Canonical(parent)
	if errors.Is(err, fs.ErrNotExist) {
		if name := composedLike(parent, filepath.Base(path)); name != "" {
			return Canonical(filepath.Join(parent, name))
		}
	}
	return filepath.Join(parent, filepath.Base(path))
}

// composedLike is the one name in a folder that is the given one in another Unicode form; empty if there is none, or
// several. Terraform composes every text, and macOS has decomposed names.
func composedLike(folder, name string) string {
	if _, err := os.Lstat(filepath.Join(folder, name)); err == nil || norm.NFC.IsNormalString(name) && norm.NFD.IsNormalString(name) {
		return "" // it is there (a link to nowhere), or has one form only
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	found := ""
	for _, entry := range entries {
		if norm.NFC.String(entry.Name()) != norm.NFC.String(name) {
			continue
		}
		if found != "" {
			return ""
		}
		found = entry.Name()
	}
	return found
}

// spelled gives each name of a path the letters that its folder has, where a file system takes small and capital letters
// for the same.
func spelled(path string) string {
	parent, name := filepath.Dir(path), filepath.Base(path)
	if parent == path {
		return path
	}
	parent = spelled(parent)
	other := swapped(name)
	if other == name || !same(filepath.Join(parent, name), filepath.Join(parent, other)) {
		return filepath.Join(parent, name)
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return filepath.Join(parent, name)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return filepath.Join(parent, listed(names, name))
}

// listed is a name as a folder lists it.
func listed(names []string, name string) string {
	found := name
	for _, n := range names {
		if n == name {
			return name
		}
		if strings.EqualFold(norm.NFC.String(n), norm.NFC.String(name)) {
			found = n
		}
	}
	return found
}

// swapped is a name with its small letters as capital ones, and the other way round.
func swapped(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLower(r) {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, name)
}

// same reports that two paths are there and name one file.
func same(a, b string) bool {
	ia, err1 := os.Lstat(a)
	ib, err2 := os.Lstat(b)
	return err1 == nil && err2 == nil && os.SameFile(ia, ib)
}
