// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Write puts a file in its place: beside it first, and over the name once it is whole.
func (g *Guest) Write(ctx context.Context, file vix.GuestWrite) (*vix.GuestFile, error) {
	w := &writing{Guest: g, GuestWrite: file}
	out, err := w.carryOut(ctx)
	return out, g.failedAt(file.Path, err)
}

// writing is a file on its way to its place.
type writing struct {
	*Guest
	vix.GuestWrite

	was *types.GuestFileInfo // what is there; nil if nothing is
	sum hash.Hash
}

func (w *writing) carryOut(ctx context.Context) (_ *vix.GuestFile, err error) {
	if err := w.clearLeft(ctx); err != nil {
		return nil, err
	}
	if err := w.lookAtPlace(ctx); err != nil {
		return nil, err
	}
	temporary := w.beside(w.Path)
	if w.Beside != nil {
		w.Beside(temporary)
	}
	defer func() {
		if err != nil {
			w.discard(ctx, temporary)
		}
	}()
	if err := w.upload(ctx, temporary); err != nil {
		if e, ok := errors.AsType[*vix.Error](err); ok && e.Code == vix.CodeFileNotFound && !w.CreateDirectories {
			e.Kind = vix.ErrNoGuestFolder
		}
		return nil, err
	}
	written, err := w.verified(ctx, temporary)
	if err != nil {
		return nil, err
	}
	if w.Validate != "" {
		if err := w.validate(ctx, temporary); err != nil {
			return nil, err
		}
	}
	if err := w.place(ctx, temporary, w.Path, w.Overwrite); err != nil {
		return nil, err
	}
	out := w.file(*written)
	out.Path, out.Name, out.SHA256 = w.Path, w.os.base(w.Path), hex.EncodeToString(w.sum.Sum(nil))
	return &out, nil
}

// clearLeft deletes what earlier attempts have left; nothing that has no name as beside gives it.
func (w *writing) clearLeft(ctx context.Context) error {
	for _, name := range w.Left {
		if !strings.HasPrefix(w.os.base(name), besideBegins) {
			continue
		}
		if err := w.removeFile(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// lookAtPlace refuses what cannot be replaced, and makes the folders above.
func (w *writing) lookAtPlace(ctx context.Context) error {
	if !w.os.isAbsolute(w.Path) {
		return &vix.Error{Code: vix.CodeInvalidArg, Reason: fmt.Sprintf("The path %q is not absolute.", w.Path)}
	}
	if why := vix.Unsayable(w.Path); why != "" {
		return &vix.Error{Code: vix.CodeInvalidArg, Reason: fmt.Sprintf("The path %q cannot be said. %s", w.Path, why)}
	}
	var err error
	if w.was, err = w.info(ctx, w.Path); err != nil {
		return err
	}
	if w.was == nil {
		if !w.CreateDirectories {
			return nil
		}
		_, err := w.makeFolder(ctx, w.os.folder(w.Path), true)
		return err
	}
	if w.file(*w.was).Type == vix.GuestDirectory {
		return &vix.Error{Code: vix.CodeNotAFile, Reason: "A folder has this name."}
	}
	if !w.Overwrite {
		return exists(w.Path)
	}
	return nil
}

// exists is the error of a file that is there and may not be replaced.
func exists(name string) error {
	return &vix.Error{
		Code: vix.CodeFileAlreadyExists, Kind: vix.ErrGuestFileExists,
		Reason: fmt.Sprintf("There is a file already in the guest: %s.", name),
	}
}

// besideBegins is how the names begin that files have until they take their own.
const besideBegins = ".vix-"

// beside is a name in the same folder that nothing has. What reads a folder by a pattern does not read it: it begins with a dot.
func (g *Guest) beside(name string) string {
	ending := path.Ext(g.os.base(name))
	if len(ending) > 20 {
		ending = ""
	}
	return g.os.join(g.os.folder(name), besideBegins+strings.ToLower(rand.Text())+ending)
}

// discard deletes what did not become a file, whatever has become of ctx.
func (g *Guest) discard(ctx context.Context, temporary string) {
	ctx, cancel := afterwards(ctx)
	defer cancel()
	err := g.removeFile(ctx, temporary)
	// What is left of a transfer that was cut may come to the guest's disk only now.
	if wire.Pause(ctx, firstRest); err == nil {
		err = g.removeFile(ctx, temporary)
	}
	if err != nil {
		g.line.Options.Log.WarnContext(ctx, "left in the guest", "file", temporary, "error", err)
	}
}

// upload puts the content beside, with the permissions that it is to have.
func (w *writing) upload(ctx context.Context, temporary string) error {
	attributes := w.attributes(w.Permissions)
	if was, ok := w.posixWas(); ok && w.Permissions == "" {
		attributes = withMode(was.Permissions)
	}
	return w.put(ctx, upload{
		to: temporary, attributes: attributes, size: w.Size,
		open: func() (io.ReadCloser, error) {
			content, err := w.Open()
			if err != nil {
				return nil, err
			}
			w.sum = sha256.New() // an attempt begins anew
			return struct {
				io.Reader
				io.Closer
			}{io.TeeReader(content, w.sum), content}, nil
		},
	})
}

func (w *writing) posixWas() (*types.GuestPosixFileAttributes, bool) {
	if w.was == nil {
		return nil, false
	}
	posix, ok := w.was.Attributes.(*types.GuestPosixFileAttributes)
	return posix, ok
}

// verified is what has arrived: all of it, with the permissions and, where the user may give it away, the owner of what it replaces.
func (w *writing) verified(ctx context.Context, temporary string) (*types.GuestFileInfo, error) {
	written, err := w.arrived(ctx, temporary, w.Size)
	if err != nil {
		return nil, err
	}
	is, ok := written.Attributes.(*types.GuestPosixFileAttributes)
	if !ok {
		return written, nil
	}
	if was, ok := w.posixWas(); ok && (!same(was.OwnerId, is.OwnerId) || !same(was.GroupId, is.GroupId)) {
		to := withMode(is.Permissions)
		to.OwnerID, to.GroupID = was.OwnerId, was.GroupId
		var denied *types.GuestPermissionDenied
		if err := w.change(ctx, temporary, to); err != nil && !as(err, &denied) {
			return nil, err // only an administrator may: a file that somebody else replaces is his
		}
	}
	want, _ := w.attributes(w.Permissions).(*GuestPosixFileAttributes)
	if want != nil && want.Permissions != nil && is.Permissions&0o7777 != *want.Permissions {
		if err := w.change(ctx, temporary, want); err != nil {
			return nil, err
		}
		is.Permissions = *want.Permissions
	}
	return written, nil
}

func same(a, b *int32) bool { return a != nil && b != nil && *a == *b }

// arrived is a file that was uploaded; one that is not all there is an error.
func (g *Guest) arrived(ctx context.Context, name string, size int64) (*types.GuestFileInfo, error) {
	info, err := g.info(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case info == nil:
		return nil, &vix.Error{Code: vix.CodeFileError, Reason: "What was uploaded is not there."}
	case info.Size != size:
		return nil, &vix.Error{Code: vix.CodeFileError, Reason: fmt.Sprintf("Of %d bytes, %d have arrived in the guest.", size, info.Size)}
	}
	return info, nil
}

// validate runs a program on what is to be the file.
func (w *writing) validate(ctx context.Context, temporary string) error {
	w.tell("validating the new file")
	quote := posixQuoted
	if w.os.windows {
		quote = func(name string) string { return `"` + name + `"` }
	}
	program, arguments, _ := strings.Cut(strings.TrimSpace(w.Validate), " ")
	if w.os.windows && strings.HasPrefix(program, `"`) {
		program, arguments, _ = strings.Cut(strings.TrimSpace(w.Validate)[1:], `"`)
	}
	result, err := w.Run(ctx, vix.GuestRun{
		Program: program, Arguments: strings.ReplaceAll(strings.TrimSpace(arguments), "%s", quote(temporary)),
		Capture: !w.Secret, // what is not shown is not kept, in the guest either
	})
	if e, ok := errors.AsType[*vix.Error](err); ok { // it is of the program, and this is about the file
		e.Op, e.Object, e.Reason = "", "", "The new file could not be validated: "+e.Reason
	}
	if err != nil {
		return err
	}
	if result.ExitCode == 0 {
		return nil
	}
	refused := &vix.Error{
		Code: vix.CodeFail,
		Reason: fmt.Sprintf("The new file was refused by %s: it ended with the exit code %d. What was there is as it was.",
			program, result.ExitCode),
	}
	if w.Secret {
		refused.Reason += " What it said is not shown, because the content of the file is a secret."
		return refused
	}
	said := strings.TrimSpace(string(result.Stderr) + "\n" + string(result.Stdout))
	if len(said) > maxSaid {
		said = "… " + said[len(said)-maxSaid:]
	}
	refused.Choices = strings.Split(said, "\n")
	return refused
}

// maxSaid is how much is shown of what a validation says.
const maxSaid = 2000

func (w *writing) tell(what string) {
	if w.Progress != nil {
		w.Progress(w.vm, what)
	}
}

// place gives a file its name. Where the answer got lost, what is there tells what came of it.
func (g *Guest) place(ctx context.Context, temporary, name string, overwrite bool) error {
	var loss losses
	for {
		err := g.moveFile(ctx, temporary, name, overwrite)
		if err == nil || !wire.Lost(err) || ctx.Err() != nil || g.tooLong(&loss, err) {
			return err
		}
		info, failed := g.info(ctx, temporary)
		if failed != nil {
			return errors.Join(err, failed)
		}
		if info == nil {
			return nil
		}
		wire.Pause(ctx, firstRest)
	}
}
