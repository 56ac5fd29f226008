// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// readings are the files that are there and whose path has some bytes in one of the encodings that VMware's
// products know.
func readings(path string) []string {
	path = strings.ReplaceAll(path, "\x1a", "?") // both stand for a letter that an encoding lacks
	root := filepath.VolumeName(path) + string(filepath.Separator)
	rest, ok := strings.CutPrefix(path, root)
	if !ok {
		return nil
	}
	var found []string
	for _, spell := range vmx.Spellings() {
		below(root, rest, spell, &found)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// below finds what rest names below a folder, in one encoding. Names of the folder are held against the bytes: in some
// encodings half of a letter is a backslash.
func below(folder, rest string, spell func(string) string, found *[]string) {
	if rest == "" {
		if info, err := os.Stat(folder); err == nil && info.Mode().IsRegular() {
			*found = append(*found, Canonical(folder))
		}
		return
	}
	const separator = string(filepath.Separator)
	if name, behind, _ := strings.Cut(rest, separator); isASCII(name) && !hasMarks(name) {
		if at := filepath.Join(folder, name); exists(at) {
			below(at, behind, spell, found)
		}
		return
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		behind, ok := strings.CutPrefix(rest, spell(norm.NFC.String(entry.Name())))
		if !ok || isASCII(entry.Name()) && !hasMarks(entry.Name()) {
			continue
		}
		if behind == "" {
			below(filepath.Join(folder, entry.Name()), "", spell, found)
		} else if behind, ok := strings.CutPrefix(behind, separator); ok {
			below(filepath.Join(folder, entry.Name()), behind, spell, found)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// looksLike reports that a path whose letters beyond ASCII are in an encoding that nobody knows may be another one: what
// is ASCII in that stands in the first, and for each other letter one byte or two, or the mark for a letter that the encoding lacks.
func looksLike(unread, path string) bool {
	var pattern strings.Builder
	pattern.WriteString("(?s)^")
	for _, r := range path {
		if r < utf8.RuneSelf {
			pattern.WriteString(regexp.QuoteMeta(string(r)))
		} else {
			pattern.WriteString(`(?:(?:\x{ef}\x{bf}\x{bd}){1,4}|[\x{80}-\x{ff}].?|[?\x1a])`)
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

// hasMarks reports what may stand for a letter that an encoding lacks.
func hasMarks(text string) bool { return strings.ContainsAny(text, "?\x1a\uFFFD") }

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// Shown is a path as text: bytes that are none stand as \xNN.
func Shown(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, text[0])
		} else {
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
	return b.String()
}
