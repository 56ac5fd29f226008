// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"maps"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// onScreen is a VM that is on, with a connection to its host.
func onScreen(t *testing.T) (*sim.Host, *host, vix.Handle) {
	t.Helper()
	s := simulated(t, sim.Options{})
	handle := machines(t, s, "DC0", 1)[0]
	must(t, s.SetPower("DC0", handle.Path.String(), "poweredOn"))
	return s, connected(t, s), handle
}

// The screen is read without a trace: no task, no file.
func TestAScreenIsReadWithoutATrace(t *testing.T) {
	s, h, handle := onScreen(t)
	shot, err := h.CaptureScreen(t.Context(), handle)
	if err != nil || shot.Width != 720 || shot.Height != 400 {
		t.Fatalf("%+v, %v", shot, err)
	}
	if n := s.Requests()["CreateScreenshot_Task"]; n > 0 {
		t.Error("a screenshot was written to a file")
	}
}

// Where the host answers at no /screen, the file that it writes is deleted again, whatever comes of it, and no other is.
func TestAScreenshotInAFileIsDeleted(t *testing.T) {
	s, h, handle := onScreen(t)
	s.SetScreens(false)
	must(t, s.WriteFile("DC0", "[LocalDS_0] m000/m000-1.png", []byte("somebody's")))
	before, err := s.Files("DC0", "LocalDS_0")
	must(t, err)
	shot, err := h.CaptureScreen(t.Context(), handle)
	if err != nil || shot.Width != 720 {
		t.Fatalf("%+v, %v", shot, err)
	}
	must(t, s.WriteFile("DC0", "[LocalDS_0] m000/m000-1.png", []byte("somebody's")))
	s.Deny("", "Datastore.Browse", "") // so that it cannot be read
	if _, err := h.CaptureScreen(t.Context(), handle); err == nil {
		t.Error("what cannot be read was captured")
	}
	after, err := s.Files("DC0", "LocalDS_0")
	must(t, err)
	if !maps.Equal(before, after) {
		t.Errorf("before %v\nafter %v", before, after)
	}
}

func TestAScreenNeedsAPrivilege(t *testing.T) {
	s, h, handle := onScreen(t)
	s.Deny("", privilegeScreenshot, "")
	_, err := h.CaptureScreen(t.Context(), handle)
	says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), privilegeScreenshot)
}
