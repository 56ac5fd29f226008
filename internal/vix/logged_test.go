// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// refusing is a host that refuses everything with the same error.
type refusing struct {
	Host

	err error
}

func (h refusing) Supports(Feature) error                           { return nil }
func (h refusing) OpenID(context.Context, string) (*VM, error)      { return nil, h.err }
func (h refusing) Info(context.Context) (HostInfo, error)           { return HostInfo{}, h.err }
func (h refusing) Files(context.Context, FileQuery) (*Files, error) { return nil, h.err }

// Whoever works with several hosts sees which one an error is of, and what it is stays.
func TestErrorsOfALoggedHostNameIt(t *testing.T) {
	below := errors.New("below")
	shared := &Error{Op: "open", Object: "vm", Code: CodeVMNotFound, Kind: ErrGone, Fault: "NotFound: gone", Cause: below}
	var log bytes.Buffer
	host := Logged(refusing{err: shared}, "vc1.example.com", slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	browser, err := Part[Browser](host, FeatureFiles)
	if err != nil {
		t.Fatal(err)
	}
	const want = "Cannot open vm: VIX_E_VM_NOT_FOUND (4000) on vc1.example.com; the host says: NotFound: gone"
	_, opened := host.OpenID(t.Context(), "vm")
	_, read := host.Info(t.Context())
	_, searched := browser.Files(t.Context(), FileQuery{})
	for _, err := range []error{opened, read, searched} {
		if err == nil || err.Error() != want || !errors.Is(err, ErrGone) || !errors.Is(err, below) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if shared.Host != "" {
		t.Error("an error that others may hold has changed")
	}
	if lines := strings.Count(log.String(), "msg=operation"); lines != 3 {
		t.Errorf("%d operations are logged, want 3:\n%s", lines, log.String())
	}
	_, err = Logged(refusing{err: errors.Join(shared, below)}, "vc2", slog.New(slog.DiscardHandler)).OpenID(t.Context(), "vm")
	if !strings.Contains(err.Error(), "(4000) on vc2;") || !errors.Is(err, below) {
		t.Errorf("of several errors: %v", err)
	}
	if _, err = Logged(refusing{}, "vc2", slog.New(slog.DiscardHandler)).OpenID(t.Context(), "vm"); err != nil {
		t.Errorf("no error has become one: %v", err)
	}
}
