// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"strings"
)

// maxOutput bounds what is kept of what a vmrun prints. A list of a thousand VMs is a tenth of it.
const maxOutput = 1 << 20

// capture keeps the beginning of what is written to it, and takes the rest without keeping it.
type capture struct {
	text strings.Builder
	over bool
}

// Write implements io.Writer.
func (c *capture) Write(p []byte) (int, error) {
	room := maxOutput - c.text.Len()
	if len(p) > room {
		c.over = true
		c.text.Write(p[:room])
	} else {
		c.text.Write(p)
	}
	return len(p), nil
}

// output is what one process has said.
type output struct {
	// text is what it printed, with lines that end with \n; bytes that are no text are still in it.
	text string
	// status is its exit status; not 0 means a failure, and no more.
	status int
	// over is set where it printed more than was kept.
	over bool
}

// newOutput takes what is on the error stream only where nothing else is: products write noise there.
func newOutput(stdout, stderr *capture, status int) output {
	from := stdout
	if strings.TrimSpace(stdout.text.String()) == "" {
		from = stderr
	}
	text := strings.ReplaceAll(from.text.String(), "\r\n", "\n")
	return output{text: strings.ReplaceAll(text, "\r", "\n"), status: status, over: from.over}
}

// fault is the text of the last line that begins with "Error:", and whether there is one: lines of a log may
// stand before it, and what a program of the guest printed.
func (o output) fault() (string, bool) {
	text, found := "", false
	for line := range strings.Lines(o.text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "Error:"); ok {
			text, found = strings.TrimSpace(rest), true
		}
	}
	return text, found
}

// failed reports that the process did not do what was asked of it.
func (o output) failed() bool {
	_, said := o.fault()
	return said || o.status != 0
}
