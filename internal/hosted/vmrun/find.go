// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Find gives the path of vmrun: the one that is given, else the first one on PATH, else where a product puts it. An
// error says where it was looked for. Nothing is run.
func Find(given string, product vix.ServiceProvider) (string, error) {
	s := system{os: runtime.GOOS, getenv: os.Getenv, registry: readRegistry}
	return find(given, exec.LookPath, s.places(product))
}

func find(given string, onPath func(string) (string, error), places []string) (string, error) {
	e := &vix.Error{Op: "find", Object: "vmrun", Code: vix.CodeFileNotFound, Field: vix.FieldVMRunPath}
	if given != "" {
		if !filepath.IsAbs(given) {
			e.Code, e.Reason = vix.CodeInvalidArg, fmt.Sprintf("The path of vmrun that is given, %q, is not absolute.", given)
			return "", e
		}
		if e.Code, e.Reason = usable(given); e.Reason != "" {
			e.Reason = "The path of vmrun that is given cannot be used: " + given + " " + e.Reason + "."
			return "", e
		}
		return given, nil
	}
	at, err := onPath("vmrun")
	if err == nil {
		return filepath.Abs(at)
	}
	e.Choices = append(e.Choices, "the folders of PATH: "+reason(err))
	for _, place := range places {
		_, why := usable(place)
		if why == "" {
			return place, nil
		}
		e.Choices = append(e.Choices, place+" "+why)
	}
	e.Reason = "The program vmrun, which comes with the product, is in none of the places where it was looked for:"
	return "", e
}

// usable says why a file cannot be run: nothing if it can.
func usable(path string) (vix.Code, string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return vix.CodeFileNotFound, "is not there"
	case err != nil:
		return vix.CodeFileAccessError, "cannot be looked at: " + reason(err)
	case info.IsDir():
		return vix.CodeNotAFile, "is a folder"
	case !info.Mode().IsRegular():
		return vix.CodeNotAFile, "is not a file"
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o111 == 0:
		return vix.CodeFileAccessError, "is not executable"
	}
	return vix.CodeOK, ""
}

// reason is an error of the operating system without the call and the path.
func reason(err error) string {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	if inner, ok := errors.AsType[*exec.Error](err); ok {
		err = inner.Err
	}
	return err.Error()
}
