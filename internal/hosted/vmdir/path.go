// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// maxChoices is how many candidates an error lists.
const maxChoices = 20

// maxPath bounds a path; no system takes that many bytes.
const maxPath = 32 << 10

// bundleSuffix is the ending of a folder that Fusion shows as one thing.
const bundleSuffix = ".vmwarevm"

// ParsePath reads a vmx path of a machine with the operating system os, as runtime.GOOS names it, which must be this
// one: it is cleaned, symbolic links are resolved, and a bundle is the configuration in it. So all spellings of one VM's path are
// one. What is not there keeps its name.
func ParsePath(text, goos string) (vix.Path, error) {
	e := &vix.Error{
		Op: "use", Object: quoted(text) + " as a vmx path", Code: vix.CodeInvalidArg, Field: vix.FieldPath,
	}
	clean, kind, reason := cleaned(text, goos)
	if reason != "" {
		e.Reason, e.Kind = reason, kind
		return vix.Path{}, e
	}
	if several := forks(clean); several != nil {
		e.Kind, e.Choices = vix.ErrAmbiguous, shown(several)
		e.Reason = "Names on the path differ only in how their letters are composed, which makes no difference here:"
		e.Remedy = "Rename one of them."
		return vix.Path{}, e
	}
	path := Canonical(clean)
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return inFolder(path, e)
	}
	switch {
	case IsVMX(path):
		return vix.Path{File: path}, nil
	case err == nil && IsVMX(clean) && !info.Mode().IsRegular():
		e.Code = vix.CodeNotAFile
		e.Reason = "This is a symbolic link to " + path + ", which is not a regular file, but " + kindOf(info.Mode()) + "."
	case IsVMX(clean):
		e.Reason = "This is a symbolic link to " + path + ", and the product opens no file whose name does not end in .vmx."
	default:
		e.Reason = "The path does not end in .vmx: it names something else than a VM's configuration file."
	}
	return vix.Path{}, e
}

// shown are paths in which letters that are not composed can be told from those that are.
func shown(paths []string) []string {
	var out []string
	for _, path := range atMost(paths, maxChoices) {
		if !norm.NFC.IsNormalString(path) {
			path += " (" + strings.Trim(fmt.Sprintf("%+q", filepath.Base(path)), `"`) + ")"
		}
		out = append(out, path)
	}
	return out
}

// ParseFolder reads the path of a folder in the same way.
func ParseFolder(text, goos string) (string, error) {
	clean, kind, reason := cleaned(text, goos)
	if reason != "" {
		return "", &vix.Error{
			Op: "use", Object: quoted(text) + " as the path of a folder", Code: vix.CodeInvalidArg, Kind: kind, Field: vix.FieldFilesPath,
			Reason: reason,
		}
	}
	if several := forks(clean); several != nil {
		return "", &vix.Error{
			Op: "use", Object: quoted(text) + " as the path of a folder", Code: vix.CodeInvalidArg, Kind: vix.ErrAmbiguous,
			Field: vix.FieldFilesPath, Choices: shown(several), Remedy: "Rename one of them.",
			Reason: "Names on the path differ only in how their letters are composed, which makes no difference here:",
		}
	}
	return Canonical(clean), nil
}

// cleaned is a path in the system's own form without what means nothing, or why it is none.
func cleaned(text, goos string) (clean string, kind vix.Kind, reason string) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", "", "The path is empty."
	case len(text) > maxPath:
		return "", "", fmt.Sprintf("The path has %d bytes; no path is that long.", len(text))
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "", "", "The path has a control character, or is no text."
	case strings.HasPrefix(text, "["):
		return "", vix.ErrDatastorePath, "This is the path of a file on a datastore, as a vCenter or ESXi knows it. This product knows " +
			"files of the machine that it runs on, by their absolute paths."
	case goos == "windows":
		return cleanedWindows(text)
	case isWindows(text):
		return "", "", "This is a path of Windows, and this machine does not run Windows."
	case !strings.HasPrefix(text, "/"):
		return "", vix.ErrRelativePath, "The path is not absolute."
	}
	return withoutDots(text), "", ""
}

// withoutDots is a path without what means nothing. Two dots behind a symbolic link lead up from where it leads, as the system has
// it, and not up from the link.
func withoutDots(text string) string {
	clean := "/"
	for element := range strings.SplitSeq(text, "/") {
		if element != ".." {
			clean = filepath.Join(clean, element)
			continue
		}
		if resolved, err := filepath.EvalSymlinks(clean); err == nil {
			clean = resolved
		}
		clean = filepath.Dir(clean)
	}
	return clean
}

// isWindows reports a path that begins as those of Windows do: with a drive or a share.
func isWindows(text string) bool {
	return vix.HasDrive(text) || strings.HasPrefix(text, `\\`) || isShare(text)
}

// isShare reports the path of a share with slashes: //server/share. Elsewhere two slashes mean one, so that it may be a path of this
// machine, too, if there is such a folder.
func isShare(text string) bool {
	server, share, ok := strings.Cut(strings.TrimPrefix(text, "//"), "/")
	if !strings.HasPrefix(text, "//") || !ok || server == "" || server[0] == '.' || share == "" || share[0] == '/' {
		return false
	}
	return !exists("/" + server)
}

// cleanedWindows is cleaned for Windows, on any system: slashes and backslashes mean the same, the drive is a capital letter.
func cleanedWindows(text string) (clean string, kind vix.Kind, reason string) {
	root, rest, kind, reason := vix.WindowsRoot(text)
	if reason != "" {
		return "", kind, reason
	}
	var elements []string
	for element := range strings.SplitSeq(rest, `\`) {
		switch element {
		case "", ".":
		case "..":
			elements = elements[:max(0, len(elements)-1)]
		default:
			// Windows takes no name that ends in blanks or dots, and leaves them out.
			if element = strings.TrimRight(element, " ."); element != "" {
				elements = append(elements, element)
			}
		}
	}
	return root + strings.Join(elements, `\`), "", ""
}

// IsVMX reports a name that ends as a configuration's does, has something before that, and is text.
func IsVMX(path string) bool {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	return IsText(name) && len(name) > len(".vmx") && strings.EqualFold(name[len(name)-len(".vmx"):], ".vmx")
}

// IsListed reports a name in a folder that is a configuration's. What macOS keeps beside a file on disks of other systems has its
// name behind "._".
func IsListed(name string) bool { return IsVMX(name) && !strings.HasPrefix(name, "._") }

// IsText reports a name that a path can say.
func IsText(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// inFolder is the configuration that a bundle has, or an error that lists those of a folder.
func inFolder(folder string, e *vix.Error) (vix.Path, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		e.Code, e.Reason = vix.CodeFileAccessError, "The path is a folder, which cannot be read: "+why(err)+"."
		return vix.Path{}, e
	}
	var found []string
	for _, entry := range entries {
		if IsListed(entry.Name()) && !entry.IsDir() {
			found = append(found, filepath.Join(folder, entry.Name()))
		}
	}
	bundle := strings.EqualFold(filepath.Ext(folder), bundleSuffix)
	if bundle && len(found) == 1 {
		return vix.Path{File: Canonical(found[0])}, nil
	}
	what := "The path is a folder"
	if bundle {
		what = "The path is a bundle"
	}
	switch len(found) {
	case 0:
		e.Reason = what + ", and no .vmx is in it."
	case 1:
		e.Reason = what + ". The configuration of the VM is in it:"
	default:
		e.Reason = fmt.Sprintf("%s, and %d .vmx are in it:", what, len(found))
	}
	e.Choices = atMost(found, maxChoices)
	return vix.Path{}, e
}

// atMost leaves the first of many, and says how many more there are.
func atMost(choices []string, n int) []string {
	if len(choices) <= n {
		return choices
	}
	return append(slices.Clone(choices[:n]), fmt.Sprintf("and %d more", len(choices)-n))
}

// quoted is text that an error repeats, not too long.
func quoted(text string) string {
	const limit = 200
	if runes := []rune(text); len(runes) > limit {
		return fmt.Sprintf("%q…", string(runes[:limit]))
	}
	return fmt.Sprintf("%q", text)
}
