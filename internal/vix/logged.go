// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Logged is a host by the name that its user knows it by. It tells log, at level debug, of every
// operation: what was done to what object, how many milliseconds it took, and the error if it failed.
// Its errors name it: whoever works with several hosts must see which one an error is of.
func Logged(host Host, name string, log *slog.Logger) Host { return &logged{host, name, log} }

type logged struct {
	Host
	name string
	log  *slog.Logger
}

// partOf is the part of the host itself, which Part has made sure of.
func partOf[T any](l *logged) T {
	part, _ := l.Host.(T)
	return part
}

// tell logs an operation that has ended, and gives its error with the host's name.
func (l *logged) tell(ctx context.Context, op, object string, begun time.Time, err error) error {
	fields := []any{"operation", op, "object", object, "ms", time.Since(begun).Milliseconds()}
	if err != nil {
		fields = append(fields, "error", err.Error())
	}
	l.log.DebugContext(ctx, "operation", fields...)
	return l.of(err)
}

// of is an error, or each of several, as this host's. Others may hold the same error: it stays as it is.
func (l *logged) of(err error) error {
	switch e := err.(type) { //nolint:errorlint // what is wrapped is part of another error, which is not a host's
	case *Error:
		named := *e
		named.Host = l.name
		return &named
	case interface{ Unwrap() []error }:
		var all []error
		for _, one := range e.Unwrap() {
			all = append(all, l.of(one))
		}
		return errors.Join(all...)
	}
	return err
}

// told does an operation and tells of it.
func told[T any](ctx context.Context, l *logged, op, object string, do func() (T, error)) (T, error) {
	begun := time.Now()
	value, err := do()
	return value, l.tell(ctx, op, object, begun, err)
}

func (l *logged) Info(ctx context.Context) (HostInfo, error) {
	return told(ctx, l, "read the host", "", func() (HostInfo, error) { return l.Host.Info(ctx) })
}

func (l *logged) Open(ctx context.Context, at Locator) (*VM, error) {
	return told(ctx, l, "open", at.Path.String(), func() (*VM, error) { return l.Host.Open(ctx, at) })
}

func (l *logged) OpenID(ctx context.Context, id string) (*VM, error) {
	return told(ctx, l, "open", id, func() (*VM, error) { return l.Host.OpenID(ctx, id) })
}

func (l *logged) Find(ctx context.Context, query Query) ([]Item, error) {
	return told(ctx, l, "find", query.Datacenter+query.Folder, func() ([]Item, error) { return l.Host.Find(ctx, query) })
}

func (l *logged) Disconnect(ctx context.Context) error {
	begun := time.Now()
	err := l.Host.Disconnect(ctx)
	return l.tell(ctx, "disconnect", "", begun, err)
}

func (l *logged) Check(ctx context.Context, spec RegisterSpec) (*Check, error) {
	return told(ctx, l, "check", spec.Path.String(), func() (*Check, error) { return partOf[Registrar](l).Check(ctx, spec) })
}

func (l *logged) Register(ctx context.Context, spec RegisterSpec) (*Registered, error) {
	return told(ctx, l, "register", spec.Path.String(), func() (*Registered, error) {
		return partOf[Registrar](l).Register(ctx, spec)
	})
}

func (l *logged) Registration(ctx context.Context, handle Handle) (*Registration, error) {
	return told(ctx, l, "read the registration", handle.Path.String(), func() (*Registration, error) {
		return partOf[Registrar](l).Registration(ctx, handle)
	})
}

func (l *logged) CheckChange(ctx context.Context, handle Handle, change Change) error {
	begun := time.Now()
	err := partOf[Registrar](l).CheckChange(ctx, handle, change)
	return l.tell(ctx, "check the change", handle.Path.String(), begun, err)
}

func (l *logged) Update(ctx context.Context, handle Handle, change Change) error {
	begun := time.Now()
	err := partOf[Registrar](l).Update(ctx, handle, change)
	return l.tell(ctx, "update", handle.Path.String(), begun, err)
}

func (l *logged) CheckUnregister(ctx context.Context, handle Handle, off PowerOff) error {
	begun := time.Now()
	err := partOf[Registrar](l).CheckUnregister(ctx, handle, off)
	return l.tell(ctx, "check the unregistering", handle.Path.String(), begun, err)
}

func (l *logged) Unregister(ctx context.Context, handle Handle, off PowerOff) error {
	begun := time.Now()
	err := partOf[Registrar](l).Unregister(ctx, handle, off)
	return l.tell(ctx, "unregister", handle.Path.String(), begun, err)
}

func (l *logged) Files(ctx context.Context, query FileQuery) (*Files, error) {
	return told(ctx, l, "search", query.Folder, func() (*Files, error) { return partOf[Browser](l).Files(ctx, query) })
}
