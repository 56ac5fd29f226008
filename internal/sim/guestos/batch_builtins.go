// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// execute runs a command without redirections. It returns the process of a program that is to be waited for.
func (s *shellState) execute(text string) *process {
	name, n := firstWord(text)
	rest := strings.TrimLeft(text[n:], " ")
	low := strings.ToLower(name)
	switch {
	case low == "call":
		return s.execute(rest)
	case strings.HasPrefix(low, "echo"):
		s.echo(text[len("echo"):])
		return nil
	}
	if builtin, ok := builtins[low]; ok {
		s.code = builtin(s, splitArguments(rest), rest)
		return nil
	}
	return s.start(name, rest)
}

func (s *shellState) echo(text string) {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "."), " ")
	if low := strings.ToLower(strings.TrimSpace(text)); low != "off" && low != "on" {
		s.say(s.Stdout, text)
	}
}

// start starts a program; a batch runs in the same process.
func (s *shellState) start(name, rest string) *process {
	file := s.find(name)
	by := s.Guest.program(file)
	if file == "" || by == nil {
		s.say(s.Stderr, "'"+name+"' is not recognized as an internal or external command,\r\noperable program or batch file.")
		s.code = 9009
		if s.file == "" {
			s.code = 1
		}
		return nil
	}
	if ext := strings.ToLower(path.Ext(file)); ext == ".cmd" || ext == ".bat" {
		inner := &shellState{Call: s.Call, file: file, args: splitArguments(rest)}
		inner.batch()
		s.code, s.over = inner.code, inner.overFor
		s.overFor = inner.overFor
		return nil
	}
	call := *s.Call
	call.Path, call.Arguments = file, rest
	return s.Guest.spawn(&call, by)
}

// find looks for a program where Windows does.
func (s *shellState) find(name string) string {
	const system = `C:\Windows\System32`
	for _, dir := range []string{s.Directory, system, system + `\WindowsPowerShell\v1.0`, `C:\Windows`} {
		for _, ending := range []string{"", ".exe", ".cmd", ".bat"} {
			file := s.Guest.join(dir, name) + ending
			if len(name) > 1 && name[1] == ':' {
				file = name + ending
			}
			if one, err := s.Guest.Stat(file); err == nil && one.Info.Mode().IsRegular() {
				return file
			}
		}
	}
	return ""
}

type builtin func(s *shellState, args []string, rest string) int

// builtins are the commands of the prompt that are played. Their result is the error level.
var builtins map[string]builtin

func init() { //nolint:gochecknoinits // the table and what is in it name each other
	none := func(s *shellState, _ []string, _ string) int { return s.code }
	builtins = map[string]builtin{
		"rem": none, "setlocal": none, "endlocal": none, "title": none, "chcp": none, "cls": none, "verify": none,
		"set": (*shellState).set, "exit": (*shellState).exit, "cd": (*shellState).changeDirectory, "type": (*shellState).typeFile,
		"ren": (*shellState).rename, "move": (*shellState).move, "md": (*shellState).makeDirectory,
		"mkdir": (*shellState).makeDirectory, "rd": (*shellState).removeDirectory, "rmdir": (*shellState).removeDirectory,
		"del": (*shellState).deleteFiles, "copy": (*shellState).copyFile, "ping": (*shellState).ping, "timeout": (*shellState).timeout,
		"hostname": func(s *shellState, _ []string, _ string) int {
			s.say(s.Stdout, s.Guest.opts.Hostname)
			return 0
		},
		"more": func(s *shellState, _ []string, _ string) int {
			_, err := io.Copy(s.Stdout, s.Stdin)
			return levelOf(err)
		},
	}
}

func levelOf(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

// done is the error level of what an operation came to; its complaint goes where it belongs.
func (s *shellState) done(err error) int {
	if err != nil {
		s.say(s.Stderr, "The system cannot do that.")
	}
	return levelOf(err)
}

func (s *shellState) set(_ []string, rest string) int {
	name, value, ok := strings.Cut(strings.Trim(rest, `"`), "=")
	if !ok {
		return 1
	}
	s.Environment[strings.ToUpper(name)] = value
	return s.code
}

func (s *shellState) exit(args []string, _ string) int {
	s.over, s.overFor = true, true
	code := s.code
	for _, a := range args {
		if strings.EqualFold(a, "/b") {
			s.overFor = false
		} else if n, err := strconv.Atoi(a); err == nil {
			code = n
		}
	}
	return code
}

func (s *shellState) changeDirectory(args []string, _ string) int {
	args = slices.DeleteFunc(args, func(a string) bool { return strings.EqualFold(a, "/d") })
	if len(args) == 0 {
		s.say(s.Stdout, s.Directory)
		return 0
	}
	to := s.absolute(args[0])
	one, err := s.Guest.Stat(to)
	if err != nil || !one.Info.IsDir() {
		return s.done(ErrNotDirectory)
	}
	s.Directory = to
	return 0
}

func (s *shellState) typeFile(args []string, _ string) int {
	for _, a := range args {
		data, err := s.Guest.ReadFile(s.absolute(a))
		if err != nil {
			return s.done(err)
		}
		_, _ = s.Stdout.Write(data) // as say
	}
	return 0
}

func (s *shellState) rename(args []string, _ string) int {
	if len(args) != 2 {
		return s.done(ErrInvalid)
	}
	from := s.absolute(args[0])
	return s.done(s.Guest.moveAny(s.User, from, s.Guest.join(s.Guest.parent(from), strings.Trim(args[1], `"`)), false))
}

func (s *shellState) move(args []string, _ string) int {
	args = slices.DeleteFunc(args, func(a string) bool { return strings.HasPrefix(a, "/") })
	if len(args) != 2 {
		return s.done(ErrInvalid)
	}
	return s.done(s.Guest.moveAny(s.User, s.absolute(args[0]), s.absolute(args[1]), true))
}

// moveAny renames a file or a directory.
func (g *Guest) moveAny(user, from, to string, overwrite bool) error {
	one, err := g.Stat(from)
	if err != nil {
		return err
	}
	if one.Info.IsDir() {
		return g.MoveDirectory(user, from, to)
	}
	return g.MoveFile(user, from, to, overwrite)
}

func (s *shellState) makeDirectory(args []string, _ string) int {
	for _, a := range args {
		if err := s.Guest.MakeDirectory(s.User, s.absolute(a), true); err != nil {
			return s.done(err)
		}
	}
	return 0
}

func (s *shellState) removeDirectory(args []string, _ string) int {
	recursive := slices.ContainsFunc(args, func(a string) bool { return strings.EqualFold(a, "/s") })
	for _, a := range args {
		if strings.HasPrefix(a, "/") {
			continue
		}
		if err := s.Guest.DeleteDirectory(s.User, s.absolute(a), recursive); err != nil {
			return s.done(err)
		}
	}
	return 0
}

func (s *shellState) deleteFiles(args []string, _ string) int {
	for _, a := range args {
		if strings.HasPrefix(a, "/") {
			continue
		}
		_ = s.Guest.DeleteFile(s.User, s.absolute(a)) // del tells of what is not there, and succeeds
	}
	return 0
}

func (s *shellState) copyFile(args []string, _ string) int {
	args = slices.DeleteFunc(args, func(a string) bool { return strings.HasPrefix(a, "/") })
	if len(args) != 2 {
		return s.done(ErrInvalid)
	}
	data, err := s.Guest.ReadFile(s.absolute(args[0]))
	if err == nil {
		err = s.Guest.WriteFile(s.absolute(args[1]), data, 0o644)
	}
	return s.done(err)
}

// ping is what batches wait with: -n N takes N-1 seconds.
func (s *shellState) ping(args []string, _ string) int {
	if i := slices.Index(args, "-n"); i >= 0 && i+1 < len(args) {
		n, _ := strconv.Atoi(args[i+1]) // none is no time
		s.wait(time.Duration(max(n-1, 0)) * time.Second)
	}
	return 0
}

func (s *shellState) timeout(args []string, _ string) int {
	for _, a := range args {
		if n, err := strconv.Atoi(a); err == nil {
			s.wait(time.Duration(n) * time.Second)
		}
	}
	return 0
}

func (c *Call) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Context.Done():
	}
}
