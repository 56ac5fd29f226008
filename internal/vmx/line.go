// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import "strings"

// byteOrderMark may stand before the first line.
const byteOrderMark = "\ufeff"

// blanks are what may stand around key, value and equal sign.
const blanks = " \t"

// line is one line of the text. raw is what stood in the file, without its line ending.
type line struct {
	raw       string
	eol       string
	key       string // empty for comments, blank and malformed lines
	val       string // bytes of the value, escapes undone, still in the file's encoding
	malformed bool
}

// nextLine takes the first line from a text. A line ends with \n, \r\n or \r.
func nextLine(text string) (l line, rest string) {
	i := strings.IndexAny(text, "\r\n")
	if i < 0 {
		return line{raw: text}, ""
	}
	end := i + 1
	if strings.HasPrefix(text[i:], "\r\n") {
		end++
	}
	return line{raw: text[:i], eol: text[i:end]}, text[end:]
}

// split finds key and value of a line as VMware's reader does: a value in quotes goes up to the first quote after it, a
// bare one up to the first blank, and nothing but a comment may follow. A malformed line stays as it is.
func (l *line) split(first bool) {
	text := l.raw
	if first {
		text = strings.TrimPrefix(text, byteOrderMark)
	}
	text = strings.Trim(text, blanks)
	if text == "" || text[0] == '#' {
		return
	}
	l.malformed = true
	end := strings.IndexAny(text, blanks+"=#")
	if end <= 0 {
		return
	}
	key := text[:end]
	val, ok := strings.CutPrefix(strings.TrimLeft(text[end:], blanks), "=")
	if !ok {
		return
	}
	var rest string
	val = strings.TrimLeft(val, blanks)
	if quoted, ok := strings.CutPrefix(val, `"`); ok {
		val, rest, ok = strings.Cut(quoted, `"`)
		if !ok {
			return
		}
	} else if i := strings.IndexAny(val, blanks+"#"); i >= 0 {
		val, rest = val[:i], val[i:]
	}
	rest = strings.TrimLeft(rest, blanks)
	if rest != "" && rest[0] != '#' {
		return
	}
	l.key, l.val, l.malformed = key, unescape(val), false
}

// set rewrites the line with another value; a byte order mark before the first one stays.
func (l *line) set(val string, first bool) {
	lead := ""
	if first && strings.HasPrefix(l.raw, byteOrderMark) {
		lead = byteOrderMark
	}
	l.val, l.raw = val, lead+format(l.key, val)
}

// fold makes keys comparable: the case of ASCII letters does not count, and other bytes are no letters.
func fold(key string) string {
	for i := range len(key) {
		if key[i] >= 'A' && key[i] <= 'Z' {
			lower := []byte(key)
			for i, c := range lower {
				if c >= 'A' && c <= 'Z' {
					lower[i] = c + 'a' - 'A'
				}
			}
			return string(lower)
		}
	}
	return key
}

// validKey holds the keys that are written to what every reader takes.
func validKey(key string) bool {
	for _, c := range []byte(key) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"'(){};,=|#", c) >= 0 {
			return false
		}
	}
	return key != ""
}
