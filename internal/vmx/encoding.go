// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// errEncoding is returned for text that a file's encoding cannot hold.
var errEncoding = errors.New("the file's encoding cannot hold this text")

// encoding converts between the bytes of a file and UTF-8. Encodings that we do not know are read as far as they
// are ASCII and never written otherwise, so that no byte of a file in such an encoding is lost.
type encoding int

const (
	utf8Encoding encoding = iota
	windows1252
	unknownEncoding
)

func encodingByName(name string) encoding {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return utf8Encoding
	case "windows-1252", "cp1252", "iso-8859-1":
		return windows1252
	default:
		return unknownEncoding
	}
}

// cp1252 holds the characters of the bytes 0x80 to 0x9f; all others of windows-1252 are those of Unicode. The five
// bytes without a character keep their number, as Windows itself does.
var cp1252 = [32]rune{
	0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
}

func (e encoding) decode(s string) string {
	switch {
	case isASCII(s):
		return s
	case e == unknownEncoding:
		return strings.ToValidUTF8(s, "\ufffd")
	case e == utf8Encoding && utf8.ValidString(s):
		return s
	}
	// windows-1252, and files that claim UTF-8 but are not: old Windows products wrote such.
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 0x80 && c < 0xa0 {
			b.WriteRune(cp1252[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

func (e encoding) encode(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", errEncoding
	}
	if e == utf8Encoding || isASCII(s) {
		return s, nil
	}
	if e == unknownEncoding {
		return "", errEncoding
	}
	var b strings.Builder
	for _, r := range s {
		c, ok := cp1252Byte(r)
		if !ok {
			return "", errEncoding
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

func cp1252Byte(r rune) (byte, bool) {
	if r < 0x80 || r >= 0xa0 && r <= 0xff {
		return byte(r), true //nolint:gosec // at most 0xff
	}
	for i, c := range cp1252 {
		if c == r {
			return byte(0x80 + i), true
		}
	}
	return 0, false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// unescape undoes `|XX`. A bar that no two hexadecimal digits follow stands for itself.
func unescape(s string) string {
	if !strings.Contains(s, "|") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '|' && i+2 < len(s) {
			hi, ok1 := hexDigit(s[i+1])
			lo, ok2 := hexDigit(s[i+2])
			if ok1 && ok2 {
				b.WriteByte(hi<<4 | lo)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// format writes a setting. Quotes, bars and control characters are escaped; a backslash is literal in a .vmx.
func format(key, val string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteString(key)
	b.WriteString(` = "`)
	for _, c := range []byte(val) {
		if c < ' ' || c == '"' || c == '|' || c == 0x7f {
			b.WriteByte('|')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
			continue
		}
		b.WriteByte(c)
	}
	b.WriteByte('"')
	return b.String()
}
