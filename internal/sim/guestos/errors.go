// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"io/fs"
	"syscall"
)

// What a guest answers beside fs.ErrNotExist, fs.ErrExist and fs.ErrPermission. Errors about a file are a *fs.PathError
// with the path as the caller wrote it.
var (
	ErrInvalid         = errors.New("an argument is not valid")
	ErrNotFile         = errors.New("it is no regular file")
	ErrNotDirectory    = errors.New("it is no directory")
	ErrNotEmpty        = errors.New("the directory is not empty")
	ErrNameTooLong     = errors.New("the name is too long")
	ErrNotSupported    = errors.New("the guest does not support it")
	ErrNotProgram      = errors.New("it is no program")
	ErrNoProcess       = errors.New("there is no such process")
	ErrLogin           = errors.New("the guest refuses the login")
	ErrNoCredentials   = errors.New("there are no credentials")
	ErrNoConsole       = errors.New("the user has no session at the console")
	ErrClosed          = errors.New("the guest is gone")
	errTooManyLinks    = errors.New("too many links")
	errPartialTransfer = errors.New("the transfer ended early")
)

// of names the path of an error as its caller wrote it, and what kind of error it is.
func of(name string, err error) error {
	if err == nil {
		return nil
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		err = ErrNotDirectory
	case errors.Is(err, syscall.EISDIR):
		err = ErrNotFile
	case errors.Is(err, syscall.ENOTEMPTY):
		err = ErrNotEmpty
	case errors.Is(err, syscall.ENAMETOOLONG):
		err = ErrNameTooLong
	}
	return &fs.PathError{Op: "guest", Path: name, Err: err}
}
