// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestNotes remember what was begun in guests and is not known to be in a state: a program may run, a file may be written, of
// which Terraform knows nothing when the provider is killed or the line breaks. A program is never started again while there
// is a note of it: it is looked for.
type guestNotes struct{ notes }

// guestNote is one of them. A note of a run has its token and its time, and what came of it once that is known; one of a file the
// SHA-256 of what was to be written. Neither tells what was to be run or written.
type guestNote struct {
	Server string `json:"server"`
	Key    string `json:"key"`
	Token  string `json:"token"`
	SHA256 string `json:"sha256,omitempty"`
	// Temporary is where a file is until it takes its name.
	Temporary string      `json:"temporary,omitempty"`
	Attempt   vix.Attempt `json:"attempt"`
	Result    *runResult  `json:"result,omitempty"`
	// Process is whose attempt it is.
	Process worker `json:"process,omitzero"`
}

// runResult is what came of a run, until a state has it: the guest forgets it before.
type runResult struct {
	PID       int64         `json:"pid"`
	Ended     bool          `json:"ended,omitempty"`
	ExitCode  int           `json:"exit_code,omitempty"`
	Stdout    []byte        `json:"stdout,omitempty"`
	Stderr    []byte        `json:"stderr,omitempty"`
	StdoutCut bool          `json:"stdout_cut,omitempty"`
	StderrCut bool          `json:"stderr_cut,omitempty"`
	Elapsed   time.Duration `json:"elapsed,omitempty"`
}

// resultOf is what to note of a result.
func resultOf(r *vix.GuestResult) *runResult {
	return &runResult{
		PID: r.PID, Ended: r.Ended, ExitCode: r.ExitCode, Stdout: r.Stdout, Stderr: r.Stderr,
		StdoutCut: r.StdoutCut, StderrCut: r.StderrCut, Elapsed: r.Elapsed,
	}
}

// of is the result, of a run in the guest of a VM.
func (r *runResult) of(vm *vix.Registration) *vix.GuestResult {
	return &vix.GuestResult{
		VM: &vix.VM{Registration: *vm}, PID: r.PID, Ended: r.Ended, ExitCode: r.ExitCode, Stdout: r.Stdout, Stderr: r.Stderr,
		StdoutCut: r.StdoutCut, StderrCut: r.StderrCut, Elapsed: r.Elapsed,
	}
}

// guestNotesKind is the name of their folder.
const guestNotesKind = "vix-guest"

func newGuestNotes() guestNotes { return guestNotes{newNotes(guestNotesKind)} }

// guestKey is what attempts at one thing are noted under: a hash, because a script may hold a secret.
func guestKey(what ...any) string {
	raw, err := json.Marshal(what)
	if err != nil {
		panic("guestKey takes what can be written as JSON: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// newToken is a token that nobody knows, of letters and digits.
func newToken() string { return rand.Text() }

// id is the name of a note, which tells nothing of its token.
func (g guestNotes) id(note guestNote) string { return filepath.Base(g.fileOf(note.Token)) }

// of are the notes of attempts at one thing, the oldest first.
func (g guestNotes) of(server, key string) []guestNote {
	entries, err := os.ReadDir(g.folder)
	if err != nil {
		return nil // there are no notes
	}
	var all []guestNote
	for _, entry := range entries {
		note, err := read[guestNote](filepath.Join(g.folder, entry.Name()))
		if err == nil && note.Server == server && note.Key == key && g.id(note) == entry.Name() {
			all = append(all, note)
		}
	}
	slices.SortFunc(all, func(a, b guestNote) int { return a.Attempt.Begun.Compare(b.Attempt.Begun) })
	return all
}

// begin notes an attempt that is about to be made. Where there is no data folder it makes one, because what is not noted is not
// started: a provider under development needs no terraform init.
func (g guestNotes) begin(note guestNote) error {
	return g.write(g.fileOf(note.Token), note)
}

// end forgets an attempt by its id: it has come to its end, and a state has it.
func (g guestNotes) end(ctx context.Context, id string) {
	if id == "" {
		return
	}
	if err := os.Remove(filepath.Join(g.folder, filepath.Base(id))); err != nil && !os.IsNotExist(err) {
		tflog.Warn(ctx, "cannot forget what was begun in a guest", map[string]any{"error": err.Error()})
	}
}

// attemptAt is an attempt of an earlier process that has no end yet, or a new one. Two addresses may want the very same, in this
// process or in that of another alias: each has an attempt of its own.
func (c *connection) attemptAt(ctx context.Context, server, key string) guestNote {
	c.mu.Lock()
	defer c.mu.Unlock()
	note := guestNote{Server: server, Key: key, Token: newToken(), Process: c.peers.me()}
	for _, open := range c.guestNotes.of(server, key) {
		if c.begun[open.Token] || c.peers.live(open.Process) {
			continue
		}
		open.Process = note.Process
		if note = open; c.guestNotes.begin(note) != nil {
			tflog.Warn(ctx, "cannot note that an attempt in a guest goes on here", nil)
		}
		break
	}
	set(&c.begun, note.Token, true)
	return note
}

// attemptEnded forgets an attempt that has left nothing.
func (c *connection) attemptEnded(ctx context.Context, note guestNote) {
	c.guestNotes.end(ctx, c.guestNotes.id(note))
}

// attemptDone forgets an attempt when Terraform is known to have written the state.
func (c *connection) attemptDone(note guestNote) {
	c.atClose(func(ctx context.Context) { c.attemptEnded(ctx, note) })
}
