// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package secret hides passwords in what other programs say, where it is shown. What is read and
// compared is never hidden first: a password may be a word of a path.
package secret

import (
	"slices"
	"strconv"
	"strings"
)

// Mask hides texts. The zero value hides nothing.
type Mask struct{ texts []string }

// Spellings are secrets as texts have them: as they are, and as they stand between quotes. Empty ones are none.
func Spellings(secrets ...string) []string {
	var all []string
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		all = append(all, secret)
		quoted := strconv.Quote(secret)
		if inner := quoted[1 : len(quoted)-1]; inner != secret {
			all = append(all, inner)
		}
	}
	return all
}

// NewMask makes a mask of secrets; empty ones are none.
func NewMask(secrets ...string) Mask {
	texts := Spellings(secrets...)
	// The longest first: one may be a part of another.
	slices.SortStableFunc(texts, func(a, b string) int { return len(b) - len(a) })
	return Mask{texts}
}

// Hide is a foreign text as it may be shown.
func (m Mask) Hide(text string) string {
	if len(m.texts) == 0 {
		return text
	}
	var pairs []string
	for _, secret := range m.texts {
		pairs = append(pairs, secret, "(hidden)")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
