// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxSize is the largest text that Parse accepts. Real files have a few kilobytes; an annotation or an encrypted
// configuration can make them larger, a disk or a log that was given by mistake is larger still.
const MaxSize = 4 << 20

// ErrNotVMX says that a text is not a .vmx: binary, empty, too large, or without a single `key = value` line.
var ErrNotVMX = errors.New("not a .vmx file")

// File is a parsed .vmx.
type File struct {
	lines []line
	index map[string]int // folded key to the line that counts, which is the last one
	eol   string         // line ending for lines that we add
	enc   codec
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
	for rest := string(text); rest != ""; {
		var l line
		l, rest = nextLine(rest)
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
	f.enc = codecOf(name)
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
	f := &File{index: map[string]int{}, eol: "\n", enc: codecOf("UTF-8")}
	f.add(".encoding", "UTF-8")
	return f
}

func (f *File) reindex() {
	clear(f.index)
	for i, l := range f.lines {
		if l.key != "" {
			f.index[fold(l.key)] = i
		}
	}
}

// raw returns a value in the file's own encoding.
func (f *File) raw(key string) (string, bool) {
	i, ok := f.index[fold(key)]
	if !ok {
		return "", false
	}
	return f.lines[i].val, true
}

// Get returns the value of a key as UTF-8 and whether the key is there. What is no text in the file's encoding is
// U+FFFD, see Defects.
func (f *File) Get(key string) (string, bool) {
	val, ok := f.raw(key)
	text, _ := f.enc.decode(val)
	return text, ok
}

// Keys returns every key once, in the order of the file and in the spelling that counts.
func (f *File) Keys() []string {
	var keys []string
	for i, l := range f.lines {
		if l.key != "" && f.index[fold(l.key)] == i {
			keys = append(keys, l.key)
		}
	}
	return keys
}

// Set gives a key a value; a key that is not there is added at the end. It fails when the key could not be read
// back, or when the file's encoding has no way to write the value.
func (f *File) Set(key, value string) error {
	if !validKey(key) {
		return fmt.Errorf("%q cannot be a key of a .vmx file", key)
	}
	if fold(key) == ".encoding" {
		return errors.New("the encoding of a .vmx file cannot be changed")
	}
	enc, err := f.enc.encode(value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", key, err)
	}
	i, ok := f.index[fold(key)]
	if !ok {
		f.add(key, enc)
		return nil
	}
	if l := &f.lines[i]; l.val != enc {
		l.set(enc, i == 0)
	}
	return nil
}

// Delete removes every line of a key and says whether there was one.
func (f *File) Delete(key string) bool {
	var kept []line
	for _, l := range f.lines {
		if l.key == "" || fold(l.key) != fold(key) {
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
	f.index[fold(key)] = len(f.lines)
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
