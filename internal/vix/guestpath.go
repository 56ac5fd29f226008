// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"path"
	"regexp"
	"strings"
)

// windowsGuestPath is a path that begins with a drive or a server.
var windowsGuestPath = regexp.MustCompile(`^([A-Za-z]:[\\/]|\\\\[^\\])`)

// IsWindowsGuestPath reports that a path is written as a Windows guest has it, with a drive or a server.
func IsWindowsGuestPath(name string) bool { return windowsGuestPath.MatchString(name) }

// WindowsFamily is the family of Windows guests, as Tools tell it: GuestInfo.Family.
const WindowsFamily = "windowsGuest"

// IsPathOfFamily reports that a guest of a family can have a path; of a family that nobody has told, any.
func IsPathOfFamily(name, family string) bool {
	switch family {
	case "":
		return true
	case WindowsFamily:
		return IsWindowsGuestPath(name) || strings.HasPrefix(name, "//")
	}
	return !IsWindowsGuestPath(name)
}

// SameGuestPath reports that two paths name one file of a guest.
func SameGuestPath(a, b string) bool { return GuestPathKey(a) == GuestPathKey(b) }

// GuestPathKey is what all spellings of one path of a guest share, and no two files of a guest have. Elsewhere than on Windows only
// repeated slashes and "." say nothing: what is above a link is not known from its name. Windows takes both slashes, folds cases,
// goes up by the name alone, and takes no dots and spaces at the end of a name, but behind \\?\, where it takes the name as it is.
func GuestPathKey(name string) string {
	if !IsWindowsGuestPath(name) {
		return cleaned(name, "")
	}
	if literal, ok := strings.CutPrefix(name, `\\?\`); ok {
		if share, ok := cutPrefixFold(literal, `UNC\`); ok {
			literal = `\\` + share
		}
		return strings.ToLower(strings.ReplaceAll(literal, `\`, "/"))
	}
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	server := ""
	if strings.HasPrefix(name, "//") {
		server = "/" // Clean has one slash alone
	}
	return server + cleaned(path.Clean(name), ". ")
}

// cutPrefixFold is strings.CutPrefix, in either case.
func cutPrefixFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// cleaned is a path without the names that say nothing, and each name without what does not count at its end.
func cleaned(name, ends string) string {
	var names []string
	for one := range strings.SplitSeq(name, "/") {
		if one == "" || one == "." {
			continue
		}
		if one != ".." {
			one = strings.TrimRight(one, ends)
		}
		names = append(names, one)
	}
	joined := strings.Join(names, "/")
	if strings.HasPrefix(name, "/") {
		return "/" + joined
	}
	return joined
}
