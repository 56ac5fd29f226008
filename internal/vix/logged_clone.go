// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "context"

func (l *logged) CheckClone(ctx context.Context, spec CloneSpec) (*CloneCheck, error) {
	return told(ctx, l, "check the cloning", spec.Source.shown(), func(ctx context.Context) (*CloneCheck, error) {
		return partOf[Cloner](l).CheckClone(ctx, spec)
	})
}

func (l *logged) Clone(ctx context.Context, spec CloneSpec) (*Cloned, error) {
	return told(ctx, l, "clone", spec.Source.shown(), func(ctx context.Context) (*Cloned, error) {
		return partOf[Cloner](l).Clone(ctx, spec)
	})
}

func (l *logged) CheckDestroy(ctx context.Context, handle Handle, off PowerOff) error {
	return done(ctx, l, "check the deleting", handle.shown(), func(ctx context.Context) error {
		return partOf[Cloner](l).CheckDestroy(ctx, handle, off)
	})
}

func (l *logged) Destroy(ctx context.Context, handle Handle, off PowerOff) error {
	return done(ctx, l, "delete", handle.shown(), func(ctx context.Context) error {
		return partOf[Cloner](l).Destroy(ctx, handle, off)
	})
}
