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

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// journal remembers what this configuration has asked of a host and not seen
// the end of. A provider that is killed between the host's task and the state
// leaves a registered VM that Terraform knows nothing of; the next apply must
// finish that, not fail because the VM is there. The host's own record (the
// event of our user for this VM) proves that the registration happened and when;
// only the journal proves that it was this configuration that wanted it. Either
// alone would be a guess.
type journal interface {
	// usable reports that attempts can be noted.
	usable() bool
	// open is the attempt that has no end yet; zero if there is none.
	open(at intent) vix.Attempt
	// begin notes that the host is about to be asked.
	begin(at intent) error
	// end forgets the attempts at a path of a server, in the datacenter if one is given.
	end(server, path, datacenter string) error
}

// intent is one attempt at a registration.
type intent struct {
	Server     string      `json:"server"`
	User       string      `json:"user"`
	Datacenter string      `json:"datacenter"`
	Path       string      `json:"path"`
	Attempt    vix.Attempt `json:"attempt"`
}

// fileJournal keeps each attempt in a file of Terraform's own data folder, below a
// folder for each workspace of each backend: what one workspace has asked for is
// nothing that another may finish.
type fileJournal struct{ data, folder string }

// newFileJournal is the journal of the workspace that the provider runs for:
// Terraform starts providers in the root module's folder.
func newFileJournal() *fileJournal {
	data := cmp.Or(os.Getenv("TF_DATA_DIR"), ".terraform")
	sum := sha256.Sum256([]byte(workspace(data) + "\x00" + backend(data)))
	return &fileJournal{data: data, folder: filepath.Join(data, "vix-intents", hex.EncodeToString(sum[:8]))}
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

func (j *fileJournal) open(at intent) vix.Attempt {
	noted, err := read(j.file(at))
	if err != nil || noted.Server != at.Server || noted.Path != at.Path || noted.Datacenter != at.Datacenter || noted.User != at.User {
		// Damaged, or somebody else's: it proves nothing about us.
		return vix.Attempt{}
	}
	return noted.Attempt
}

func (j *fileJournal) begin(at intent) error {
	if !j.usable() {
		return nil
	}
	if before := j.open(at); !before.IsZero() && before.Begun.Before(at.Attempt.Begun) {
		at.Attempt.Begun = before.Begun // which may still come to its end on the host
	}
	raw, err := json.Marshal(at)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(j.folder, 0o700); err != nil {
		return err
	}
	// Written aside and renamed, so that a kill leaves no half of a record.
	file := j.file(at)
	if err := os.WriteFile(file+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (j *fileJournal) end(server, path, datacenter string) error {
	entries, err := os.ReadDir(j.folder)
	if err != nil {
		return nil //nolint:nilerr // there is no journal, so nothing is noted
	}
	for _, entry := range entries {
		file := filepath.Join(j.folder, entry.Name())
		noted, err := read(file)
		if err != nil || noted.Server != server || noted.Path != path {
			continue
		}
		if noted.Datacenter != "" && datacenter != "" && !vix.SamePlace(datacenter, noted.Datacenter) {
			continue // the file of that path in another one
		}
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// usable reports that there is a data folder. Without terraform init there is none,
// and making one is not the provider's business.
func (j *fileJournal) usable() bool {
	info, err := os.Stat(j.data)
	return err == nil && info.IsDir()
}

// file is where an attempt is noted: one for a path in a datacenter of a server.
func (j *fileJournal) file(at intent) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{at.Server, at.Datacenter, at.Path}, "\x00")))
	return filepath.Join(j.folder, hex.EncodeToString(sum[:])+".json")
}

func read(file string) (intent, error) {
	var noted intent
	raw, err := os.ReadFile(file)
	if err != nil {
		return noted, err
	}
	return noted, json.Unmarshal(raw, &noted)
}
