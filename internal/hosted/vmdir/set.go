// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Set are files, as somebody else spells their paths.
type Set struct {
	files map[string]os.FileInfo // what is there, by canonical path
	away  []away
	blurs []Blur
}

// away is a path of which there is no file now, or none that can be looked at.
type away struct {
	path string // as far as links lead
	// gone is set where the system says that there is no such file: whatever is there, is another one.
	gone bool
}

// Blur is a path whose letters cannot be read.
type Blur struct {
	// Text is the path with the bytes that are no text as \xNN: no two paths have one.
	Text string
	// May are the files that it may be, by canonical path.
	May []string

	bytes string
}

// String is the path, and what it may be.
func (b Blur) String() string {
	if len(b.May) == 0 {
		return b.Text
	}
	return b.Text + ", which may be " + strings.Join(atMost(b.May, maxChoices), " or ")
}

// NewSet makes a set of absolute paths that are text: what cannot be read in one is a defect of whoever has told it.
func NewSet(paths []string) *Set {
	s := &Set{files: map[string]os.FileInfo{}}
	for _, path := range paths {
		if !utf8.ValidString(path) || strings.ContainsRune(path, utf8.RuneError) {
			s.blurs = append(s.blurs, Blur{Text: Shown(path), bytes: path})
		} else {
			s.Add(path)
		}
	}
	return s
}

// NewList makes a set of absolute paths whose bytes are in an encoding that nobody tells. A path is the file that it names
// as it is; else the one that it names in some encoding, if that is one file.
func NewList(paths []string) *Set {
	s := &Set{files: map[string]os.FileInfo{}}
	for _, path := range paths {
		_, err := os.Stat(path)
		if err == nil || isASCII(path) && !hasMarks(path) {
			s.Add(path)
			continue
		}
		may := readings(path)
		switch {
		case len(may) == 1:
			s.Add(may[0])
		case len(may) == 0 && utf8.ValidString(path) && !hasMarks(path):
			s.Add(path)
		default:
			s.blurs = append(s.blurs, Blur{Text: Shown(path), May: may, bytes: path})
		}
	}
	return s
}

// Add adds a path that is text.
func (s *Set) Add(path string) {
	info, err := os.Stat(path)
	if err == nil {
		s.files[Canonical(path)] = info
		return
	}
	gone := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
	s.away = append(s.away, away{leadsTo(path), gone})
}

// With is the set with a path that is text.
func (s *Set) With(path string) *Set {
	more := &Set{files: maps.Clone(s.files), away: slices.Clone(s.away), blurs: s.blurs}
	more.Add(path)
	return more
}

// Paths are the paths of the set, in no order: canonical ones of what is there. What cannot be read is not among them.
func (s *Set) Paths() []string {
	all := maps.Clone(s.files)
	for _, a := range s.away {
		all[a.path] = nil
	}
	return slices.Collect(maps.Keys(all))
}

// Blurs are the paths of the set that cannot be read.
func (s *Set) Blurs() []Blur { return s.blurs }

// Has reports that the file at a canonical path is in the set: by itself under whatever path, a hard link being one, or, where nobody
// can look at it, by the text of its path. What keeps that from being told is in doubts; with one, the file is not known not to be in it.
func (s *Set) Has(path string) (is bool, doubts []Blur) {
	info, err := os.Stat(path)
	if s.files[path] != nil || err == nil && s.hasFile(info) {
		return true, nil
	}
	composed := norm.NFC.String(path)
	for other := range s.files {
		if err != nil && norm.NFC.String(other) == composed {
			return true, nil
		}
	}
	for _, other := range s.away {
		switch text := norm.NFC.String(other.path); {
		case other.path == path, err != nil && (text == composed || foldsNames && strings.EqualFold(text, composed)):
			return true, nil
		case err == nil && other.gone: // this one is there
		case strings.EqualFold(filepath.Base(text), filepath.Base(composed)):
			// A link that is away with what it lies on may lead from one to the other.
			doubts = append(doubts, Blur{Text: other.path})
		}
	}
	for _, blur := range s.blurs {
		if slices.Contains(blur.May, path) || len(blur.May) == 0 && looksLike(blur.bytes, path) {
			doubts = append(doubts, blur)
		}
	}
	return false, doubts
}

// foldsNames is set on systems whose file systems take small and capital letters for the same, as a rule.
const foldsNames = runtime.GOOS == "windows" || runtime.GOOS == "darwin"

func (s *Set) hasFile(info os.FileInfo) bool {
	for _, other := range s.files {
		if os.SameFile(info, other) {
			return true
		}
	}
	return false
}
