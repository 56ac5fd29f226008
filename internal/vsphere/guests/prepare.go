// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// check refuses what no guest can run.
func (r *run) check() error {
	invalid := func(code vix.Code, reason, remedy string) error {
		return &vix.Error{Code: code, Reason: reason, Remedy: remedy}
	}
	interpreter := cmp.Or(r.Interpreter, r.usualInterpreter())
	switch {
	case (r.Program == "") == (r.Script == ""):
		return invalid(vix.CodeInvalidArg, "It is either a program or a script that is run.", "")
	case r.Program != "" && !r.os.isAbsolute(r.Program):
		return invalid(vix.CodeInvalidArg, fmt.Sprintf("The path %q of the program is not absolute.", r.Program), "")
	case len(interpreter)+len(r.Script) > vix.GuestScriptLimit && r.Script != "":
		return invalid(vix.CodeArgumentTooBig, fmt.Sprintf("The script has %d bytes with its interpreter, and may have %d.",
			len(interpreter)+len(r.Script), vix.GuestScriptLimit), "Copy the script to the guest as a file, and run that.")
	case !r.os.windows && strings.Contains(r.Script, "\r\n") && isShell(interpreter):
		return invalid(vix.CodeProgramNotStarted, fmt.Sprintf("The script has Windows line ends (CR LF): %s takes the CR for a part of "+
			"each line. Nothing was started.", interpreter), "Write the script with line feeds alone.")
	}
	if name, other := vix.OneOnWindows(r.Environment); r.os.windows && name != "" {
		return invalid(vix.CodeInvalidArg, fmt.Sprintf("The environment variables %s and %s are one to Windows.", name, other),
			"Give the variable once.")
	}
	for _, text := range []string{r.Program, r.Arguments, r.Interpreter, r.WorkingDirectory} {
		if r.os.windows && strings.ContainsAny(text, "\r\n") {
			return invalid(vix.CodeInvalidArg, "A command line of the guest cannot hold line breaks.", "")
		}
		if why := vix.Unsayable(text); why != "" {
			return invalid(vix.CodeInvalidArg, "What is to be run cannot be said. "+why, "")
		}
	}
	for name, value := range r.Environment {
		if why := vix.Unsayable(name + value); why != "" {
			return invalid(vix.CodeInvalidArg, "A variable of the environment cannot be said. "+why, "")
		}
	}
	return nil
}

func (r *run) usualInterpreter() string {
	if r.os.windows {
		return "cmd.exe"
	}
	return "/bin/sh"
}

// isShell reports that an interpreter is a POSIX shell.
func isShell(interpreter string) bool {
	return slices.Contains([]string{"sh", "bash", "dash", "ash", "ksh", "zsh"}, persona{}.base(interpreter))
}

// prepare puts into the folder what a start needs, and the permit for it.
func (r *run) prepare(ctx context.Context, n int) (spec types.GuestProgramSpec, err error) {
	w := r.os.wrapperFor(r.GuestRun)
	if !r.uploaded {
		if err := r.upload(ctx, w); err != nil {
			return spec, err
		}
		r.uploaded = true
	}
	if _, err := r.makeFolder(ctx, r.numbered(permitName, n), false); err != nil {
		return spec, err
	}
	spec = types.GuestProgramSpec{WorkingDirectory: r.WorkingDirectory}
	file := r.os.join(r.folder, w.name)
	if r.os.windows {
		spec.ProgramPath, spec.Arguments = `C:\Windows\System32\cmd.exe`, fmt.Sprintf(`/d /s /c ""%s" %d"`, file, n)
	} else {
		spec.ProgramPath, spec.Arguments = "/bin/sh", fmt.Sprintf("%s %d", posixQuoted(file), n)
	}
	spec.EnvVariables, err = r.variables(ctx)
	return spec, err
}

// upload puts the wrapper, and the script, into the folder, which is its user's alone.
func (r *run) upload(ctx context.Context, w wrapper) error {
	if !r.os.windows {
		if err := r.change(ctx, r.folder, r.attributes("0700")); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{w.name: w.text, w.scriptName: w.script} {
		if name == "" {
			continue
		}
		err := r.put(ctx, upload{
			to: r.os.join(r.folder, name), attributes: r.attributes("0700"), size: int64(len(text)),
			open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// variables is the environment of the program: the login's, and what is asked for. An agent that is told some variables
// gives a program no others.
func (r *run) variables(ctx context.Context) ([]string, error) {
	if len(r.Environment) == 0 {
		return nil, nil
	}
	usual, err := r.environment(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	names := map[string]string{} // as they are spelled
	set := func(name, value string) {
		key := name
		if r.os.windows {
			key = strings.ToUpper(name)
		}
		if spelled, ok := names[key]; ok {
			name = spelled
		}
		names[key], all[name] = name, value
	}
	for _, variable := range usual {
		if name, value, ok := strings.Cut(variable, "="); ok && name != "" {
			set(name, value)
		}
	}
	for name, value := range r.Environment {
		set(name, value)
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, name+"="+all[name])
	}
	return out, nil
}

// windowsLineEnds reports that a program of a POSIX guest is a script whose first line ends as on Windows, so that there is no
// such interpreter.
func (r *run) windowsLineEnds(ctx context.Context) bool {
	if r.os.windows || r.Program == "" {
		return false
	}
	var first bytes.Buffer
	if _, err := r.get(ctx, r.Program, &first, 256); err != nil {
		return false // whoever may run a file need not be able to read it
	}
	line, _, found := bytes.Cut(first.Bytes(), []byte("\n"))
	return found && bytes.HasPrefix(line, []byte("#!")) && bytes.HasSuffix(line, []byte("\r"))
}
