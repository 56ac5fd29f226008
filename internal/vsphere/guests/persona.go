// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"path"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// persona is how a family of guests spells paths.
type persona struct{ windows bool }

// personaOf is the family of a VM's guest.
func personaOf(vm *vix.VM) persona { return persona{vm.HasWindowsGuest()} }

func (p persona) separator() string {
	if p.windows {
		return `\`
	}
	return "/"
}

// slashed is a path with slashes, whatever the guest takes.
func (p persona) slashed(name string) string {
	if p.windows {
		return strings.ReplaceAll(name, `\`, "/")
	}
	return name
}

// join is a path below a folder.
func (p persona) join(folder string, names ...string) string {
	for _, name := range names {
		folder = strings.TrimSuffix(folder, p.separator()) + p.separator() + name
	}
	return folder
}

// base is the last name of a path, as it is written.
func (p persona) base(name string) string { return path.Base(p.slashed(name)) }

// folder is what a path lies in.
func (p persona) folder(name string) string {
	trimmed := strings.TrimRight(p.slashed(name), "/")
	i := strings.LastIndexByte(trimmed, '/')
	switch {
	case i < 0:
		return name
	case i == 0 || p.windows && i == 2 && trimmed[1] == ':':
		return name[:i+1]
	}
	return name[:i]
}

// isAbsolute reports that a path says by itself where it is.
func (p persona) isAbsolute(name string) bool {
	s := p.slashed(name)
	if p.windows {
		return strings.HasPrefix(s, "//") || len(s) > 2 && s[1] == ':' && s[2] == '/'
	}
	return strings.HasPrefix(s, "/")
}

// fold begins an expression that takes names as the guest does: Windows does not tell cases apart.
func (p persona) fold() string {
	if p.windows {
		return "(?i)"
	}
	return ""
}
