// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import "strings"

// escaper writes vSphere's escapes: a name holds these three characters escaped.
var escaper = strings.NewReplacer("%", "%25", "/", "%2f", `\`, "%5c")

// EscapeName makes a name as the host wants it.
func EscapeName(name string) string { return escaper.Replace(name) }
