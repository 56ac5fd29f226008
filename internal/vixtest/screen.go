// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"bytes"
	"image/png"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var screenClauses = []clause{
	{"AScreenIsCapturedAndLeavesNothing", vix.FeatureScreen, aScreenIsCapturedAndLeavesNothing},
}

func aScreenIsCapturedAndLeavesNothing(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	_, err := s.screen.CaptureScreen(s.ctx, handle)
	wantCode(t, err, vix.CodeVMNotRunning)
	s.PowerOn(t, s.Paths[0])
	before := s.Fingerprint(t)
	shot, err := s.screen.CaptureScreen(s.ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	image, err := png.Decode(bytes.NewReader(shot.PNG))
	if err != nil || image.Bounds().Dx() != shot.Width || image.Bounds().Dy() != shot.Height || shot.Width == 0 {
		t.Errorf("%d × %d: %v", shot.Width, shot.Height, err)
	}
	if s.Fingerprint(t) != before {
		t.Error("a file is left behind")
	}
}
