// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// sessionFolder is where govc keeps its sessions.
func sessionFolder() string {
	home := os.Getenv("GOVMOMI_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			user = os.Getenv("HOME")
		}
		home = filepath.Join(user, ".govmomi")
	}
	return filepath.Join(home, "sessions")
}

// open takes the cached session or logs in. What is cached and cannot be read as a
// session is replaced: that shows before the host is asked anything, so that no login is sent
// twice. A session that cannot be cached is ended again.
func (l *Line) open(ctx context.Context, on *trip, configure func(*soap.Client) error) error {
	err := l.sessions.Login(ctx, l.Client, configure)
	if l.Options.SessionCache && !on.had.Load() && isDamaged(err) {
		l.sessions.Reauth = true
		*l.Client = vim25.Client{}
		err = l.sessions.Login(ctx, l.Client, configure)
	}
	if err != nil && l.User.UserName != "" && l.Client.Client != nil {
		l.logout(ctx)
	}
	return l.cacheError(err)
}

// keep writes the session for the next run, or ends it.
func (l *Line) keep(ctx context.Context) error {
	err := l.sessions.Save(l.Client)
	if err != nil {
		l.logout(ctx)
	}
	return l.cacheError(err)
}

// logout ends a session that nobody will have the key of. That it cannot be done is
// no news beside why it is done.
func (l *Line) logout(ctx context.Context) {
	_ = session.NewManager(l.Client).Logout(ctx)
}

// isDamaged reports that a file is no cached session.
func isDamaged(err error) bool {
	if _, online := errors.AsType[*url.Error](err); online || soap.IsSoapFault(err) {
		return false
	}
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, other := errors.AsType[*json.UnmarshalTypeError](err)
	return syntax || other || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// cacheError explains that a session cannot be kept; any other error stays as it is.
func (l *Line) cacheError(err error) error {
	file, ok := errors.AsType[*fs.PathError](err)
	if !ok || !l.Options.SessionCache {
		return err
	}
	return &vix.Error{
		Op: "keep the session of", Object: l.Endpoint.Host, Code: vix.CodeFileError, Kind: vix.ErrSessionNotKept,
		Reason: "The login is kept in a file between runs, and that fails: " + file.Error() + ". No session is left open.",
		Remedy: "Make " + l.sessions.DirSOAP + " a folder that this user can write, or name another one in GOVMOMI_HOME.",
		Cause:  err,
	}
}

// adoptCachedSession asks whose session the cache held.
func (l *Line) adoptCachedSession(ctx context.Context) error {
	user, err := session.NewManager(l.Client).UserSession(ctx)
	if err != nil {
		return err
	}
	if user != nil {
		l.User = *user
	}
	return nil
}
