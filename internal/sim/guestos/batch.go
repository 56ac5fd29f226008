// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"fmt"
	"strconv"
	"strings"
)

// The command prompt that is played knows lines, not blocks: no IF, FOR, GOTO and pipes. It has variables, arguments and their ~dp
// form, quotes and carets, redirections, &, && and ||, the commands of builtins, and the programs on the guest's disk.

// shellState is a command prompt at work.
type shellState struct {
	*Call
	file    string   // of the batch, empty for a line
	args    []string // of the batch
	code    int
	over    bool // EXIT was met
	overFor bool // EXIT without /B: for the callers, too
}

// commandPrompt is cmd.exe.
func commandPrompt(c *Call) int {
	rest, quotes := c.Arguments, false
	for {
		rest = strings.TrimLeft(rest, " ")
		if len(rest) < 2 || rest[0] != '/' {
			return 0 // a prompt whose input is at its end
		}
		option := strings.ToLower(rest[1:2])
		rest = rest[2:]
		if option == "s" {
			quotes = true
		}
		if option == "c" || option == "k" {
			break
		}
		if i := strings.IndexByte(rest, ' '); i >= 0 && strings.HasPrefix(rest, ":") {
			rest = rest[i:]
		}
	}
	s := &shellState{Call: c}
	s.line(c.Guest.unquoted(strings.TrimLeft(rest, " "), quotes))
	return s.code
}

// unquoted takes the quotes around a command away, as cmd.exe does: unless there are just two, around a program.
func (g *Guest) unquoted(line string, always bool) string {
	if !strings.HasPrefix(line, `"`) {
		return line
	}
	last := strings.LastIndexByte(line, '"')
	if last == 0 {
		return line[1:]
	}
	inner := line[1:last]
	if !always && !strings.ContainsAny(inner, `"&<>()@^|`) && strings.Contains(inner, " ") && g.program(inner) != nil {
		return line
	}
	return inner + line[last+1:]
}

// batchFile is a file of commands.
func batchFile(c *Call) int {
	s := &shellState{Call: c, file: c.Path, args: splitArguments(c.Arguments)}
	s.batch()
	return s.code
}

// batch runs the file line by line. A line is read when its turn comes, so that a file may delete itself in its last one.
func (s *shellState) batch() {
	for i := 0; !s.over && s.Context.Err() == nil; i++ {
		data, err := s.Guest.ReadFile(s.file)
		if err != nil {
			s.say(s.Stderr, "The batch file cannot be found.")
			s.code = 1
			return
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		if i >= len(lines) {
			return
		}
		s.line(strings.TrimSuffix(lines[i], "\r"))
	}
}

// line runs a line: commands with &, && and || between them.
func (s *shellState) line(text string) {
	text = strings.TrimLeft(s.expand(text), " @\t")
	run := true
	for _, c := range splitCommands(text) {
		if s.over || s.Context.Err() != nil {
			return
		}
		if run {
			s.command(c.text)
		}
		switch c.then {
		case "&":
			run = true
		case "&&":
			run = run && s.code == 0
		case "||":
			run = run && s.code != 0
		case "|":
			s.say(s.Stderr, "Pipes are not played.")
			s.code, s.over = 255, true
		}
	}
}

// expand replaces variables and arguments.
func (s *shellState) expand(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		rest := text[i+1:]
		if s.file != "" {
			if value, n, ok := s.argument(rest); ok {
				b.WriteString(value)
				i += n
				continue
			}
		}
		name, _, ok := strings.Cut(rest, "%")
		if !ok {
			if s.file == "" {
				b.WriteByte('%')
			}
			continue
		}
		value, known := s.variable(name)
		if !known && s.file == "" {
			value = "%" + name + "%" // a line, unlike a batch, leaves it
		}
		b.WriteString(value)
		i += len(name) + 1
	}
	return b.String()
}

// argument is what follows a % in a batch: another one, a digit, *, or ~ forms of the batch's own name.
func (s *shellState) argument(rest string) (value string, length int, ok bool) {
	switch {
	case strings.HasPrefix(rest, "%"):
		return "%", 1, true
	case strings.HasPrefix(rest, "~dp0"):
		return strings.TrimSuffix(s.Guest.parent(s.file), `\`) + `\`, 4, true
	case strings.HasPrefix(rest, "~f0"):
		return s.file, 3, true
	case strings.HasPrefix(rest, "*"):
		return strings.Join(s.args, " "), 1, true
	case rest != "" && rest[0] == '0':
		return s.file, 1, true
	case rest != "" && rest[0] >= '1' && rest[0] <= '9':
		return s.nth(int(rest[0] - '0')), 1, true
	case len(rest) > 1 && rest[0] == '~' && rest[1] >= '1' && rest[1] <= '9':
		return strings.Trim(s.nth(int(rest[1]-'0')), `"`), 2, true
	}
	return "", 0, false
}

func (s *shellState) nth(n int) string {
	if n > len(s.args) {
		return ""
	}
	return s.args[n-1]
}

func (s *shellState) variable(name string) (string, bool) {
	switch strings.ToUpper(name) {
	case "ERRORLEVEL":
		return strconv.Itoa(s.code), true
	case "CD":
		return s.Directory, true
	}
	value, ok := s.Environment[strings.ToUpper(name)]
	return value, ok
}

func (s *shellState) say(to interface{ Write([]byte) (int, error) }, text string) {
	_, _ = fmt.Fprint(to, text+"\r\n") // nobody is told of an output that is gone
}

// command runs one command with its redirections.
func (s *shellState) command(text string) {
	words, redirections := splitRedirections(text)
	if strings.TrimSpace(words) == "" && len(redirections) == 0 {
		return
	}
	call := *s.Call
	inner := &shellState{Call: &call, file: s.file, args: s.args, code: s.code}
	closeAll, err := inner.redirect(redirections)
	if err != nil {
		closeAll()
		s.say(s.Stderr, "The system cannot find the path specified.")
		s.code = 1
		return
	}
	child := inner.execute(strings.TrimLeft(words, " "))
	s.Directory, s.code = inner.Directory, inner.code
	s.over, s.overFor = inner.over, inner.overFor
	if child == nil {
		closeAll()
		return
	}
	s.await(child, closeAll)
}

// await waits for a program, unless the prompt itself is ended: then the program goes on, and its outputs with it.
func (s *shellState) await(child *process, closeAll func()) {
	select {
	case <-child.over:
		closeAll()
		s.Guest.mu.Lock()
		s.code = child.ExitCode
		s.Guest.mu.Unlock()
	case <-s.Context.Done():
		s.Guest.running.Go(func() {
			<-child.over
			closeAll()
		})
	}
}
