// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Set are files, as somebody else spells their paths.
type Set struct {
	canonical map[string]bool
	infos     []os.FileInfo
	// unsure are the paths that name no file here and have letters beyond ASCII, or marks for such: they may have come in an
	// encoding that nobody tells. What is text in one encoding may be other text in another.
	unsure []string
}

// NewSet makes a set of absolute paths, whose bytes may be no text.
func NewSet(paths []string) *Set {
	s := &Set{canonical: map[string]bool{}}
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err == nil:
			s.infos = append(s.infos, info)
		case isUnsure(path):
			s.unsure = append(s.unsure, path)
		}
		if err == nil || utf8.ValidString(path) {
			s.canonical[Canonical(path)] = true
		}
	}
	return s
}

// Paths are the canonical paths of the set, in no order. What is no text and names no file is not among them.
func (s *Set) Paths() []string {
	return slices.Collect(maps.Keys(s.canonical))
}

// Unread are the paths that are no text and name no file.
func (s *Set) Unread() []string {
	return slices.DeleteFunc(slices.Clone(s.unsure), utf8.ValidString)
}

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
	return slices.ContainsFunc(s.unsure, func(other string) bool { return looksLike(other, path) })
}

// looksLike reports that a path whose letters beyond ASCII are in an encoding that nobody tells may be another one: what
// is ASCII in that stands in the first, and for each other letter one byte or two, or the mark for a letter that the encoding lacks.
func looksLike(unread, path string) bool {
	var pattern strings.Builder
	pattern.WriteString("(?s)^")
	for _, r := range path {
		if r < utf8.RuneSelf {
			pattern.WriteString(regexp.QuoteMeta(string(r)))
		} else {
			pattern.WriteString(`(?:[\x{80}-\x{ff}].?|[?\x1a])`)
		}
	}
	pattern.WriteString("$")
	like, err := regexp.Compile(pattern.String())
	return err == nil && like.MatchString(bytesAsRunes(unread))
}

// bytesAsRunes gives each byte of a text as a letter of its own.
func bytesAsRunes(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
}

// isUnsure reports a path with letters beyond ASCII, or with marks for letters that an encoding lacks.
func isUnsure(path string) bool {
	return strings.ContainsFunc(path, func(r rune) bool { return r >= utf8.RuneSelf || r == '?' || r == '\x1a' })
}
