// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// required are the settings without which no product opens a file.
var required = []string{"config.version", "virtualHW.version"}

// ReadConfig reads the configuration at a canonical path. Op is what it is read for. The error is a *vix.Error: what
// the file is instead, or why it cannot be read.
func ReadConfig(op, path string) (*vmx.File, error) {
	e := &vix.Error{Op: op, Object: path, Field: vix.FieldPath}
	text, err := read(path, e)
	if err != nil {
		return nil, err
	}
	e.Code = vix.CodeCannotReadVMConfig
	file, err := vmx.Parse(text)
	if err != nil {
		e.Reason = "The file is no configuration of a VM: " + strings.TrimPrefix(err.Error(), vmx.ErrNotVMX.Error()+": ") + "."
		if len(text) == 0 {
			e.Reason = "The file is empty. It may have been cut off when it was written."
		}
		return nil, e
	}
	if file.Sealed() {
		return file, nil
	}
	var missing []string
	for _, key := range required {
		if value, _ := file.Get(key); strings.TrimSpace(value) == "" {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		e.Reason = "The file has no " + strings.Join(missing, " and no ") + ", without which no product opens it."
		return nil, e
	}
	if defects := file.Defects(); len(defects) > 0 {
		e.Reason = fmt.Sprintf("The product does not open this file: %s.", defects[0])
		if more := len(defects) - 1; more > 0 {
			e.Reason += fmt.Sprintf(" %d more lines are at fault.", more)
		}
		return nil, e
	}
	return file, nil
}

// ReadText reads the text of the configuration at a canonical path, whatever it is.
func ReadText(op, path string) ([]byte, error) {
	return read(path, &vix.Error{Op: op, Object: path, Field: vix.FieldPath})
}

// DiskExists reports whether the disk that the configuration at path names is there; nil where a name of another system is
// used, or it cannot be told.
func DiskExists(path, name string) *bool {
	if !strings.EqualFold(filepath.Ext(name), ".vmdk") {
		return nil
	}
	if !filepath.IsAbs(name) {
		if strings.ContainsAny(name, `\:`) {
			return nil
		}
		name = filepath.Join(filepath.Dir(path), name)
	}
	_, err := os.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	exists := err == nil
	return &exists
}

// read reads a file of a size that a configuration may have. What is no regular file is not opened: a pipe would wait.
func read(path string, e *vix.Error) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Code, e.Reason = vix.CodeVMNotFound, notThere(path)
		return nil, e
	case err != nil:
		e.Code, e.Reason = vix.CodeFileAccessError, "The file cannot be looked at: "+why(err)+"."
		return nil, e
	case info.IsDir():
		e.Code, e.Reason = vix.CodeNotAFile, "This is a folder."
		return nil, e
	case !info.Mode().IsRegular():
		e.Code, e.Reason = vix.CodeNotAFile, "This is not a regular file, but "+kindOf(info.Mode())+"."
		return nil, e
	}
	f, err := open(path)
	if err != nil {
		e.Code, e.Reason = vix.CodeFileAccessError, "The file is there, and cannot be opened: "+why(err)+"."
		return nil, e
	}
	defer func() { _ = f.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, vmx.MaxSize+1))
	if err != nil {
		e.Code, e.Reason = vix.CodeFileError, "The file cannot be read: "+why(err)+"."
		return nil, e
	}
	return text, nil
}

// notThere says that there is no file, and how far the path leads.
func notThere(path string) string {
	if target, err := os.Readlink(path); err == nil {
		return "This is a symbolic link to " + target + ", and there is no such file."
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return "There is no such file, and no such folder: " + filepath.Dir(path) + "."
	}
	return "There is no such file in the folder " + filepath.Dir(path) + "."
}

// kindOf is what a file is that is no regular one.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// why is an error of the operating system without the call and the path.
func why(err error) string {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return err.Error()
}
