// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// startable refuses a program, an interpreter or a working directory that is not there, before anything is in the guest: of what is
// not waited for nobody would hear it later.
func (r *run) startable(ctx context.Context) error {
	if err := r.executable(ctx); err != nil || r.WorkingDirectory == "" {
		return err
	}
	info, err := r.info(ctx, r.WorkingDirectory)
	switch {
	case err != nil:
		return err
	case info == nil:
		return &vix.Error{
			Code:   vix.CodeFileNotFound,
			Reason: fmt.Sprintf("The working directory %s is not in the guest. Nothing was started.", r.WorkingDirectory),
		}
	case r.file(*info).Type == vix.GuestRegular:
		return &vix.Error{
			Code:   vix.CodeNotADirectory,
			Reason: fmt.Sprintf("The working directory %s is a file. Nothing was started.", r.WorkingDirectory),
		}
	}
	return nil
}

// executable refuses a program, or an interpreter, that is not there.
func (r *run) executable(ctx context.Context) error {
	name := cmp.Or(r.Program, r.Interpreter)
	if name == "" {
		return nil
	}
	if !r.os.isAbsolute(name) {
		return r.named(ctx, name)
	}
	info, err := r.info(ctx, name)
	if err != nil {
		return err
	}
	if info == nil {
		return &vix.Error{
			Code:   vix.CodeFileNotFound,
			Reason: fmt.Sprintf("There is no program %s in the guest. Nothing was started.%s", name, r.takesNone(name)),
		}
	}
	return cannotRun(name, r.file(*info))
}

// cannotRun is the error of a file that is no program; nil of one that may be.
func cannotRun(name string, file vix.GuestFile) error {
	switch {
	case file.Type == vix.GuestDirectory:
		return &vix.Error{Code: vix.CodeProgramNotStarted, Reason: name + " is a folder, no program. Nothing was started."}
	case file.Type == vix.GuestRegular && file.Permissions != "" && !mayExecute(file.Permissions):
		return &vix.Error{
			Code: vix.CodeProgramNotStarted, Remedy: "Give it permissions to be executed in the guest.",
			Reason: fmt.Sprintf("Nobody may execute %s in the guest: its permissions are %s. Nothing was started.", name, file.Permissions),
		}
	}
	return nil
}

func mayExecute(permissions string) bool {
	mode, err := strconv.ParseUint(permissions, 8, 32)
	return err != nil || mode&0o111 != 0
}

// named refuses an interpreter that is a name alone, and that the user's PATH does not find.
func (r *run) named(ctx context.Context, name string) error {
	if strings.Contains(r.os.slashed(name), "/") {
		return &vix.Error{
			Code: vix.CodeProgramNotStarted,
			Reason: fmt.Sprintf("The interpreter %s is neither an absolute path nor a name that PATH finds. Nothing was started.%s", name,
				r.takesNone(name)),
		}
	}
	if r.os.windows && ofWindows(name) {
		return nil
	}
	folders, err := r.pathFolders(ctx)
	if err != nil {
		return err
	}
	var refused error
	for _, folder := range folders {
		for _, spelled := range r.os.programNames(name) {
			file := r.os.join(folder, spelled)
			info, err := r.info(ctx, file)
			if info == nil && (err == nil || closed(err)) {
				continue
			}
			if err != nil {
				return err
			}
			if refused = cannotRun(file, r.file(*info)); refused == nil {
				return nil
			}
		}
	}
	if refused != nil {
		return refused
	}
	return &vix.Error{
		Code: vix.CodeFileNotFound,
		Reason: fmt.Sprintf("There is no interpreter %s in the guest: it is in none of the folders of PATH, %s. Nothing was started.%s",
			name, strings.Join(folders, ", "), r.takesNone(name)),
	}
}

// closed reports that a folder has nothing for this user.
func closed(err error) bool {
	return slices.Contains([]vix.Code{vix.CodeFileAccessError, vix.CodeGuestUserPermissions, vix.CodeNotADirectory}, vix.CodeOf(err))
}

// takesNone says that an interpreter has no arguments, where it looks as if somebody had given it some.
func (r *run) takesNone(name string) string {
	if r.Program != "" || !strings.ContainsAny(name, " \t") {
		return ""
	}
	return " An interpreter takes no arguments: all of this is looked for as one name."
}

// ofWindows reports that an interpreter comes with Windows, which finds it.
func ofWindows(name string) bool {
	return slices.Contains([]string{"cmd", "powershell", "cscript", "wscript"}, strings.TrimSuffix(strings.ToLower(name), ".exe"))
}

// programNames are the names that a name alone may stand for.
func (p persona) programNames(name string) []string {
	if !p.windows || path.Ext(name) != "" {
		return []string{name}
	}
	return []string{name + ".com", name + ".exe", name + ".bat", name + ".cmd"}
}

// pathFolders are the folders that the program's environment has names looked for in, in order.
func (r *run) pathFolders(ctx context.Context) ([]string, error) {
	separator, usual := ":", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	if r.os.windows {
		separator, usual = ";", `C:\Windows\System32;C:\Windows`
	}
	variables, err := r.variables(ctx)
	if err == nil && variables == nil {
		variables, err = r.environment(ctx, "PATH")
	}
	if err != nil {
		return nil, err
	}
	value := ""
	for _, variable := range variables {
		name, text, _ := strings.Cut(variable, "=")
		if name == "PATH" || r.os.windows && strings.EqualFold(name, "PATH") {
			value = text
		}
	}
	var folders []string
	if r.os.windows && r.WorkingDirectory != "" {
		folders = append(folders, r.WorkingDirectory) // where Windows looks first
	}
	for folder := range strings.SplitSeq(cmp.Or(value, usual), separator) {
		if folder = strings.Trim(folder, `"`); r.os.isAbsolute(folder) && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return folders, nil
}
