// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// kept is a log that is kept.
type kept struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (k *kept) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(p)
}

// lines are the lines of a log, without their times.
func (k *kept) lines(t *testing.T) []map[string]any {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	var lines []map[string]any
	for text := range strings.Lines(k.text.String()) {
		line := map[string]any{}
		must(t, json.Unmarshal([]byte(text), &line))
		delete(line, slog.TimeKey)
		lines = append(lines, line)
	}
	return lines
}

// TestLog: each operation, call, retry and task is told, with its object and its
// milliseconds, and no secret.
func TestLog(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	var log kept
	options := optionsFor(s)
	options.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	bare, err := Connect(t.Context(), options)
	must(t, err)
	h := vix.Logged(bare, "vc", options.Log)
	registrar, err := vix.Part[vix.Registrar](h, vix.FeatureRegister)
	must(t, err)
	must(t, second(registrar.Register(t.Context(), vix.RegisterSpec{Path: p})))
	s.Fault(sim.Fault{Method: "RetrievePropertiesEx", Cut: true})
	must(t, second(h.Open(t.Context(), vix.Locator{Path: p})))
	if _, err := h.Open(t.Context(), vix.Locator{Path: pathOf(t, "[LocalDS_0] none/none.vmx")}); err == nil {
		t.Error("nothing is there to be opened")
	}
	secrets := append(s.SessionKeys(), options.Password)
	must(t, h.Disconnect(t.Context()))

	lines := log.lines(t)
	has := func(want map[string]any) {
		t.Helper()
		for _, line := range lines {
			if line["msg"] != "retry" && line["msg"] != "waiting" {
				if _, ok := line["ms"].(float64); !ok {
					t.Fatalf("how long it took is not said: %v", line)
				}
			}
			all := true
			for key, value := range want {
				text, _ := line[key].(string)
				all = all && strings.HasPrefix(text, value.(string))
			}
			if all {
				return
			}
		}
		t.Errorf("no line has %v", want)
	}
	has(map[string]any{"level": "INFO", "msg": "connected", "host": "127.0.0.1:"})
	has(map[string]any{"level": "DEBUG", "msg": "operation", "operation": "register", "object": p.String()})
	has(map[string]any{"level": "DEBUG", "msg": "call", "call": "RegisterVM_Task group-"})
	has(map[string]any{"level": "DEBUG", "msg": "waiting", "task": "task-"})
	has(map[string]any{"level": "DEBUG", "msg": "task", "task": "task-"})
	has(map[string]any{"level": "WARN", "msg": "retry", "call": "RetrievePropertiesEx ", "error": "Post "})
	has(map[string]any{"level": "DEBUG", "msg": "operation", "operation": "open", "object": p.String()})
	has(map[string]any{"msg": "operation", "operation": "open", "object": "[LocalDS_0] none/none.vmx", "error": "Cannot open"})
	has(map[string]any{"msg": "operation", "operation": "disconnect"})
	for _, secret := range secrets {
		for _, line := range lines {
			for value := range maps.Values(line) {
				if text, _ := value.(string); strings.Contains(text, secret) {
					t.Errorf("a secret is told: %v", line)
				}
			}
		}
	}
}
