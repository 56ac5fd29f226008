// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path is a vmx path: the path of a VM's configuration file as the host knows
// it. On vSphere it is a file on a datastore, "[storage1] web/web.vmx"; on hosted
// products an absolute file path, with no datastore. Two spellings of one path
// parse to equal values, so that == compares by meaning.
type Path struct {
	// Datastore is the datastore's name; empty on hosted products.
	Datastore string
	// File is the file below the datastore's root, with slashes, cleaned.
	File string
}

// maxPath bounds a path. vSphere takes far less; the bound is there for input
// that is no path at all.
const maxPath = 4096

// ParsePath reads a datastore path, the spelling of vSphere. Spacing after the bracket, doubled slashes
// and "./" mean nothing. It takes a .vmx or, for a template, a .vmtx; anything
// else is an Error that shows the right form of what was probably meant.
func ParsePath(text string) (Path, error) {
	p, reason, right := parsePath(text)
	if reason == "" {
		return p, nil
	}
	e := &Error{
		Op: "use", Object: quoteBounded(text) + " as a vmx path", Code: CodeInvalidArg, Field: FieldPath,
		Reason: reason,
		Remedy: "A vmx path is the datastore in brackets, then the file below it: [storage1] web/web.vmx",
	}
	if right != "" {
		e.Remedy = "Write " + right
	}
	return Path{}, e
}

// ParseAnyPath reads a path of either form, where no product is there to ask: a
// datastore path, or an absolute file path, of Windows too. What it takes a product may
// refuse. A path of an ESXi's shell is refused by all: no product opens VMs there.
func ParseAnyPath(text string) (Path, error) {
	p, err := ParsePath(text)
	if err == nil {
		return p, nil
	}
	if e, ok := errors.AsType[*Error](err); ok && isRelative(text) {
		e.Kind = ErrRelativePath
		e.Remedy += "\n\nThe path of a file on this machine, as products on a desktop take it, is absolute."
		return Path{}, e
	}
	if !isFilePath(text) {
		return Path{}, err
	}
	if len(text) > maxPath || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return Path{}, err
	}
	return Path{File: strings.TrimSpace(text)}, nil
}

// isRelative reports that text may be meant as a path of a file, and begins nowhere.
func isRelative(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && !isFilePath(text) && text[0] != '[' && text[0] != '/' && !strings.Contains(text, "://")
}

// isFilePath reports that text begins as an absolute path does: "/", a drive, or a share.
func isFilePath(text string) bool {
	text = strings.ReplaceAll(strings.TrimSpace(text), `\`, "/")
	if strings.HasPrefix(text, "/") {
		return !strings.HasPrefix(text, "/vmfs/volumes/")
	}
	return len(text) > 2 && text[1:3] == ":/" && unicode.IsLetter(rune(text[0]))
}

// parsePath gives the path, or the reason why text is none and, where it can be
// told, the right form.
func parsePath(text string) (p Path, reason, right string) {
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
		return Path{}, "The path is empty.", ""
	case len(text) > maxPath:
		return Path{}, fmt.Sprintf("The path has %d bytes; no datastore path is that long.", len(text)), ""
	case !utf8.ValidString(text):
		return Path{}, "The path is not valid UTF-8.", ""
	case strings.ContainsFunc(text, unicode.IsControl):
		return Path{}, "The path contains a control character.", ""
	case strings.Contains(trimmed, "://"):
		return Path{}, "This is a URL.", fromURL(trimmed)
	case strings.HasPrefix(trimmed, "/vmfs/volumes/"):
		return Path{}, "This is the path in an ESXi shell; the host knows VMs by datastore path.", fromVolume(trimmed)
	case !strings.HasPrefix(trimmed, "["):
		return Path{}, "The datastore in brackets is missing.", bracketed(trimmed)
	}
	datastore, file, closed := strings.Cut(trimmed[1:], "]")
	if !closed {
		return Path{}, "The bracket after the datastore's name is missing.", closeBracket(trimmed[1:])
	}
	if bracketWithin(file) {
		return Path{}, "The name of the datastore has a bracket, which none has.", ""
	}
	datastore = strings.TrimSpace(datastore)
	if datastore == "" {
		return Path{}, "The brackets hold no datastore name.", ""
	}
	file = strings.TrimSpace(file)
	if strings.Contains(file, `\`) {
		fixed := cleanFile(strings.ReplaceAll(file, `\`, "/"))
		return Path{}, "Datastore paths are separated by slashes, not backslashes.", suggest(datastore, fixed)
	}
	if file == "" || strings.HasSuffix(file, "/") || file == "." {
		return Path{}, "This names a folder, not a VM's configuration file.", suggest(datastore, cleanFile(file))
	}
	clean := cleanFile(file)
	if clean == "" {
		return Path{}, "The path leaves the datastore.", ""
	}
	if clean != strings.TrimSpace(clean) {
		return Path{}, "The path below the datastore begins or ends with a space, which its written form cannot show.", ""
	}
	p = Path{Datastore: datastore, File: clean}
	switch strings.ToLower(path.Ext(clean)) {
	case ".vmx", ".vmtx":
		if strings.TrimSuffix(path.Base(clean), path.Ext(clean)) == "" {
			return Path{}, "The file has no name before its ending.", ""
		}
		return p, "", ""
	case ".vmdk", ".nvram", ".vmsd", ".vmxf", ".log", ".vswp", ".ovf", ".ova", ".iso":
		return Path{}, "This is not a VM's configuration file (.vmx).", suggest(datastore, path.Dir(clean))
	}
	return Path{}, "This names a folder, not a VM's configuration file (.vmx).", suggest(datastore, clean)
}

// Unwritable says why no path that is written can have a folder or a file of a name at its beginning; empty if one can. A host may have
// such a file and tell its path: what reads that again reads another one, or none.
func Unwritable(name string) string {
	if at := strings.IndexFunc(name, unicode.IsControl); at >= 0 {
		r, _ := utf8.DecodeRuneInString(name[at:])
		return fmt.Sprintf("has the control character %U", r)
	}
	if first, _ := utf8.DecodeRuneInString(name); unicode.IsSpace(first) {
		return "begins with a blank"
	}
	return ""
}

// String is the one spelling that the host itself uses.
func (p Path) String() string {
	if p.Datastore == "" {
		return p.File
	}
	return "[" + p.Datastore + "] " + p.File
}

// IsZero reports that there is no path.
func (p Path) IsZero() bool { return p == Path{} }

// IsTemplate reports that the file is a template's (.vmtx).
func (p Path) IsTemplate() bool { return strings.EqualFold(path.Ext(p.File), ".vmtx") }

// Folder is the folder of the file below the datastore's root; empty for a file
// in the root itself.
func (p Path) Folder() string {
	if i := strings.LastIndexAny(p.File, p.separators()); i > 0 {
		return p.File[:i]
	}
	return ""
}

// separators are what stands between the names of a path: on Windows a backslash, which in
// a datastore's file is none.
func (p Path) separators() string {
	if p.Datastore == "" {
		return `/\`
	}
	return "/"
}

// Base is the file's own name.
func (p Path) Base() string { return p.File[strings.LastIndexAny(p.File, p.separators())+1:] }

// Stem is the file's name without its ending: the VM's name where nothing else
// gives one.
func (p Path) Stem() string { return strings.TrimSuffix(p.Base(), path.Ext(p.File)) }

// AsVMX is the same path with the ending of a VM that is no template.
func (p Path) AsVMX() Path {
	return Path{Datastore: p.Datastore, File: strings.TrimSuffix(p.File, path.Ext(p.File)) + ".vmx"}
}

// cleanFile makes file relative, without empty or dot elements; empty if it
// leaves the datastore or names its root.
func cleanFile(file string) string {
	clean := path.Clean(strings.TrimLeft(file, "/"))
	if clean == "." || clean == ".." || strings.HasPrefix(clean, "../") {
		return ""
	}
	return clean
}

// suggest makes the path of the VM that lies in folder, or at it.
func suggest(datastore, file string) string {
	switch {
	case file == "" || file == ".":
		return Path{Datastore: datastore, File: "web/web.vmx"}.String() + ", with the VM's own folder and file"
	case strings.HasSuffix(strings.ToLower(file), ".vmx"):
		return Path{Datastore: datastore, File: file}.String()
	}
	return Path{Datastore: datastore, File: file + "/" + path.Base(file) + ".vmx"}.String()
}

// bracketed reads "storage1/web/web.vmx" and "C:\VMs\web.vmx" for what they may mean.
func bracketed(text string) string {
	text = strings.ReplaceAll(text, `\`, "/")
	if first, rest, ok := strings.Cut(text, "] "); ok && !strings.Contains(first, "/") {
		return suggest(first, cleanFile(rest))
	}
	first, rest, ok := strings.Cut(strings.TrimLeft(text, "/"), "/")
	if !ok || strings.HasSuffix(first, ":") {
		return ""
	}
	if !strings.Contains(rest, "/") && strings.HasSuffix(strings.ToLower(rest), ".vmx") {
		return "[DATASTORE] " + first + "/" + rest + ", with the name of its datastore in the brackets"
	}
	return suggest(first, cleanFile(rest))
}

// closeBracket reads "[storage1 web/web.vmx".
func closeBracket(text string) string {
	if datastore, file, ok := strings.Cut(text, " "); ok {
		return suggest(datastore, cleanFile(file))
	}
	return ""
}

// volumeID matches what stands for a datastore below /vmfs/volumes and is not its
// name: the UUID of a VMFS volume, the identifier of an NFS mount (two groups of
// eight), those of vSAN and vVol.
var volumeID = regexp.MustCompile(`^(?i:[0-9a-f]{8}-[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{12})?|(vsan|vvol):.+)$`)

// fromVolume reads "/vmfs/volumes/storage1/web/web.vmx".
func fromVolume(text string) string {
	volume, file, _ := strings.Cut(strings.TrimPrefix(text, "/vmfs/volumes/"), "/")
	if volume == "" {
		return ""
	}
	if !volumeID.MatchString(volume) {
		return suggest(volume, cleanFile(file))
	}
	named := ", with the name of the datastore whose identifier is " + volume + " in the brackets"
	if file = cleanFile(file); file == "" {
		return Path{Datastore: "DATASTORE", File: "web/web.vmx"}.String() + named
	}
	return suggest("DATASTORE", file) + named
}

// fromURL reads a datastore URL (ds:///vmfs/volumes/…) and a link of the
// datastore browser (https://host/folder/web/web.vmx?dcPath=DC0&dsName=storage1).
func fromURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	if strings.HasPrefix(u.Path, "/vmfs/volumes/") {
		return fromVolume(u.Path)
	}
	if datastore := u.Query().Get("dsName"); datastore != "" {
		return suggest(datastore, cleanFile(strings.TrimPrefix(u.Path, "/folder")))
	}
	return ""
}

// quoteBounded quotes text that an error repeats, and keeps it short.
func quoteBounded(text string) string {
	const limit = 120
	if runes := []rune(text); len(runes) > limit {
		return fmt.Sprintf("%q…", string(runes[:limit]))
	}
	return fmt.Sprintf("%q", text)
}

// bracketWithin reports that what follows the first closing bracket is the rest of the datastore's name: "b] web.vmx" of "[a]b] web.vmx".
func bracketWithin(file string) bool {
	name, below, again := strings.Cut(file, "]")
	return again && !strings.HasPrefix(name, " ") && !strings.Contains(name, "[") && strings.HasPrefix(below, " ")
}
