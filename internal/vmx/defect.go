// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import "fmt"

// Defect is what keeps VMware from using a file, or us from understanding it.
type Defect struct {
	Line int    // counted from 1
	What string // the line's fault: "is malformed: ..."
}

func (d Defect) String() string { return fmt.Sprintf("line %d %s", d.Line, d.What) }

// Defects are the lines that VMware's reader does not take, in the order of the file. A file that has any does not
// open. None of them tells a value: values may be secrets.
func (f *File) Defects() []Defect {
	var out []Defect
	seen := map[string]int{}
	for i, l := range f.lines {
		n := i + 1
		if l.malformed {
			out = append(out, Defect{n, `is malformed: it is neither key = "value" nor a comment`})
		}
		if l.key == "" {
			continue
		}
		if earlier := seen[fold(l.key)]; earlier > 0 {
			out = append(out, Defect{n, fmt.Sprintf("sets %s again, which line %d has already", f.safe(l.key), earlier)})
			continue
		}
		seen[fold(l.key)] = n
		if _, ok := f.enc.decode(l.val); !ok {
			out = append(out, Defect{n, fmt.Sprintf("has a value of %s that %s", f.safe(l.key), f.enc.refusal())})
		}
	}
	return out
}

// safe is a key as text.
func (f *File) safe(key string) string {
	text, _ := f.enc.decode(key)
	return text
}

// refusal says why a value is no text.
func (c codec) refusal() string {
	switch {
	case c.unknown:
		return fmt.Sprintf("cannot be read: its encoding, %q, is not known", c.name)
	case c.name == "":
		return "is not UTF-8, and the file names no other encoding"
	}
	return fmt.Sprintf("is no text in the file's encoding, %s", c.name)
}
