// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxSize is the largest text that Parse accepts. Real files have a few kilobytes; an annotation or an encrypted
// configuration can make them larger, a disk or a log that was given by mistake is larger still.
const MaxSize = 4 << 20

// ErrNotVMX says that a text is not a .vmx: binary, empty, too large, or without a single `key = value` line.
var ErrNotVMX = errors.New("not a .vmx file")

// File is a parsed .vmx.
type File struct {
	lines []line
	index map[string]int // lower-case key to the line that counts, which is the last one
	eol   string         // line ending for lines that we add
	enc   encoding
}

// line is one line of the text. raw is what stood in the file, without its line ending.
type line struct {
	raw  string
	eol  string
	key  string // empty for comments, blank and unknown lines
	val  string // bytes between the quotes, escapes undone, still in the file's encoding
	bare bool   // the value stood without quotes
}

// Parse reads a .vmx. An error that wraps ErrNotVMX says that the text is something else.
func Parse(text []byte) (*File, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrNotVMX, MaxSize)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, fmt.Errorf("%w: binary data", ErrNotVMX)
	}
	f := &File{index: map[string]int{}, eol: "\n"}
	rest := string(text)
	for rest != "" {
		var l line
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			l.raw, l.eol, rest = rest[:i], "\n", rest[i+1:]
		} else {
			l.raw, rest = rest, ""
		}
		if strings.HasSuffix(l.raw, "\r") {
			l.raw, l.eol = l.raw[:len(l.raw)-1], "\r"+l.eol
		}
		l.split(len(f.lines) == 0)
		f.lines = append(f.lines, l)
	}
	f.reindex()
	if len(f.index) == 0 {
		return nil, fmt.Errorf("%w: no `key = \"value\"` line", ErrNotVMX)
	}
	if f.lines[0].eol == "\r\n" {
		f.eol = "\r\n"
	}
	name, _ := f.raw(".encoding")
	f.enc = encodingByName(name)
	return f, nil
}

// ParseReader is Parse for a stream; it reads no more than MaxSize bytes and one.
func ParseReader(r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// New returns a file that holds nothing but its encoding, UTF-8.
func New() *File {
	f := &File{index: map[string]int{}, eol: "\n", enc: utf8Encoding}
	f.add(".encoding", "UTF-8")
	return f
}

// split finds key and value of a line; a line that is neither stays as it is.
func (l *line) split(first bool) {
	text := l.raw
	if first {
		text = strings.TrimPrefix(text, "\ufeff") // a byte order mark stays in raw
	}
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return
	}
	// Values may hold further equal signs (annotations, base64), so only the first one separates.
	key, val, ok := strings.Cut(text, "=")
	key = strings.TrimSpace(key)
	if !ok || !validKey(key) {
		return
	}
	l.key = key
	val = strings.TrimSpace(val)
	if !strings.HasPrefix(val, `"`) {
		l.val, l.bare = val, true
		return
	}
	val = val[1:]
	if i := strings.LastIndexByte(val, '"'); i >= 0 {
		val = val[:i]
	}
	l.val = unescape(val)
}

// validKey keeps prose and markup that happens to hold an equal sign from passing for a setting.
func validKey(key string) bool {
	for _, c := range []byte(key) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"'(){};,=|", c) >= 0 {
			return false
		}
	}
	return key != ""
}

func (f *File) reindex() {
	clear(f.index)
	for i, l := range f.lines {
		if l.key != "" {
			f.index[strings.ToLower(l.key)] = i
		}
	}
}

// raw returns a value in the file's own encoding.
func (f *File) raw(key string) (string, bool) {
	i, ok := f.index[strings.ToLower(key)]
	if !ok {
		return "", false
	}
	return f.lines[i].val, true
}

// Get returns the value of a key as UTF-8 and whether the key is there.
func (f *File) Get(key string) (string, bool) {
	val, ok := f.raw(key)
	return f.enc.decode(val), ok
}

// Keys returns every key once, in the order of the file and in the spelling that counts.
func (f *File) Keys() []string {
	var keys []string
	for i, l := range f.lines {
		if l.key != "" && f.index[strings.ToLower(l.key)] == i {
			keys = append(keys, l.key)
		}
	}
	return keys
}

// Set gives a key a value; a key that is not there is added at the end. It fails when the key could not be read
// back, or when the file's encoding has no way to write the value.
func (f *File) Set(key, value string) error {
	if !validKey(key) || key[0] == '#' {
		return fmt.Errorf("%q cannot be a key of a .vmx file", key)
	}
	if strings.EqualFold(key, ".encoding") {
		return errors.New("the encoding of a .vmx file cannot be changed")
	}
	enc, err := f.enc.encode(value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", key, err)
	}
	i, ok := f.index[strings.ToLower(key)]
	if !ok {
		f.add(key, enc)
		return nil
	}
	if l := &f.lines[i]; l.val != enc {
		lead := ""
		if i == 0 && strings.HasPrefix(l.raw, "\ufeff") {
			lead = "\ufeff"
		}
		l.val, l.bare = enc, false
		l.raw = lead + format(l.key, enc)
	}
	return nil
}

// Delete removes every line of a key and says whether there was one.
func (f *File) Delete(key string) bool {
	var kept []line
	for _, l := range f.lines {
		if l.key == "" || !strings.EqualFold(l.key, key) {
			kept = append(kept, l)
		}
	}
	found := len(kept) != len(f.lines)
	f.lines = kept
	f.reindex()
	return found
}

func (f *File) add(key, val string) {
	if n := len(f.lines); n > 0 && f.lines[n-1].eol == "" {
		f.lines[n-1].eol = f.eol
	}
	f.index[strings.ToLower(key)] = len(f.lines)
	f.lines = append(f.lines, line{raw: format(key, val), eol: f.eol, key: key, val: val})
}

// Bytes returns the text: lines that nobody changed as they were read, the others as `key = "value"`.
func (f *File) Bytes() []byte {
	var b bytes.Buffer
	_, _ = f.WriteTo(&b)
	return b.Bytes()
}

// WriteTo writes what Bytes returns.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	var sum int64
	for _, l := range f.lines {
		n, err := io.WriteString(w, l.raw+l.eol)
		sum += int64(n)
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}
