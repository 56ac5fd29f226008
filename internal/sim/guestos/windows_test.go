// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

const prompt = `C:\Windows\System32\cmd.exe`

// batch writes a batch file and runs it to its end, with its outputs in C:\out and C:\err.
func batch(t *testing.T, g *Guest, lines ...string) Process {
	t.Helper()
	text := "@echo off\r\n" + strings.Join(lines, "\r\n") + "\r\n"
	if err := g.WriteFile(`C:\Work Dir\b.cmd`, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return run(t, g, Spec{User: "tester", Path: prompt, Arguments: `/d /s /c ""C:\Work Dir\b.cmd" 1 "two words" >C:\out 2>C:\err"`})
}

func TestACommandPromptRunsABatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines    []string
		code     int
		out, err string
	}{
		"arguments":        {lines: []string{`echo %1 %2 %~2 %%x`}, out: "1 \"two words\" two words %x\r\n"},
		"its own folder":   {lines: []string{`echo %~dp0`}, out: `C:\Work Dir\` + "\r\n"},
		"exit code":        {lines: []string{"exit 7", "echo no"}, code: 7},
		"exit of a file":   {lines: []string{"exit /b 3"}, code: 3},
		"variables":        {lines: []string{"set a=b c", "echo %A%%none%."}, out: "b c.\r\n"},
		"error level":      {lines: []string{`md C:\Windows`, "echo %errorlevel%"}, code: 1, out: "1\r\n", err: "The system cannot do that.\r\n"},
		"or":               {lines: []string{`ren "%~dp0none" "x" 2>nul || exit 125`}, code: 125},
		"and":              {lines: []string{`md C:\new && echo made && md C:\new 2>nul && echo again`}, code: 1, out: "made \r\n"},
		"streams":          {lines: []string{"echo bad>&2", "echo good"}, out: "good\r\n", err: "bad\r\n"},
		"redirection":      {lines: []string{`echo a >C:\f`, `echo b>>C:\f`, `type C:\f`}, out: "a \r\nb\r\n"},
		"quotes and caret": {lines: []string{`echo "a & b" ^& c`}, out: "\"a & b\" & c\r\n"},
		"unknown":          {lines: []string{"nonsense.exe x"}, code: 9009, err: "'nonsense.exe' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"},
		"another prompt":   {lines: []string{`"cmd.exe" /d /s /c "exit 4"`, "exit %errorlevel%"}, code: 4},
		"it deletes its folder": {lines: []string{
			`rd /s /q "%~dp0." & exit 6`,
		}, code: 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := fresh(t, Options{Windows: true})
			p := batch(t, g, c.lines...)
			out, err := content(t, g, `C:\out`), content(t, g, `C:\err`)
			if p.ExitCode != c.code || out != c.out || err != c.err {
				t.Errorf("exit code %d, output %q, errors %q", p.ExitCode, out, err)
			}
		})
	}
}

func TestAPowerShellRunsAScript(t *testing.T) {
	t.Parallel()
	g := fresh(t, Options{Windows: true})
	script := "\uFEFF# a script\r\nWrite-Output \"hello $env:USERNAME\"; 'it''s'\nWrite-Error 'bad'\r\nexit 5\r\nWrite-Output no\r\n"
	if err := g.WriteFile(`C:\s.ps1`, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	p := batch(t, g, `powershell -NoProfile -File "C:\s.ps1"`, "exit %errorlevel%")
	if out, err := content(t, g, `C:\out`), content(t, g, `C:\err`); p.ExitCode != 5 || out != "hello tester\r\nit's\r\n" || err != "bad\r\n" {
		t.Errorf("exit code %d, output %q, errors %q", p.ExitCode, out, err)
	}
}

func TestAProgramOfATestPlaysInAWindowsGuest(t *testing.T) {
	t.Parallel()
	g := fresh(t, Options{Windows: true})
	if err := g.SetProgram(`C:\Tools\tool.exe`, func(c *Call) int {
		_, _ = fmt.Fprintf(c.Stdout, "%s|%s|%s", c.Arguments, c.Directory, c.Environment["X"])
		return 11
	}); err != nil {
		t.Fatal(err)
	}
	p := run(t, g, Spec{
		Path: prompt, Arguments: `/c c:\tools\TOOL.EXE a "b c" >c:\OUT`, WorkingDirectory: `C:\Users\tester`,
		Environment: []string{"x=y"},
	})
	if out := content(t, g, `C:\out`); p.ExitCode != 11 || out != `a "b c" |C:\Users\tester|y` {
		t.Errorf("exit code %d, output %q", p.ExitCode, out)
	}
}

func TestAWindowsProgramOutlivesThePromptThatIsTerminated(t *testing.T) {
	t.Parallel()
	g := fresh(t, Options{Windows: true})
	began, over := make(chan struct{}), make(chan struct{})
	if err := g.SetProgram(`C:\slow.exe`, func(c *Call) int {
		close(began)
		select {
		case <-over:
			_, _ = fmt.Fprint(c.Stdout, "done")
		case <-c.Context.Done():
		}
		return 0
	}); err != nil {
		t.Fatal(err)
	}
	pid, err := g.Start(Spec{User: "tester", Path: prompt, Arguments: `/c C:\slow.exe >C:\out`})
	if err != nil {
		t.Fatal(err)
	}
	<-began
	if err := g.Terminate(t.Context(), "tester", pid); err != nil {
		t.Fatal(err)
	}
	if p := ended(t, g, pid); p.ExitCode != killed {
		t.Errorf("the prompt ended with %d", p.ExitCode)
	}
	if n := g.Running(); n != 1 {
		t.Errorf("%d processes run, not the program alone", n)
	}
	close(over)
	for g.Running() > 0 {
		continue
	}
	if out := content(t, g, `C:\out`); out != "done" {
		t.Errorf("its output is %q", out)
	}
}

func TestWindowsPaths(t *testing.T) {
	t.Parallel()
	g := fresh(t, Options{Windows: true})
	if err := g.WriteFile(`C:\Temp\File.txt`, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{`c:\temp\FILE.TXT`, `C:/Temp/file.txt`, `C:\Temp\.\x\..\File.txt.`, `C:\..\..\Temp\File.txt`} {
		if name == `C:\Temp\.\x\..\File.txt.` {
			if err := g.MakeDirectory("tester", `C:\Temp\x`, false); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := g.Stat(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := g.MakeDirectory("tester", `C:\TEMP`, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a folder that is there in another case: %v", err)
	}
	for name, want := range map[string]error{
		`Temp\x`: fs.ErrNotExist, `/tmp/x`: fs.ErrNotExist, `C:\a:b`: ErrInvalid, `C:\a?`: ErrInvalid, `D:\x`: fs.ErrNotExist,
	} {
		if _, err := g.Stat(name); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
