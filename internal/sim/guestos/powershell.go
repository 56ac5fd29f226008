// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The PowerShell that is played runs statements one after the other: Write-Output, Write-Host and Write-Error with a text, a text
// alone, [Console]::Error.WriteLine, Set-Content, Start-Sleep, throw and exit. In double quotes $env:NAME is replaced.

var (
	psVariable = regexp.MustCompile(`(?i)\$env:(\w+)`)
	psOutput   = regexp.MustCompile(`(?i)^(?:write-output|write-host|echo)\s+(.*)$`)
	psError    = regexp.MustCompile(`(?i)^(?:write-error\s+|\[console\]::error\.writeline\()(.*?)\)?$`)
	psContent  = regexp.MustCompile(`(?i)^set-content\s+(?:-path\s+)?(\S+)\s+(?:-value\s+)?(.*)$`)
	psSleep    = regexp.MustCompile(`(?i)^start-sleep\s+(?:-s\w*\s+)?(\d+)$`)
	psExit     = regexp.MustCompile(`(?i)^exit\s*(-?\d*)$`)
)

// powerShell is powershell.exe: -File PATH or -Command TEXT.
func powerShell(c *Call) int {
	args := splitArguments(c.Arguments)
	text := ""
	if i := slices.IndexFunc(args, func(a string) bool { return strings.EqualFold(a, "-file") }); i >= 0 && i+1 < len(args) {
		data, err := c.Guest.ReadFile(strings.Trim(args[i+1], `"`))
		if err != nil || !strings.EqualFold(ending(args[i+1]), ".ps1") {
			_, _ = fmt.Fprint(c.Stderr, "The argument to the -File parameter does not exist or has no '.ps1'.\r\n")
			return -196608
		}
		text = strings.TrimPrefix(string(data), "\uFEFF")
	} else if i := slices.IndexFunc(args, func(a string) bool { return strings.EqualFold(a, "-command") }); i >= 0 {
		text = strings.Trim(strings.Join(args[i+1:], " "), `"`)
	}
	for _, statement := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' }) {
		if c.Context.Err() != nil {
			return killed
		}
		if code, over := c.statement(strings.TrimSpace(statement)); over {
			return code
		}
	}
	return 0
}

func ending(name string) string {
	name = strings.Trim(name, `"`)
	return name[max(strings.LastIndexByte(name, '.'), 0):]
}

func (c *Call) statement(text string) (code int, over bool) {
	match := func(p *regexp.Regexp) []string { return p.FindStringSubmatch(text) }
	say := func(text string) { _, _ = fmt.Fprint(c.Stdout, c.psText(text)+"\r\n") } // nobody is told of an output that is gone
	switch m := []string(nil); {
	case text == "" || text[0] == '#':
	case text[0] == '\'' || text[0] == '"':
		say(text)
	case hit(&m, match(psOutput)):
		say(m[1])
	case hit(&m, match(psError)):
		_, _ = fmt.Fprint(c.Stderr, c.psText(m[1])+"\r\n") // as say
	case hit(&m, match(psContent)):
		_ = c.Guest.WriteFile(c.psText(m[1]), []byte(c.psText(m[2])+"\r\n"), 0o644) // PowerShell goes on, too
	case hit(&m, match(psSleep)):
		n, _ := strconv.Atoi(m[1]) // digits
		c.wait(time.Duration(n) * time.Second)
	case hit(&m, match(psExit)):
		n, _ := strconv.Atoi(m[1]) // nothing is 0
		return n, true
	case strings.HasPrefix(strings.ToLower(text), "throw"):
		_, _ = fmt.Fprint(c.Stderr, c.psText(strings.TrimSpace(text[len("throw"):]))+"\r\n") // as say
		return 1, true
	default:
		word, _, _ := strings.Cut(text, " ")
		_, _ = fmt.Fprintf(c.Stderr, "The term '%s' is not recognized as the name of a cmdlet.\r\n", word) // as say
	}
	return 0, false
}

func hit(to *[]string, m []string) bool {
	*to = m
	return m != nil
}

// psText is a text as its quotes mean it.
func (c *Call) psText(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "'") {
		return strings.ReplaceAll(strings.Trim(text, "'"), "''", "'")
	}
	return psVariable.ReplaceAllStringFunc(strings.Trim(text, `"`), func(v string) string {
		return c.Environment[strings.ToUpper(v[len("$env:"):])]
	})
}
