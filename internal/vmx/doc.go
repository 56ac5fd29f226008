// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vmx reads and writes .vmx text, the configuration file of a VMware virtual machine.
//
// The grammar is a list of `key = "value"` lines between comments and blank lines. The package keeps what it does
// not understand: a file that is parsed and written again without a change has the same bytes, line endings, order,
// comments and unknown lines included, because the file belongs to VMware and to the user, not to us.
//
// Inside quotes `|XX` stands for the byte XX (hexadecimal), so `|22` is a quote and `|7C` a bar. Keys are compared
// without regard to case; of a key that occurs twice the last occurrence counts. Text is UTF-8 unless the line
// `.encoding` says otherwise.
package vmx
