// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// console writes what a person reads: numbered steps of one line, and below them
// what a command said.
type console struct {
	out   io.Writer
	bold  bool
	steps int
	begun time.Time
}

// newConsole writes to a file, with the steps in bold on a terminal.
func newConsole(f *os.File) *console {
	c := &console{out: f}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		c.bold = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return c
}

// step begins a step; its line ends with done.
func (c *console) step(title string) {
	c.steps++
	c.begun = time.Now()
	before, after := "", ""
	if c.bold {
		before, after = "\x1b[1m", "\x1b[0m"
	}
	fmt.Fprintf(c.out, "%s%2d  %-34s%s", before, c.steps, title, after)
}

// done ends the line of a step with its outcome. What takes time says how much.
func (c *console) done(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if took := time.Since(c.begun); took >= 100*time.Millisecond {
		text = fmt.Sprintf("%s (%.1f s)", text, took.Seconds())
	}
	fmt.Fprintln(c.out, text)
}

// say writes a line of its own.
func (c *console) say(format string, args ...any) {
	fmt.Fprintf(c.out, format+"\n", args...)
}

// show writes what a command said, indented and set off.
func (c *console) show(text string) {
	fmt.Fprintf(c.out, "\n%s\n\n", indent(text))
}

// indent moves text to the right and drops the empty lines around it.
func indent(text string) string {
	lines := strings.Split(strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	for i, line := range lines {
		if line = strings.TrimRight(line, " \t"); line != "" {
			line = "      " + line
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}
