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

// operation is the key of what an operation is and of what object, in the contexts of all that is
// done for it.
type operation struct{}

// OperationOf is the operation of a logged host that ctx is of, and its object; empty if there is none.
func OperationOf(ctx context.Context) (op, object string) {
	of, _ := ctx.Value(operation{}).([2]string)
	return of[0], of[1]
}

// tell logs an operation that has ended, and gives its error with the host's name.
func (l *logged) tell(ctx context.Context, begun time.Time, err error) error {
	op, object := OperationOf(ctx)
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
func told[T any](ctx context.Context, l *logged, op, object string, do func(context.Context) (T, error)) (T, error) {
	ctx = context.WithValue(ctx, operation{}, [2]string{op, object})
	begun := time.Now()
	value, err := do(ctx)
	return value, l.tell(ctx, begun, err)
}

// done is told for what gives nothing but an error.
func done(ctx context.Context, l *logged, op, object string, do func(context.Context) error) error {
	_, err := told(ctx, l, op, object, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}

func (l *logged) Info(ctx context.Context) (HostInfo, error) {
	return told(ctx, l, "read the host", "", l.Host.Info)
}

func (l *logged) Open(ctx context.Context, at Locator) (*VM, error) {
	return told(ctx, l, "open", at.Path.String(), func(ctx context.Context) (*VM, error) { return l.Host.Open(ctx, at) })
}

func (l *logged) OpenID(ctx context.Context, id string) (*VM, error) {
	return told(ctx, l, "open", id, func(ctx context.Context) (*VM, error) { return l.Host.OpenID(ctx, id) })
}

func (l *logged) Read(ctx context.Context, handle Handle) (*VM, error) {
	return told(ctx, l, "read", handle.shown(), func(ctx context.Context) (*VM, error) { return l.Host.Read(ctx, handle) })
}

func (l *logged) Find(ctx context.Context, query Query) ([]Item, error) {
	return told(ctx, l, "find", query.Datacenter+query.Folder, func(ctx context.Context) ([]Item, error) { return l.Host.Find(ctx, query) })
}

func (l *logged) Disconnect(ctx context.Context) error {
	return done(ctx, l, "disconnect", "", l.Host.Disconnect)
}
