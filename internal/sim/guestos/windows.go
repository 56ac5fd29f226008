// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"io/fs"
	"path"
	"strings"
)

// layWindows makes the disk of a fresh Windows guest: a directory per drive, named by its letter.
func (g *Guest) layWindows() error {
	dirs := []string{"C/Windows/System32/WindowsPowerShell/v1.0", "C/Windows/Temp", "C/Program Files", "C/Users/Public"}
	for name := range g.opts.Users {
		dirs = append(dirs, "C/Users/"+name+"/AppData/Local/Temp")
	}
	for _, d := range dirs {
		if err := g.root.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	for _, p := range []string{"cmd.exe", "WindowsPowerShell/v1.0/powershell.exe"} {
		if err := g.root.WriteFile("C/Windows/System32/"+p, []byte("MZ"), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// splitWindows cuts a path with a drive letter into components, the letter first.
func splitWindows(name string) ([]string, error) {
	if len(name) < 3 || name[1] != ':' || !strings.ContainsRune(`\/`, rune(name[2])) {
		return nil, of(name, fs.ErrNotExist)
	}
	rest := name[3:]
	if strings.ContainsAny(rest, `:*?"<>|`) {
		return nil, of(name, ErrInvalid)
	}
	parts := components(strings.ReplaceAll(rest, `\`, "/"))
	for i, p := range parts {
		if p != ".." {
			parts[i] = strings.TrimRight(p, ". ") // Windows drops them
		}
	}
	return append([]string{strings.ToUpper(name[:1])}, parts...), nil
}

// slashed is a path of the guest with slashes.
func (g *Guest) slashed(name string) string {
	if g.opts.Windows {
		return strings.ReplaceAll(name, `\`, "/")
	}
	return name
}

// spell is a resolved path as the guest spells it.
func (g *Guest) spell(at string) string {
	if !g.opts.Windows {
		return "/" + strings.TrimPrefix(at, ".")
	}
	drive, rest, _ := strings.Cut(at, "/")
	return drive + `:\` + strings.ReplaceAll(rest, "/", `\`)
}

// parent is the directory above a path of the guest.
func (g *Guest) parent(name string) string {
	if !g.opts.Windows {
		return path.Dir(path.Clean(name))
	}
	name = strings.TrimRight(g.slashed(name), "/")
	dir := name[:max(strings.LastIndexByte(name, '/'), 0)]
	if len(dir) <= 2 {
		dir += "/"
	}
	return strings.ReplaceAll(dir, "/", `\`)
}

// join joins a name to a directory of the guest.
func (g *Guest) join(dir, name string) string {
	if g.opts.Windows {
		return strings.TrimRight(dir, `\/`) + `\` + name
	}
	return path.Join(dir, name)
}

// temporary is where temporary files lie.
func (g *Guest) temporary(user string) string {
	if g.opts.Windows {
		return g.Home(user) + `\AppData\Local\Temp`
	}
	return "/tmp"
}
