// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"os"
	"strings"
	"unicode/utf8"
)

// Set are files, as somebody else spells their paths.
type Set struct {
	canonical map[string]bool
	infos     []os.FileInfo
	// unread are the paths that are no text and that name no file here: they came in another encoding.
	unread []string
}

// NewSet makes a set of absolute paths, whose bytes may be no text.
func NewSet(paths []string) *Set {
	s := &Set{canonical: map[string]bool{}}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil && !utf8.ValidString(path) {
			s.unread = append(s.unread, path)
			continue
		}
		s.canonical[Canonical(path)] = true
		if err == nil {
			s.infos = append(s.infos, info)
		}
	}
	return s
}

// Paths are the canonical paths of the set, in no order. What could not be read is not among them.
func (s *Set) Paths() []string {
	var out []string
	for path := range s.canonical {
		out = append(out, path)
	}
	return out
}

// Unread are the paths that are no text and name no file.
func (s *Set) Unread() []string { return s.unread }

// Has reports that a file is in the set: by its canonical path, or by itself under another path, or by a path of which
// all that could be read is the same.
func (s *Set) Has(path string) bool {
	if s.canonical[path] {
		return true
	}
	info, err := os.Stat(path)
	for _, other := range s.infos {
		if err == nil && os.SameFile(info, other) {
			return true
		}
	}
	for _, other := range s.unread {
		if looksLike(other, path) {
			return true
		}
	}
	return false
}

// looksLike reports that a path whose letters beyond ASCII are in an encoding that nobody tells may be another one: what
// is ASCII in both is the same, and what is not stands in the same places.
func looksLike(unread, path string) bool {
	return asciiOf(unread) == asciiOf(path)
}

// asciiOf is a text with one mark for each run of other bytes.
func asciiOf(text string) string {
	var b strings.Builder
	other := false
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			if !other {
				b.WriteByte(0)
			}
			other = true
			continue
		}
		other = false
		b.WriteByte(text[i])
	}
	return b.String()
}
