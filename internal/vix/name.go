// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Whether two names or two places are the same is decided here, for the Terraform layer
// and for the service providers alike. Terraform composes every text (Unicode's NFC), and hosts
// keep the bytes that somebody gave them: a Mac writes "u" and two dots for "ü". A vCenter
// escapes three characters in the names of its inventory. So what is compared is composed and
// unescaped; the host is called with its own bytes.

// unescaper reads a vCenter's escapes.
var unescaper = strings.NewReplacer("%25", "%", "%2f", "/", "%2F", "/", "%5c", `\`, "%5C", `\`)

// Unescape is a name of a vCenter's inventory as people write it.
func Unescape(name string) string { return unescaper.Replace(name) }

// Composed is a text in the one form in which equal texts are equal bytes.
func Composed(text string) string { return norm.NFC.String(text) }

// Composable reports that other bytes could spell the same text.
func Composable(text string) bool { return norm.NFD.String(text) != norm.NFC.String(text) }

// SameName reports that two names are the same as people write them.
func SameName(a, b string) bool { return a == b || Composed(a) == Composed(b) }

// Same reports that two paths name the same file, as far as their texts tell.
func (p Path) Same(q Path) bool { return p == q || p.Composed() == q.Composed() }

// MaySame reports that two paths may name the same file although their texts do not say so: they differ in
// nothing but the first folder below a datastore. Where folders are objects (vSAN, vVols), that has
// two names, and the host reports the one that nobody writes.
func (p Path) MaySame(q Path) bool {
	p, q = p.Composed(), q.Composed()
	_, file, below := strings.Cut(p.File, "/")
	_, other, _ := strings.Cut(q.File, "/")
	return below && p.Datastore != "" && p.Datastore == q.Datastore && file == other
}

// Composed is the path in the one form in which equal paths are equal: a key.
func (p Path) Composed() Path { return Path{Datastore: Composed(p.Datastore), File: Composed(p.File)} }

// SamePlace reports that a configured place means the reported one. Reported is
// an inventory path (/DC0/vm/Linux/Web); configured is that, a part of its end
// (Linux/Web) or its name (Web), as users may write any of them. A slash in what is configured
// separates; a name that has one is written as the inventory path has it (a%2fb), and the
// other two escapes either way.
func SamePlace(reported, configured string) bool {
	reported, configured = strings.TrimRight(reported, "/"), strings.TrimRight(configured, "/")
	if reported == "" || configured == "" {
		return reported == configured
	}
	is, want := strings.Split(reported, "/"), strings.Split(configured, "/")
	whole := want[0] == ""
	if len(want) > len(is) || whole && len(want) != len(is) {
		return false
	}
	for i, name := range is[len(is)-len(want):] {
		if !sameElement(name, want[i], whole) {
			return false
		}
	}
	return true
}

// LiesIn reports that a configured place is an inventory path at or below a reported one.
func LiesIn(configured, reported string) bool {
	want, depth := strings.Split(configured, "/"), strings.Count(reported, "/")+1
	return strings.HasPrefix(configured, "/") && len(want) >= depth && SamePlace(reported, strings.Join(want[:depth], "/"))
}

// sameElement compares one name of a place. One that is no part of a whole inventory path may
// have been written without escapes, though it looks as if it had some.
func sameElement(reported, configured string, whole bool) bool {
	name := Unescape(reported)
	return SameName(name, Unescape(configured)) || !whole && SameName(name, configured)
}
