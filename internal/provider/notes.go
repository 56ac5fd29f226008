// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// notes are files in Terraform's own data folder, below a folder for each workspace of each
// backend: what one workspace has asked for is nothing that another may finish.
type notes struct{ data, folder string }

// newNotes are the notes of a kind of the workspace that the provider runs for:
// Terraform starts providers in the root module's folder.
func newNotes(kind string) notes {
	data := cmp.Or(os.Getenv("TF_DATA_DIR"), ".terraform")
	sum := sha256.Sum256([]byte(workspace(data) + "\x00" + backend(data)))
	return notes{data: data, folder: filepath.Join(data, kind, hex.EncodeToString(sum[:8]))}
}

// workspace is the name of the workspace that is selected, as Terraform decides it.
func workspace(data string) string {
	if name := os.Getenv("TF_WORKSPACE"); name != "" {
		return name
	}
	selected, _ := os.ReadFile(filepath.Join(data, "environment")) //nolint:gosec // Terraform's own folder; none: the default one
	return cmp.Or(strings.TrimSpace(string(selected)), "default")
}

// backend tells where the state is kept, as terraform init noted it; empty for the
// local one.
func backend(data string) string {
	raw, err := os.ReadFile(filepath.Join(data, "terraform.tfstate")) //nolint:gosec // Terraform's own folder
	if err != nil {
		return ""
	}
	var noted struct {
		Backend json.RawMessage `json:"backend"`
	}
	if json.Unmarshal(raw, &noted) != nil {
		return ""
	}
	return string(noted.Backend)
}

// usable reports that there is a data folder. Without terraform init there is none,
// and making one is not the provider's business. One that has nothing but notes of guests,
// which alone cannot do without, is none.
func (n notes) usable() bool {
	entries, err := os.ReadDir(n.data)
	return err == nil && (len(entries) != 1 || entries[0].Name() != guestNotesKind)
}

// fileOf is where something is noted.
func (n notes) fileOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return filepath.Join(n.folder, hex.EncodeToString(sum[:])+".json")
}

// write notes something. It is written aside and renamed, so that a kill leaves no half of a record.
func (n notes) write(file string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(n.folder, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// read reads what is noted in a file.
func read[T any](file string) (T, error) {
	var noted T
	raw, err := os.ReadFile(file)
	if err != nil {
		return noted, err
	}
	return noted, json.Unmarshal(raw, &noted)
}
