// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// pageSize is how many files are asked for at once: an agent's answer holds some hundreds.
const pageSize = 300

// File tells of what a path leads to: ListFilesInGuest. Nil if there is nothing.
func (g *Guest) File(ctx context.Context, name string) (*vix.GuestFile, error) {
	info, err := g.info(ctx, name)
	if err != nil || info == nil {
		return nil, g.failedAt(name, err)
	}
	file := g.file(*info)
	file.Path, file.Name = name, g.os.base(name)
	return &file, nil
}

// info is what a path leads to; nil if there is nothing. Of a folder an agent tells what is in it: it is itself the ".".
func (g *Guest) info(ctx context.Context, name string) (*types.GuestFileInfo, error) {
	base := regexp.QuoteMeta(g.os.base(name))
	found, _, err := g.page(ctx, name, g.os.fold()+`^(\.|(.*[/\\])?`+base+`)$`, 0)
	var none *types.FileNotFound
	if as(err, &none) {
		return nil, nil
	}
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if i := slices.IndexFunc(found, func(f types.GuestFileInfo) bool { return f.Path == "." }); i >= 0 {
		return &found[i], nil
	}
	return &found[0], nil
}

// Files lists a folder by name, all of it: ListFilesInGuest.
func (g *Guest) Files(ctx context.Context, folder, match string) ([]vix.GuestFile, error) {
	if _, err := path.Match(match, ""); err != nil {
		return nil, g.failedAt(folder, &vix.Error{
			Code: vix.CodeInvalidArg, Field: vix.FieldMatch,
			Reason: fmt.Sprintf("The pattern %q is none: a bracket is not closed, or a range is wrong.", match),
		})
	}
	all, err := g.list(ctx, folder, expression(match))
	if err != nil {
		return nil, g.failedAt(folder, err)
	}
	out := make([]vix.GuestFile, 0, len(all))
	for _, info := range all {
		if ok, _ := path.Match(match, info.Path); !ok && match != "" {
			continue
		}
		file := g.file(info)
		file.Path, file.Name = g.os.join(folder, info.Path), info.Path
		out = append(out, file)
	}
	return out, nil
}

// list is what is in a folder, by name; CodeNotADirectory if it is none.
func (g *Guest) list(ctx context.Context, folder, expression string) ([]types.GuestFileInfo, error) {
	byName := map[string]types.GuestFileInfo{} // a folder that changes shows a name on two pages
	isFolder := false
	for index := int32(0); ; {
		found, left, err := g.page(ctx, folder, expression, index)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			isFolder = isFolder || f.Path == "." || f.Path == ".."
			byName[f.Path] = f
		}
		index += int32(len(found)) //nolint:gosec // a page
		if left == 0 || len(found) == 0 {
			break
		}
	}
	if !isFolder {
		return nil, &vix.Error{Code: vix.CodeNotADirectory, Reason: "It is no folder."}
	}
	var out []types.GuestFileInfo
	for name, f := range byName {
		if name != "." && name != ".." {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b types.GuestFileInfo) int { return cmp.Compare(a.Path, b.Path) })
	return out, nil
}

// page is one page of a list.
func (g *Guest) page(ctx context.Context, name, expression string, index int32) (found []types.GuestFileInfo, left int32, err error) {
	err = g.ask(ctx, again, func(ctx context.Context) error {
		response, err := methods.ListFilesInGuest(ctx, g.line.Client, &types.ListFilesInGuest{
			This: *g.managers.files, Vm: g.ref, Auth: g.auth, FilePath: name, Index: index, MaxResults: pageSize, MatchPattern: expression,
		})
		if err == nil {
			found, left = response.Returnval.Files, response.Returnval.Remaining
		}
		return err
	})
	return found, left, err
}

// expression is a glob as agents take patterns, which are regular expressions; it lets "." pass, by which a folder is known.
// What it lets pass is matched again: agents differ in what they understand.
func expression(glob string) string {
	if glob == "" {
		return ""
	}
	var b strings.Builder
	for runes := []rune(glob); len(runes) > 0; runes = runes[1:] {
		switch r := runes[0]; r {
		case '*':
			b.WriteString(".*")
		case '?', '[', ']', '\\':
			// A class may hold anything: whatever it is, it is one character, and what is in it is left to the second match.
			if r == '?' {
				b.WriteByte('.')
				continue
			}
			return `(?s)^(\.|` + b.String() + `.*)$`
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return `(?s)^(\.|` + b.String() + `)$` // a name may have line ends
}

// file is what an agent tells of a file.
func (g *Guest) file(info types.GuestFileInfo) vix.GuestFile {
	out := vix.GuestFile{Size: info.Size}
	switch types.GuestFileType(info.Type) {
	case types.GuestFileTypeDirectory:
		out.Type, out.Size = vix.GuestDirectory, 0
	case types.GuestFileTypeSymlink:
		out.Type, out.Size = vix.GuestSymlink, 0
	default:
		out.Type = vix.GuestRegular
	}
	if info.Attributes == nil {
		return out
	}
	common := info.Attributes.GetGuestFileAttributes()
	if common.ModificationTime != nil {
		out.Modified = common.ModificationTime.UTC()
	}
	out.LinkTarget = common.SymlinkTarget
	if posix, ok := info.Attributes.(*types.GuestPosixFileAttributes); ok {
		out.Permissions = fmt.Sprintf("%04o", posix.Permissions&0o7777)
		if out.Permissions[0] == '0' {
			out.Permissions = out.Permissions[1:]
		}
	}
	return out
}
