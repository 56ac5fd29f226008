// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"io"
	"os"
	"strings"
)

type batchCommand struct{ text, then string }

// splitCommands cuts a line at &, &&, || and |, which quotes and carets hide.
func splitCommands(line string) []batchCommand {
	var list []batchCommand
	quoted, start := false, 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			quoted = !quoted
		case c == '^' && !quoted:
			i++
		case (c == '&' || c == '|') && !quoted && (i == 0 || line[i-1] != '>'):
			then := line[i : i+1]
			if i+1 < len(line) && line[i+1] == c {
				then += then
			}
			list = append(list, batchCommand{line[start:i], then})
			i += len(then) - 1
			start = i + 1
		}
	}
	return append(list, batchCommand{line[start:], ""})
}

// redirection is where a stream goes, or comes from.
type redirection struct {
	stream byte   // '0', '1' or '2'
	to     string // a file, or &1 or &2
	add    bool
}

// splitRedirections takes the redirections, and the carets, out of a command.
func splitRedirections(text string) (string, []redirection) {
	var words strings.Builder
	var list []redirection
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
			words.WriteByte(c)
		case c == '^' && !quoted:
			if i++; i < len(text) {
				words.WriteByte(text[i])
			}
		case (c == '>' || c == '<') && !quoted:
			r := redirection{stream: '1'}
			if c == '<' {
				r.stream = '0'
			}
			if n := words.Len(); n > 0 && i > 0 && (text[i-1] == '1' || text[i-1] == '2') && (i == 1 || text[i-2] == ' ') {
				r.stream = text[i-1]
				before := words.String()[:n-1]
				words.Reset()
				words.WriteString(before)
			}
			if r.add = strings.HasPrefix(text[i+1:], ">"); r.add {
				i++
			}
			var n int
			r.to, n = firstWord(text[i+1:])
			i += n
			list = append(list, r)
		default:
			words.WriteByte(c)
		}
	}
	return words.String(), list
}

// firstWord is the first word of a text, without quotes, and where it ends.
func firstWord(text string) (string, int) {
	i := len(text) - len(strings.TrimLeft(text, " "))
	var b strings.Builder
	for quoted := false; i < len(text); i++ {
		if text[i] == '"' {
			quoted = !quoted
			continue
		}
		if !quoted && strings.IndexByte(" <>", text[i]) >= 0 {
			break
		}
		b.WriteByte(text[i])
	}
	return b.String(), i
}

// splitArguments cuts arguments at blanks outside of quotes, which stay.
func splitArguments(text string) []string {
	var list []string
	var b strings.Builder
	quoted := false
	flush := func() {
		if b.Len() > 0 {
			list = append(list, b.String())
			b.Reset()
		}
	}
	for _, r := range text {
		if r == '"' {
			quoted = !quoted
		}
		if (r == ' ' || r == '\t') && !quoted {
			flush()
			continue
		}
		b.WriteRune(r)
	}
	flush()
	return list
}

// redirect opens what a command reads and writes.
func (s *shellState) redirect(list []redirection) (closeAll func(), err error) {
	var open []io.Closer
	closeAll = func() {
		for _, c := range open {
			_ = c.Close()
		}
	}
	for _, r := range list {
		switch {
		case r.to == "&1" && r.stream == '2':
			s.Stderr = s.Stdout
			continue
		case r.to == "&2" && r.stream == '1':
			s.Stdout = s.Stderr
			continue
		}
		stream, err := s.stream(r)
		if err != nil {
			return closeAll, err
		}
		if c, ok := stream.(io.Closer); ok {
			open = append(open, c)
		}
		switch r.stream {
		case '0':
			s.Stdin = stream
		case '1':
			s.Stdout = stream
		case '2':
			s.Stderr = stream
		}
	}
	return closeAll, nil
}

// nul is a device that has nothing and takes everything.
type nul struct{}

func (nul) Read([]byte) (int, error)    { return 0, io.EOF }
func (nul) Write(p []byte) (int, error) { return len(p), nil }

func (s *shellState) stream(r redirection) (io.ReadWriter, error) {
	if strings.EqualFold(r.to, "nul") {
		return nul{}, nil
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	switch {
	case r.stream == '0':
		flags = os.O_RDONLY
	case r.add:
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	name := s.absolute(r.to)
	at, err := s.Guest.resolve(name, true)
	if err != nil {
		return nil, err
	}
	if !s.Guest.may(s.User, at, r.stream != '0') {
		return nil, errors.New("access is denied")
	}
	return s.Guest.root.OpenFile(at, flags, 0o644)
}

// absolute is a path as seen from the current directory.
func (s *shellState) absolute(name string) string {
	name = strings.Trim(name, `"`)
	if len(name) > 1 && name[1] == ':' {
		return name
	}
	return s.Guest.join(s.Directory, name)
}
