// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// asked is a host that tells of what it is asked.
type asked struct {
	vix.Host
	tell func(context.Context)
}

func (a asked) OpenID(ctx context.Context, _ string) (*vix.VM, error) {
	a.tell(ctx)
	return nil, nil
}

// What is logged anywhere below reaches Terraform's log with its level, and without the
// secrets of the provider's configuration.
func TestLogReachesTerraformWithoutSecrets(t *testing.T) {
	var out bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &out)
	log := newLogger("hunter2", "").With("host", "vc hunter2")
	log.DebugContext(ctx, "call hunter2", "ms", 12)
	log.InfoContext(ctx, "connected")
	log.WarnContext(ctx, "retry", "error", "hunter2 is refused")
	log.Log(ctx, slog.LevelError, "failed")
	// What is done for an operation names it, whoever tells of it.
	host := vix.Logged(asked{tell: func(ctx context.Context) { log.DebugContext(ctx, "task") }}, "vc", slog.New(slog.DiscardHandler))
	_, _ = host.OpenID(ctx, "50-1")
	lines, err := tflogtest.MultilineJSONDecode(strings.NewReader(out.String()))
	if err != nil || len(lines) != 5 {
		t.Fatalf("%d lines, %v: %s", len(lines), err, out.String())
	}
	for i, level := range []string{"debug", "info", "warn", "error"} {
		if lines[i]["@level"] != level || lines[i]["host"] != "vc ***" {
			t.Errorf("line %d: %v", i, lines[i])
		}
	}
	if lines[4]["operation"] != "open" || lines[4]["object"] != "50-1" {
		t.Errorf("the operation of a task: %v", lines[4])
	}
	if lines[0]["@message"] != "call ***" || lines[0]["ms"] != 12.0 || lines[2]["error"] != "*** is refused" {
		t.Errorf("lines: %v", lines)
	}
}
