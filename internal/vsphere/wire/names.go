// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import "strings"

// escapes are vSphere's: a name holds these three characters escaped.
var (
	escaper   = strings.NewReplacer("%", "%25", "/", "%2f", `\`, "%5c")
	unescaper = strings.NewReplacer("%25", "%", "%2f", "/", "%2F", "/", "%5c", `\`, "%5C", `\`)
)

// EscapeName makes a name as the host wants it.
func EscapeName(name string) string { return escaper.Replace(name) }

// UnescapeName is a name of the host's as people write it.
func UnescapeName(name string) string { return unescaper.Replace(name) }
