// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxLog is how much of the end of a log is looked through, in bytes.
const maxLog = 256 << 10

// logHead is what stands before the text of a line: time, thread and level.
var logHead = regexp.MustCompile(`^(?:[^|]*\|)?[^|]*\|\s*(?:[A-Z]\d+[:+ ]+)?`)

// LastPost is the last error that the VM at a canonical path has shown or would have shown in a window, from its log; empty
// if there is none. It is what a product does not say of an operation that it has given up.
func LastPost(path string) string {
	at := filepath.Join(filepath.Dir(path), "vmware.log")
	if info, err := os.Stat(at); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := open(at)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // nothing was written
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, end-maxLog), io.SeekStart) // else all is read
	}
	text, err := io.ReadAll(io.LimitReader(f, maxLog))
	if err != nil {
		return ""
	}
	return lastPost(strings.ToValidUTF8(string(text), "\uFFFD"))
}

// lastPost takes the block from a log: the lines behind the head of the last error, up to a ruler.
func lastPost(log string) string {
	i := strings.LastIndex(log, "Msg_Post: Error")
	if i < 0 {
		return ""
	}
	_, rest, _ := strings.Cut(log[i:], "\n")
	var lines []string
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(logHead.ReplaceAllString(strings.TrimRight(line, "\r\n"), ""))
		if strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "Msg_") || len(lines) == maxPostLines {
			break
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

// maxPostLines bounds a block.
const maxPostLines = 20
