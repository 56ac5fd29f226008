// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
)

// scripted answers calls in turn.
type scripted []error

func (s *scripted) RoundTrip(ctx context.Context, _, _ soap.HasFault) error {
	had(ctx)
	err := (*s)[0]
	*s = (*s)[1:]
	return err
}

// A call that nobody waited for to the end leaves an outage that no answer has
// ended. Much later, the next cut is another one.
func TestAQuietSpellEndsAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCaller(&scripted{io.EOF, io.EOF, nil}, time.Minute, nil)
		interrupted, cancel := context.WithTimeout(t.Context(), firstPause/2)
		defer cancel()
		call := func(ctx context.Context) error {
			return c.RoundTrip(ctx, &methods.FindAllByUuidBody{}, &methods.FindAllByUuidBody{})
		}
		if call(interrupted) == nil {
			t.Error("it was not cut")
		}
		time.Sleep(time.Hour)
		if err := call(t.Context()); err != nil {
			t.Errorf("an hour later one cut is not repeated: %v", err)
		}
	})
}
