// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// journal remembers what this configuration has asked of a host and not seen
// the end of. A provider that is killed between the host's task and the state
// leaves a registered VM that Terraform knows nothing of; the next apply must
// finish that, not fail because the VM is there. The host's own record (the
// event of our user for this VM) proves that the registration happened and when;
// only the journal proves that it was this configuration that wanted it. Either
// alone would be a guess.
type journal interface {
	// begun is when an attempt began that has no end yet.
	begun(at intent) (time.Time, bool)
	// begin notes that an attempt begins, before the host is asked.
	begin(at intent) error
	// end forgets the attempt of a name.
	end(name string) error
}

// intent is one attempt at a registration.
type intent struct {
	Server     string    `json:"server"`
	User       string    `json:"user"`
	Datacenter string    `json:"datacenter"`
	Path       string    `json:"path"`
	Begun      time.Time `json:"begun"`
}

// name tells attempts apart: one for a path in a datacenter of a server.
func (i intent) name() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{i.Server, i.Datacenter, i.Path}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// fileJournal keeps each attempt in a file of Terraform's own data directory,
// which belongs to one configuration and is not shared with others.
type fileJournal struct{ data string }

// newFileJournal is the journal of the configuration that the provider runs for:
// Terraform starts providers in the root module's folder.
func newFileJournal() *fileJournal {
	data := os.Getenv("TF_DATA_DIR")
	if data == "" {
		data = ".terraform"
	}
	return &fileJournal{data: data}
}

func (j *fileJournal) begun(at intent) (time.Time, bool) {
	raw, err := os.ReadFile(j.file(at.name()))
	if err != nil {
		return time.Time{}, false
	}
	var noted intent
	if json.Unmarshal(raw, &noted) != nil || noted.name() != at.name() || noted.User != at.User {
		// Damaged, or somebody else's: it proves nothing about us.
		return time.Time{}, false
	}
	return noted.Begun, true
}

func (j *fileJournal) begin(at intent) error {
	if !j.usable() {
		return nil
	}
	raw, err := json.Marshal(at)
	if err != nil {
		return err
	}
	file := j.file(at.name())
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	// Written aside and renamed, so that a kill leaves no half of a record.
	if err := os.WriteFile(file+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (j *fileJournal) end(name string) error {
	err := os.Remove(j.file(name))
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// usable reports that there is a data directory. Without terraform init there is
// none, and making one is not the provider's business.
func (j *fileJournal) usable() bool {
	info, err := os.Stat(j.data)
	return err == nil && info.IsDir()
}

func (j *fileJournal) file(name string) string {
	return filepath.Join(j.data, "vix-intents", name+".json")
}
