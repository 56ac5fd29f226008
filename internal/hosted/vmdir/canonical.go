// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// leadsTo is where a path leads that names no file now: as Canonical, and on through links whose ends are away.
func leadsTo(path string) string {
	const links = 40 // as many as a system follows
	path = Canonical(path)
	for range links {
		at := path
		for filepath.Dir(at) != at && !exists(at) {
			at = filepath.Dir(at)
		}
		target, err := os.Readlink(at)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(at), target)
		}
		path = Canonical(target + strings.TrimPrefix(path, at))
	}
	return path
}

// composedLike is the one name in a folder that is the given one in another Unicode form; empty if there is none, or
// several. Terraform composes every text, and macOS has decomposed names.
func composedLike(folder, name string) string {
	if exists(filepath.Join(folder, name)) {
		return "" // it is a link to nowhere
	}
	if names := alike(folder, name); len(names) == 1 {
		return names[0]
	}
	return ""
}

// alike are the names in a folder that are the given one in some Unicode form; none where it has one form only.
func alike(folder, name string) []string {
	if norm.NFC.IsNormalString(name) && norm.NFD.IsNormalString(name) {
		return nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		if norm.NFC.String(entry.Name()) == norm.NFC.String(name) {
			names = append(names, entry.Name())
		}
	}
	return names
}

// forks are the paths that a path may mean, where a folder on it has several names that are one in Terraform, which
// composes every text. Bytes that Terraform would not have given mean what they are.
func forks(path string) []string {
	parent, name := filepath.Dir(path), filepath.Base(path)
	if parent == path {
		return nil
	}
	if above := forks(parent); above != nil {
		return above
	}
	folder := Canonical(parent)
	names := alike(folder, name)
	if len(names) < 2 || !norm.NFC.IsNormalString(name) && slices.Contains(names, name) {
		return nil
	}
	for i := range names {
		names[i] = filepath.Join(folder, names[i])
	}
	return names
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
