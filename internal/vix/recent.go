// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"time"
)

type recentKey struct{}

// Believing lets calls take for what is so what the host has told up to an age ago, where it tells all at once: who looks
// at a hundred VMs one after the other need not have it tell a hundred times. What is to be changed, and what is
// not there any more, is never believed.
func Believing(ctx context.Context, age time.Duration) context.Context {
	return context.WithValue(ctx, recentKey{}, age)
}

// Believed is how old what a call takes for so may be; 0 where nobody has said that it may be.
func Believed(ctx context.Context) time.Duration {
	age, _ := ctx.Value(recentKey{}).(time.Duration)
	return age
}
