// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"regexp"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const (
	// fewFiles and fewBytes are what is read back rather than have the guest tell its checksum, which takes a program.
	fewFiles, fewBytes = 4, 1 << 20
	// scriptSize is how long a script of checksums may become.
	scriptSize = vix.GuestScriptLimit - 4096
)

// differing are the files whose content in the guest, at a path, is not what was moved. The guest tells its checksums, where it can;
// else they are read back.
func (c *copying) differing(ctx context.Context, files []*item, at func(*item) string) ([]*item, error) {
	var bytes int64
	for _, f := range files {
		bytes += f.size
	}
	var sums []string
	if !c.cannotHash && (len(files) > fewFiles || bytes > fewBytes) {
		if c.Progress != nil {
			c.Progress(c.vm, "comparing checksums")
		}
		var names []string
		for _, f := range files {
			names = append(names, at(f))
		}
		var err error
		if sums, err = c.sums(ctx, names); err != nil {
			return nil, err
		}
		c.cannotHash = sums == nil
	}
	var out []*item
	for i, f := range files {
		sum := ""
		if sums != nil {
			sum = sums[i]
		}
		if sum == "" {
			read := sha256.New()
			if _, err := c.get(ctx, at(f), read, math.MaxInt64); err != nil && !errors.Is(err, errChanged) {
				return nil, err
			}
			sum = hex.EncodeToString(read.Sum(nil))
		}
		if sum != f.sum {
			out = append(out, f)
		}
	}
	return out, nil
}

// sums are the SHA-256 of files as a program of the guest tells them, empty for each that it does not; nil where there is no such
// program, or none may be run.
func (g *Guest) sums(ctx context.Context, names []string) ([]string, error) {
	out := make([]string, 0, len(names))
	for rest := names; len(rest) > 0; {
		script, n := g.os.sumScript(rest)
		result, err := g.Run(ctx, vix.GuestRun{Script: script, Capture: true})
		if err != nil {
			if ctx.Err() != nil || wireDown(err) {
				return nil, err
			}
			return nil, nil
		}
		found := g.os.sumsIn(string(result.Stdout))
		if result.ExitCode != 0 || len(found) != n {
			return nil, nil
		}
		out, rest = append(out, found...), rest[n:]
	}
	return out, nil
}

// wireDown reports that nothing else would fare better in the guest now.
func wireDown(err error) bool {
	return errors.Is(err, vix.ErrGuestBusy) || errors.Is(err, vix.ErrSilent) || errors.Is(err, vix.ErrSlow) ||
		errors.Is(err, vix.ErrGuestLoginRefused) || vix.CodeOf(err) == vix.CodeVMNotRunning
}

// unread is what a script says of a file that it cannot read.
const unread = "unread"

// sumScript tells the checksums of the first n of files, a line each.
func (p persona) sumScript(names []string) (script string, n int) {
	var b strings.Builder
	if p.windows {
		b.WriteString("@echo off\r\n")
	} else {
		b.WriteString(`if command -v sha256sum >/dev/null 2>&1; then h() { sha256sum; }
elif command -v shasum >/dev/null 2>&1; then h() { shasum -a 256; }
elif command -v openssl >/dev/null 2>&1; then h() { openssl dgst -sha256 -r; }
else exit 69; fi
`)
	}
	for _, name := range names {
		line := "h <" + posixQuoted(name) + " || echo " + unread + "\n"
		if p.windows {
			line = batchLine(`certutil -hashfile "`+name+`" SHA256`) + " || echo " + unread + "\r\n"
		}
		if n > 0 && b.Len()+len(line) > scriptSize {
			break
		}
		b.WriteString(line)
		n++
	}
	if !p.windows {
		b.WriteString("exit 0\n")
	}
	return b.String(), n
}

// sumLine is a checksum at the beginning of a line; old Windows parts its bytes by blanks.
var sumLine = regexp.MustCompile(`(?im)^((?:[0-9a-f]{2} ?){32})\b|^` + unread)

// sumsIn are the checksums that a script has told.
func (p persona) sumsIn(text string) []string {
	var out []string
	for _, m := range sumLine.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.ToLower(strings.ReplaceAll(m[1], " ", "")))
	}
	return out
}
