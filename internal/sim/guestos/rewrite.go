// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"bytes"
	"io/fs"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxScript is how large a script may be that is rewritten.
const maxScript = 1 << 20

// rewritten makes the process of a program without a namespace: paths of the guest are replaced by real ones.
func (g *Guest) rewritten(s Spec, env []string) (*exec.Cmd, func()) {
	roots := g.roots()
	restore := g.rewriteScripts(roots, s.Command())
	cmd := exec.Command(shell(), "-c", roots.replace(s.Command())) //nolint:gosec // it is a simulated guest's work
	cmd.SysProcAttr = ownGroup()
	cmd.Dir, _ = g.Real(s.WorkingDirectory) // it was looked for
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		cmd.Env = append(cmd.Env, name+"="+roots.replace(value))
	}
	began := time.Now()
	return cmd, func() {
		restore()
		g.cleanse(began)
	}
}

// cleanse makes real paths in what programs have written since a time paths of the guest again.
func (g *Guest) cleanse(since time.Time) {
	_ = fs.WalkDir(g.root.FS(), ".", func(at string, d fs.DirEntry, err error) error { // what goes meanwhile is not there
		if err == nil && d.IsDir() && (g.ofMachine(at) || at == "dev" || at == "proc") {
			return fs.SkipDir
		}
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // see above
		}
		info, err := d.Info()
		if err != nil || info.Size() > maxScript || info.ModTime().Before(since.Add(-time.Second)) {
			return nil //nolint:nilerr // see above
		}
		data, err := g.root.ReadFile(at)
		if err == nil && bytes.Contains(data, []byte(g.opts.Dir)) {
			_ = g.root.WriteFile(at, bytes.ReplaceAll(data, []byte(g.opts.Dir), nil), info.Mode())
		}
		return nil
	})
}

// roots replaces absolute paths that begin with a top directory of the guest.
type roots struct {
	pattern *regexp.Regexp
	dir     string
}

func (g *Guest) roots() roots {
	entries, _ := g.readDir(".") // of a guest that is gone
	var tops []string
	for _, e := range entries {
		if !slices.Contains(machineDirs, e.Name()) && e.Name() != "dev" && e.Name() != "proc" {
			tops = append(tops, regexp.QuoteMeta(e.Name()))
		}
	}
	// Not inside of a longer path, nor after a variable or a name.
	return roots{regexp.MustCompile(`(^|[^\w./~}*\x00])(/(?:` + strings.Join(tops, "|") + `))($|[^\w.-])`), g.opts.Dir}
}

func (r roots) replace(text string) string {
	// Twice, because matches that touch each other do not overlap; the real directory may look like one of the guest.
	for range 2 {
		text = r.pattern.ReplaceAllString(text, "${1}\x00${2}${3}")
	}
	return strings.ReplaceAll(text, "\x00", r.dir)
}

// word finds absolute paths in a command line.
var word = regexp.MustCompile(`/[^\s'"\\;|&<>()]+`)

// rewriteScripts rewrites the scripts that a command line names: text that begins with #! or that stands behind its
// interpreter; and the text files beside one, unless that is a top directory: a script in a folder of its own runs those. The function
// it returns puts the originals back.
func (g *Guest) rewriteScripts(roots roots, line string) func() {
	var undo []func()
	for _, at := range word.FindAllStringIndex(line, -1) {
		named, err := g.resolve(line[at[0]:at[1]], true)
		if err != nil || g.ofMachine(named) {
			continue
		}
		data, ok := g.script(named)
		if !ok || !bytes.HasPrefix(data, []byte("#!")) && !interpreter.MatchString(line[:at[0]]) {
			continue
		}
		undo = append(undo, g.rewriteScript(roots, named, data))
		dir := path.Dir(named)
		if !strings.Contains(dir, "/") {
			continue
		}
		entries, _ := g.readDir(dir) // it was there
		for _, e := range entries {
			beside := path.Join(dir, e.Name())
			if data, ok := g.script(beside); ok && beside != named {
				undo = append(undo, g.rewriteScript(roots, beside, data))
			}
		}
	}
	return func() {
		for _, f := range undo {
			f()
		}
	}
}

// script reads a text file.
func (g *Guest) script(at string) ([]byte, bool) {
	info, err := g.lstat(at)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxScript {
		return nil, false
	}
	data, err := g.root.ReadFile(at)
	return data, err == nil && utf8.Valid(data)
}

func (g *Guest) rewriteScript(roots roots, at string, data []byte) (restore func()) {
	changed := []byte(roots.replace(string(data)))
	info, err := g.lstat(at)
	if err != nil || bytes.Equal(changed, data) || g.root.WriteFile(at, changed, info.Mode()) != nil {
		return func() {}
	}
	return func() {
		if now, err := g.root.ReadFile(at); err == nil && bytes.Equal(now, changed) {
			_ = g.root.WriteFile(at, data, info.Mode())
			_ = g.root.Chtimes(at, info.ModTime(), info.ModTime())
		}
	}
}

// interpreter matches a command line up to the script that it names.
var interpreter = regexp.MustCompile(`(^|[/"'\s])(ba|da|k|z)?sh"?(\s+-[a-z]+)*\s+["']?$|(python3?|perl)"?\s+["']?$`)
