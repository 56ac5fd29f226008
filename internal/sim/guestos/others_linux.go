// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// others are the processes that carry the guest's mark: what the agent started, and what that has started. They are looked for among
// some pids, or among all.
func (g *Guest) others(pids []int64, all bool) []Process {
	if all {
		pids = pidsHere()
	}
	var found []Process
	for _, pid := range pids {
		dir := "/proc/" + strconv.FormatInt(pid, 10)
		if !g.marked(dir) {
			continue
		}
		line, err := os.ReadFile(dir + "/cmdline") //nolint:gosec // of a process
		if err != nil || len(line) == 0 {
			continue // it is gone
		}
		args := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
		p := Process{PID: pid, Name: path.Base(args[0]), Owner: "root", Command: strings.Join(args, " ")}
		if info, err := os.Stat(dir); err == nil {
			p.Started = info.ModTime().Add(g.skew).Truncate(time.Second).UTC()
		}
		found = append(found, p)
	}
	return found
}

// pidsHere lists the processes of this machine.
func pidsHere() []int64 {
	entries, _ := os.ReadDir("/proc") // without it there are none to be found
	var pids []int64
	for _, e := range entries {
		if pid, err := strconv.ParseInt(e.Name(), 10, 64); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// marked reports that a process is the guest's.
func (g *Guest) marked(dir string) bool {
	env, err := os.ReadFile(dir + "/environ") //nolint:gosec // of a process
	return err == nil && bytes.Contains(env, []byte(g.mark))
}

// other is a process that the agent did not start, or does not know of any more.
func (g *Guest) other(pid int64) *process {
	for _, p := range g.others([]int64{pid}, false) {
		if p.PID == pid {
			over := make(chan struct{})
			return &process{Process: p, over: over, end: func(sig syscall.Signal) {
				_ = syscall.Kill(int(pid), sig)
				if sig == syscall.SIGTERM {
					close(over) // nobody waits for it
				}
			}}
		}
	}
	return nil
}

func (g *Guest) signalMarked(sig syscall.Signal) {
	for _, pid := range pidsHere() {
		if g.marked("/proc/" + strconv.FormatInt(pid, 10)) {
			_ = syscall.Kill(int(pid), sig)
		}
	}
}
