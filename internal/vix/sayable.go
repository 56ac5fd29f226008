// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Unsayable says why a text cannot be sent to a host, without showing the text; empty if it can. Calls are XML, which has no control
// characters but tabs and line ends: what is sent all the same arrives as another text, which may be the name of another thing.
func Unsayable(text string) string {
	if !utf8.ValidString(text) {
		return "It is not valid UTF-8."
	}
	i := strings.IndexFunc(text, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff'
	})
	if i < 0 {
		return ""
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	return fmt.Sprintf("It has the character %U, which cannot be sent to a host.", r)
}
