// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vmx reads and writes .vmx text, the configuration file of a VMware virtual machine.
//
// The grammar is that of VMware's own reader: lines `key = "value"` or `key = value`, where a value in quotes ends at the
// next quote, a bare one at the next blank, and nothing but a `# comment` may follow; blank lines and comments between
// them. Whatever else there is, VMware does not open the file; Defects says so. The package keeps all of it: a file that
// is parsed and written again without a change has the same bytes, line endings, order, comments and malformed lines
// included, because the file belongs to VMware and to the user, not to us.
//
// In a value `|XX` stands for the byte XX (hexadecimal), so `|22` is a quote and `|7C` a bar. Escapes are undone before
// bytes become text, because in some encodings a bar is half a character. Keys are compared without regard to case; one
// that occurs twice is a defect, and the last occurrence is what Get returns. Text is UTF-8 unless the line `.encoding`
// says otherwise.
package vmx
