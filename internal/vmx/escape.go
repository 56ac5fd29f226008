// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import "strings"

// unescape undoes `|XX`. A bar that no two hexadecimal digits follow stands for itself. The byte 0 ends a value.
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
	val, _, _ := strings.Cut(b.String(), "\x00")
	return val
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
