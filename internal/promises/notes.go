// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// TimeIsOver lets the time of the attempts that a kill has left without an end be over. Within it nobody can tell a
// colleague who uses the same account from the killed provider, which is what the guide says.
func (w *Workspace) TimeIsOver() error {
	return filepath.WalkDir(w.Data, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".json" {
			return err
		}
		raw, err := os.ReadFile(name) //nolint:gosec // the test's own folder
		if err != nil {
			return err
		}
		var note map[string]any
		if err := json.Unmarshal(raw, &note); err != nil {
			return err
		}
		attempt, ok := note["attempt"].(map[string]any)
		if !ok {
			return nil
		}
		until, _ := attempt["until"].(string)
		now := time.Now().UTC()
		if at, err := time.Parse(time.RFC3339Nano, until); err == nil && at.Before(now) {
			return nil // it was over before
		}
		attempt["until"] = now.Format(time.RFC3339Nano)
		if raw, err = json.Marshal(note); err != nil {
			return err
		}
		return os.WriteFile(name, raw, 0o600) //nolint:gosec // the test's own folder
	})
}
