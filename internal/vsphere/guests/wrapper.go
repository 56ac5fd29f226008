// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A run is carried out by a small script of its own, the wrapper, in a folder of its own. Whatever asks for it and
// however often, one of those who do gets to run the program: the one that renames the folder go-N, the permit, to started-N.
// How the program ended stays there too, as ended-CODE, when the agent has forgotten it or the guest was restarted.

// The names in the folder of a run.
const (
	permitName  = "go-"
	startedName = "started-"
	voidName    = "void-"
	endedName   = "ended-"
	stdoutName  = "out"
	stderrName  = "err"
	scriptName  = "script"
)

// noPermit is how a wrapper ends that may not run the program.
const noPermit = 125

// wrapper is what runs a program once and notes how it ended.
type wrapper struct {
	name string // of its file
	text string
	// script is what it has run, with its file's name; empty for a program.
	scriptName, script string
}

// wrapperFor is the wrapper of a run in a family of guests.
func (p persona) wrapperFor(r vix.GuestRun) wrapper {
	if p.windows {
		return windowsWrapper(r)
	}
	return posixWrapper(r)
}

// posixStart claims the permit. posixEnd waits for the program, ends it when it is to be ended itself, and notes its exit code. A
// program has a session of its own, so that it can be ended with all that it has started.
const (
	posixStart = `#!/bin/sh
d=${0%/*}
mv "$d/go-$1" "$d/started-$1" 2>/dev/null || exit 125
s=
command -v setsid >/dev/null 2>&1 && s=setsid
sh=/bin/sh
[ -x /bin/bash ] && sh=/bin/bash
`
	posixEnd = `p=$!
end() { kill "-$1" "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null; }
stop() {
	trap '' TERM
	$s /bin/sh -c 'sleep 3; kill -KILL "-$1" || kill -KILL "$1"' stop "$p" >/dev/null 2>&1 &
	k=$!
	end TERM "$p"
	wait "$p"
	end KILL "$k"
	exit 143
}
trap stop TERM
wait "$p"
code=$?
trap '' TERM
mkdir "$d/ended-$code"
`
)

func posixWrapper(r vix.GuestRun) wrapper {
	var b strings.Builder
	b.WriteString(posixStart)
	w := wrapper{name: "run"}
	if r.Program != "" {
		// As the agent itself starts programs: the arguments are a shell's.
		b.WriteString(`$s "$sh" -c ` + posixQuoted(strings.TrimSpace(posixQuoted(r.Program)+" "+r.Arguments)))
	} else {
		w.scriptName, w.script = scriptName, r.Script
		b.WriteString("$s " + posixQuoted(cmp.Or(r.Interpreter, "/bin/sh")) + ` "$d/` + scriptName + `"`)
	}
	if r.Capture {
		b.WriteString(` </dev/null >"$d/` + stdoutName + `" 2>"$d/` + stderrName + `" &` + "\n")
	} else {
		b.WriteString(" </dev/null >/dev/null 2>&1 &\n")
	}
	b.WriteString(posixEnd)
	if r.NoWait {
		b.WriteString("cd / && rm -rf \"$d\"\n") // nobody comes back for it
	}
	b.WriteString("exit \"$code\"\n")
	w.text = b.String()
	return w
}

// posixQuoted is a text as one word of a shell.
func posixQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func windowsWrapper(r vix.GuestRun) wrapper {
	w := wrapper{name: "run.cmd"}
	line := ""
	if r.Program != "" {
		line = batchLine(`"` + r.Program + `" ` + r.Arguments)
		if ext := strings.ToLower(path.Ext(r.Program)); ext == ".cmd" || ext == ".bat" {
			line = "call " + line // or the wrapper would end there
		}
	} else {
		interpreter := cmp.Or(r.Interpreter, "cmd.exe")
		before, ending := windowsInterpreter(interpreter)
		w.scriptName, w.script = scriptName+ending, windowsScript(ending, r.Script)
		line = batchLine(`"`+interpreter+`"`) + before + ` "%~dp0` + w.scriptName + `"`
		if ending == ".cmd" {
			line += `"`
		}
	}
	// In front: behind, the blanks between would be the program's.
	if r.Capture {
		line = `<nul >"%~dp0` + stdoutName + `" 2>"%~dp0` + stderrName + `" ` + line
	} else {
		line = "<nul >nul 2>nul " + line
	}
	lines := []string{
		"@echo off", "setlocal DisableDelayedExpansion",
		`ren "%~dp0go-%1" "started-%1" 2>nul || exit 125`,
		line,
		"set code=%errorlevel%",
		`md "%~dp0ended-%code%"`,
		"exit %code%",
	}
	if r.NoWait {
		lines[len(lines)-1] = `rd /s /q "%~dp0." & exit %code%` // a line is read whole before its file is deleted
	}
	w.text = strings.Join(lines, "\r\n") + "\r\n"
	return w
}

// windowsInterpreter is what an interpreter is told before the file of its script, and how that must end.
func windowsInterpreter(name string) (before, ending string) {
	switch base := strings.ToLower(persona{windows: true}.base(name)); strings.TrimSuffix(base, ".exe") {
	case "cmd":
		return ` /d /s /c "`, ".cmd"
	case "powershell", "pwsh":
		return " -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File", ".ps1"
	case "cscript", "wscript":
		return " //nologo", ".vbs"
	}
	return "", ""
}

// windowsScript is a script as its interpreter reads it: cmd.exe finds its labels only where lines end as they do on Windows,
// and PowerShell takes what is not ASCII for UTF-8 only if it is told so.
func windowsScript(ending, text string) string {
	switch ascii := !slices.ContainsFunc([]byte(text), func(b byte) bool { return b >= 0x80 }); {
	case ending == ".cmd" && !strings.Contains(text, "\r\n"):
		return strings.ReplaceAll(text, "\n", "\r\n")
	case ending == ".ps1" && !ascii:
		return "\uFEFF" + text
	}
	return text
}

// batchLine is a command line as a batch file must have it, so that the program gets it as it is: cmd.exe leaves alone what is in
// quotes as it counts them, but for per cents.
func batchLine(line string) string {
	var b strings.Builder
	quoted := false
	for _, r := range strings.TrimSpace(line) {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '%':
			b.WriteByte('%')
		case !quoted && strings.ContainsRune("&|<>^()", r):
			b.WriteByte('^')
		}
		b.WriteRune(r)
	}
	return b.String()
}
