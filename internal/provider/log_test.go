// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

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
	lines, err := tflogtest.MultilineJSONDecode(strings.NewReader(out.String()))
	if err != nil || len(lines) != 4 {
		t.Fatalf("%d lines, %v: %s", len(lines), err, out.String())
	}
	for i, level := range []string{"debug", "info", "warn", "error"} {
		if lines[i]["@level"] != level || lines[i]["host"] != "vc ***" {
			t.Errorf("line %d: %v", i, lines[i])
		}
	}
	if lines[0]["@message"] != "call ***" || lines[0]["ms"] != 12.0 || lines[2]["error"] != "*** is refused" {
		t.Errorf("lines: %v", lines)
	}
}
