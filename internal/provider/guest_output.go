// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestOutputs are the files of this machine that outputs go to.
type guestOutputs struct {
	StdoutFile types.String `tfsdk:"stdout_file"`
	StderrFile types.String `tfsdk:"stderr_file"`
}

// validate finds outputs of what is not waited for, and files that no output can go to.
func (o *guestOutputs) validate(wait types.Bool, diags *diag.Diagnostics) {
	for name, file := range map[string]types.String{"stdout_file": o.StdoutFile, "stderr_file": o.StderrFile} {
		if !file.IsNull() && !wait.IsNull() && !wait.IsUnknown() && !wait.ValueBool() {
			diags.AddAttributeError(path.Root(name), "There is no output to keep", coded(vix.CodeInvalidArg,
				"Nothing is caught of a program that is not waited for: remove "+name+", or wait = false."))
		}
		if info, err := os.Stat(file.ValueString()); err == nil && info.IsDir() {
			addOutputError(diags, name, errFolder(file.ValueString()), "No output goes to a folder.")
		}
	}
	if sameOutput(o.StdoutFile.ValueString(), o.StderrFile.ValueString()) {
		diags.AddAttributeError(path.Root("stderr_file"), "Two outputs for one file", coded(vix.CodeInvalidArg,
			"stdout_file and stderr_file name one file, and the second output would replace the first. Let the program write both to "+
				"one output, or name two files."))
	}
}

// sameOutput reports that two names are of one file, which would have the second output alone. A device takes both.
func sameOutput(stdout, stderr string) bool {
	if stdout == "" || stderr == "" {
		return false
	}
	one, noOne := os.Stat(stdout)
	two, noTwo := os.Stat(stderr)
	if noOne == nil && noTwo == nil {
		return os.SameFile(one, two) && one.Mode().IsRegular()
	}
	return throughLinks(stdout) == throughLinks(stderr)
}

// outputFile is a file of this machine that an output goes to: its place is known to be writable before anything is run.
type outputFile struct {
	// to takes the output: a file beside the one that is meant, which gets its name, whatever link leads there; with through it is
	// what is meant itself, a device.
	to      *os.File
	name    string
	through bool
}

// newOutputFile makes sure of the place; nil without a name.
func newOutputFile(name types.String) (*outputFile, error) {
	if name.ValueString() == "" {
		return nil, nil //nolint:nilnil // no file is wanted
	}
	given := name.ValueString()
	switch info, err := os.Stat(given); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err == nil && info.IsDir():
		return nil, errFolder(given)
	case err == nil:
		// A pipe that nobody reads is no reason to wait.
		there, err := os.OpenFile(given, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return &outputFile{to: there, through: true}, nil
		}
		if err := there.Close(); err != nil {
			return nil, err
		}
	}
	target := throughLinks(given)
	beside, err := os.CreateTemp(filepath.Dir(target), ".vix-output-*")
	if err != nil {
		return nil, err
	}
	return &outputFile{name: target, to: beside}, nil
}

// keep writes the output and gives the file its name.
func (f *outputFile) keep(output []byte) error {
	if f == nil {
		return nil
	}
	_, err := f.to.Write(output)
	if err = errors.Join(err, f.to.Close()); err != nil || f.through {
		return err
	}
	return os.Rename(f.to.Name(), f.name)
}

// drop leaves nothing of a file that was not kept.
func (f *outputFile) drop() {
	if f == nil {
		return
	}
	_ = f.to.Close() // after keep, which said what is wrong
	if !f.through {
		_ = os.Remove(f.to.Name()) // after keep there is none
	}
}

// linksInARow is how many links are followed, one after the other, as systems do.
const linksInARow = 40

// throughLinks is the absolute name of what a name leads to, whether or not it is there yet.
func throughLinks(name string) string {
	for range linksInARow {
		if folder, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
			name = filepath.Join(folder, filepath.Base(name))
		}
		link, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(name), link)
		}
		name = link
	}
	if absolute, err := filepath.Abs(name); err == nil {
		return absolute
	}
	return filepath.Clean(name)
}

// errFolder is the error of a name that is a folder's.
func errFolder(name string) error { return &fs.PathError{Op: "write", Path: name, Err: syscall.EISDIR} }

// addOutputError says that an output cannot be kept on this machine.
func addOutputError(diags *diag.Diagnostics, name string, err error, so string) {
	diags.AddAttributeError(path.Root(name), "Cannot write the output to a file", coded(vix.CodeFileError,
		so+" On the machine that runs Terraform: "+err.Error()+"."))
}
