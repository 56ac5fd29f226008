// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// told is a line in which a process of the walk tells the others what it plans for a VM, or plans no more.
type told struct {
	Process worker `json:"process"`
	// Made is when, by the clock that all of a machine have. The file's own time will not do: it may be some milliseconds behind.
	Made    time.Time `json:"made"`
	Server  string    `json:"server"`
	Role    role      `json:"role"`
	File    string    `json:"file,omitempty"`
	VM      string    `json:"vm,omitempty"`
	Own     string    `json:"own,omitempty"`
	Named   string    `json:"named,omitempty"`
	Runs    bool      `json:"runs,omitempty"`
	Adopted bool      `json:"adopted,omitempty"`
	Ends    bool      `json:"ends,omitempty"`
	Object  string    `json:"object,omitempty"`
	Address string    `json:"address,omitempty"`
	NoMore  bool      `json:"no_more,omitempty"`
}

func (t told) part() part {
	return part{
		server: t.Server, role: t.Role, file: t.File, vm: t.VM, own: t.Own, named: t.Named, runs: t.Runs, adopted: t.Adopted, ends: t.Ends,
		object: t.Object, address: t.Address,
	}
}

func (p *peers) partsOf(w worker) string { return filepath.Join(p.folderOf(w), "parts") }

// tell notes for the others what this process plans for a VM, or plans no more. What cannot be noted, they do not know.
func (p *peers) tell(is part, noMore bool) {
	if p == nil || is.server == "" {
		return
	}
	me := p.me()
	if me.ID == "" {
		return
	}
	line, err := json.Marshal(told{
		Process: me, Made: time.Now(),
		Server: is.server, Role: is.role, File: is.file, VM: is.vm, Own: is.own, Named: is.named, Runs: is.runs, Adopted: is.adopted,
		Ends: is.ends, Object: is.object, Address: is.address, NoMore: noMore,
	})
	if err != nil {
		return
	}
	file, err := os.OpenFile(p.partsOf(me), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	_, _ = file.Write(append(line, '\n'))
	_ = file.Close()
}

// hear gives what the others of this walk have told since it was asked last.
func (p *peers) hear() []told {
	if p == nil {
		return nil
	}
	me := p.me()
	if me.ID == "" {
		return nil
	}
	var all []told
	for _, w := range p.others(me) {
		all = append(all, p.hearOne(w)...)
	}
	return all
}

// hearOne gives what one process has told since.
func (p *peers) hearOne(w worker) []told {
	info, err := os.Stat(p.partsOf(w))
	p.mu.Lock()
	from := p.heard[w.ID]
	p.mu.Unlock()
	if err != nil || info.Size() <= int64(from) {
		return nil
	}
	raw, err := os.ReadFile(p.partsOf(w))
	p.mu.Lock()
	from = p.heard[w.ID]
	end := bytes.LastIndexByte(raw, '\n') + 1
	if err != nil || end <= from {
		p.mu.Unlock()
		return nil
	}
	set(&p.heard, w.ID, end)
	p.mu.Unlock()
	var all []told
	for line := range bytes.Lines(raw[from:end]) {
		var t told
		if json.Unmarshal(line, &t) == nil && p.other(t.Process) {
			all = append(all, t)
		}
	}
	if len(all) > 0 && !p.overlaps(w, all[len(all)-1].Made) {
		return nil // of an earlier walk
	}
	return all
}
