// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"

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
	// Process is the one that makes the attempt.
	Process worker `json:"process,omitzero"`
}

// fileJournal keeps each attempt in a file of the notes of a workspace.
type fileJournal struct {
	notes
	peers *peers
}

// newFileJournal is the journal of the workspace that the provider runs for. What a process of the same walk attempts is not
// interrupted.
func newFileJournal(peers *peers) *fileJournal { return &fileJournal{newNotes("vix-intents"), peers} }

func (j *fileJournal) open(at intent) vix.Attempt {
	noted, err := read[intent](j.file(at))
	if err != nil || noted.Server != at.Server || noted.Path != at.Path || noted.Datacenter != at.Datacenter || noted.User != at.User {
		// Damaged, or somebody else's: it proves nothing about us.
		return vix.Attempt{}
	}
	if j.peers.live(noted.Process) {
		return vix.Attempt{} // an address that another configuration of the provider serves makes it at this moment
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
	at.Process = j.peers.me()
	return j.write(j.file(at), at)
}

func (j *fileJournal) end(server, path, datacenter string) error {
	entries, err := os.ReadDir(j.folder)
	if err != nil {
		return nil //nolint:nilerr // there is no journal, so nothing is noted
	}
	for _, entry := range entries {
		file := filepath.Join(j.folder, entry.Name())
		noted, err := read[intent](file)
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

// file is where an attempt is noted: one for a path in a datacenter of a server.
func (j *fileJournal) file(at intent) string { return j.fileOf(at.Server, at.Datacenter, at.Path) }
