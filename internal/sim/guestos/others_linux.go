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

// others are the processes that carry the guest's mark: what the agent started, and what that has started.
func (g *Guest) others() []Process {
	var found []Process
	for _, pid := range g.marked() {
		line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if err != nil {
			continue // it is gone
		}
		args := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
		p := Process{PID: int64(pid), Name: path.Base(args[0]), Owner: "root", Command: strings.Join(args, " ")}
		if info, err := os.Stat("/proc/" + strconv.Itoa(pid)); err == nil {
			p.Started = info.ModTime().Add(g.skew).Truncate(time.Second).UTC()
		}
		found = append(found, p)
	}
	return found
}

// marked lists the pids of the guest's processes.
func (g *Guest) marked() []int {
	entries, _ := os.ReadDir("/proc") // without it there are none to be found
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		env, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err == nil && bytes.Contains(env, []byte(g.mark)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// other is a process that the agent did not start, or does not know of any more.
func (g *Guest) other(pid int64) *process {
	for _, p := range g.others() {
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
	for _, pid := range g.marked() {
		_ = syscall.Kill(pid, sig)
	}
}
