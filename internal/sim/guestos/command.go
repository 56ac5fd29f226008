// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"os"
	"os/exec"
	"slices"
	"strings"
)

// markName is the variable that marks the processes of a guest.
const markName = "VIXSIM_GUEST"

// rewriteName is the variable that makes every guest of this process one with Options.Rewrite, to see what a machine without namespaces
// would make of a test.
const rewriteName = "VIXSIM_GUEST_REWRITE"

// shell is what the agent starts programs with.
func shell() string {
	if _, err := os.Stat("/bin/bash"); err == nil {
		return "/bin/bash"
	}
	return "/bin/sh"
}

// command makes the process of a program; the function it returns is to be called when that has ended.
func (g *Guest) command(s Spec) (*exec.Cmd, func()) {
	env := g.environment(s)
	if !g.opts.Rewrite && namespaces() {
		return inNamespace(g.opts.Dir, s.WorkingDirectory, shell(), s.Command(), env), func() {}
	}
	return g.rewritten(s, env)
}

// Environment returns variables of a user as NAME=VALUE, all of them if no names are given. One that is not set is left out.
func (g *Guest) Environment(user string, names ...string) []string {
	var found []string
	for _, v := range g.environment(Spec{User: user}) {
		name, _, _ := strings.Cut(v, "=")
		if name != markName && (len(names) == 0 || slices.Contains(names, name)) {
			found = append(found, v)
		}
	}
	return found
}
