// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"path"
	"strings"
)

// PathParts is a vmx path taken apart. Path.String puts it together again.
type PathParts struct {
	// Path is the path in the one spelling that its product uses.
	Path Path
	// Directory is the folder of the file: below the datastore's root, and empty there; absolute
	// on hosted products.
	Directory string
	// File is the file's own name, Name that without its ending.
	File, Name string
}

// ParsePathParts takes apart a path of either form, on every machine: a datastore path, or an
// absolute file path, of Windows too. It asks nobody, and so says nothing of what is there.
func ParsePathParts(text string) (PathParts, error) {
	p, err := ParseAnyPath(text)
	if err != nil {
		return PathParts{}, err
	}
	if p.Datastore != "" {
		return PathParts{Path: p, Directory: p.Folder(), File: p.Base(), Name: p.Stem()}, nil
	}
	directory, file, separator, reason := cleanFilePath(p.File)
	if reason != "" {
		return PathParts{}, &Error{
			Op: "use", Object: quoteBounded(text) + " as a vmx path", Code: CodeInvalidArg, Field: FieldPath, Reason: reason,
			Remedy: "A vmx path of a hosted product is the absolute path of the VM's configuration file: /vms/web/web.vmx, " +
				`C:\VMs\web\web.vmx`,
		}
	}
	return PathParts{
		Path:      Path{File: strings.TrimSuffix(directory, separator) + separator + file},
		Directory: directory, File: file, Name: strings.TrimSuffix(file, path.Ext(file)),
	}, nil
}

// cleanFilePath is the folder and the name of an absolute file path without what means nothing, or why it
// names no VM.
func cleanFilePath(text string) (directory, file, separator, reason string) {
	root, rest, separator, reason := rootOf(text)
	if reason != "" {
		return "", "", "", reason
	}
	if separator == `\` {
		rest = strings.ReplaceAll(rest, `\`, "/")
	}
	if strings.HasSuffix(rest, "/") {
		return "", "", "", "This names a folder, not a VM's configuration file."
	}
	clean := strings.TrimPrefix(path.Clean("/"+rest), "/")
	folder, file := path.Split(clean)
	if ext := path.Ext(file); !strings.EqualFold(ext, ".vmx") || ext == file {
		return "", "", "", "The path does not end in a name and .vmx: it names something else than a VM's configuration file."
	}
	return root + strings.ReplaceAll(strings.TrimSuffix(folder, "/"), "/", separator), file, separator, ""
}

// rootOf cuts an absolute path behind its root: "/", a drive, whose letter is a capital one, or the share of a server.
func rootOf(text string) (root, rest, separator, reason string) {
	windows := strings.HasPrefix(text, `\\`) || strings.HasPrefix(text, "//") ||
		HasDrive(text)
	if !windows {
		return "/", text[1:], "/", ""
	}
	root, rest, _, reason = WindowsRoot(text)
	return root, rest, `\`, reason
}

// WindowsRoot cuts an absolute path of Windows behind its root, which is a drive, whose letter is a capital one, or the share of a
// server: C:\ or \\server\share\. Slashes and backslashes mean the same. The reason is why it has none; ErrRelativePath, where it is not
// absolute.
func WindowsRoot(text string) (root, rest string, kind Kind, reason string) {
	text = strings.ReplaceAll(text, "/", `\`)
	if strings.HasPrefix(text, `\\.\`) {
		return "", "", "", `The path is one of a device: \\.\. The path of a file begins with a drive, as C:\, or with a share.`
	}
	if long, ok := strings.CutPrefix(text, `\\?\`); ok { // how Windows writes paths of any length
		text = long
		if share, ok := strings.CutPrefix(long, `UNC\`); ok {
			text = `\\` + share
		}
	}
	if share, ok := strings.CutPrefix(text, `\\`); ok {
		parts := strings.SplitN(share, `\`, 3)
		if len(parts) < 3 || parts[0] == "" || parts[1] == "" {
			return "", "", "", `The path of a share needs the server, the share and the file: \\server\share\web\web.vmx.`
		}
		return `\\` + parts[0] + `\` + parts[1] + `\`, parts[2], "", badStream(parts[2])
	}
	if len(text) < 3 || !HasDrive(text) || text[2] != '\\' {
		return "", "", ErrRelativePath, `The path is not absolute: it begins with neither a drive, as C:\, nor a share.`
	}
	return strings.ToUpper(text[:1]) + `:\`, text[3:], "", badStream(text[3:])
}

// badStream is why what is behind the root names no file: with a colon it names a stream of one.
func badStream(rest string) string {
	if !strings.Contains(rest, ":") {
		return ""
	}
	return "The path has a colon behind its drive, as no file's has: what stands behind it is a stream of a file."
}

// HasDrive reports a path that begins with a drive of Windows.
func HasDrive(text string) bool {
	return len(text) > 1 && text[1] == ':' && (text[0]|0x20) >= 'a' && (text[0]|0x20) <= 'z'
}

// NewPath is the path of a file on a datastore, or, without one, of a file of a hosted product.
func NewPath(datastore, file string) (Path, error) {
	if strings.TrimSpace(datastore) == "" {
		parts, err := ParsePathParts(file)
		if err == nil && parts.Path.Datastore != "" {
			err = notBelow(datastore, file, "The path has a datastore of its own, and none is to go before it.")
		}
		return parts.Path, err
	}
	if strings.ContainsAny(datastore, "[]") {
		return Path{}, notBelow(datastore, file, "The name of the datastore has brackets: it is given without any.")
	}
	if _, err := ParsePath(file); err == nil {
		return Path{}, notBelow(datastore, file, "The path has a datastore already.")
	}
	trimmed := strings.TrimSpace(file)
	if strings.HasPrefix(trimmed, "/vmfs/volumes/") || isFilePath(trimmed) && !strings.HasPrefix(trimmed, "/") {
		return Path{}, notBelow(datastore, file, "The path is one of a machine, not one below the root of a datastore.")
	}
	return ParsePath("[" + datastore + "] " + file)
}

// notBelow is the error of a path that goes with no datastore.
func notBelow(datastore, file, reason string) *Error {
	return &Error{
		Op: "make", Object: "a vmx path of the datastore " + quoteBounded(datastore) + " and " + quoteBounded(file),
		Code: CodeInvalidArg, Field: FieldPath, Reason: reason,
	}
}

// ParseKey reads what names a file in a list of those of several datacenters: the datacenter's inventory path and
// the path, "/F1/DC1:[storage1] web/web.vmx"; on hosted products the path alone.
func ParseKey(text string) (Locator, error) {
	at, err := ParseLocator(text, ParsePath)
	switch {
	case err != nil && strings.HasPrefix(text, "/") && strings.Contains(text, ":/"):
		return Locator{}, &Error{
			Op: "use", Object: quoteBounded(text) + " as a key", Code: CodeInvalidArg,
			Reason: "What follows the datacenter's inventory path is no path on a datastore.",
			Remedy: "A key is the datacenter's inventory path, a colon and the path: /DC1:[storage1] web/web.vmx",
		}
	case err != nil:
		parts, err := ParsePathParts(text)
		return Locator{Path: parts.Path}, err
	case strings.HasPrefix(at.Datacenter, "/"):
		return at, nil
	}
	return Locator{}, &Error{
		Op: "use", Object: quoteBounded(text) + " as a key", Code: CodeInvalidArg,
		Reason: "The inventory path of the datacenter is missing before the path.",
		Remedy: "A key is the datacenter's inventory path, a colon and the path: /DC1:[storage1] web/web.vmx",
	}
}
