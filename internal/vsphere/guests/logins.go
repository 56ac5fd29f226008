// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// logins remember which logins guests have refused: guests lock accounts, and an inventory of programs and files would try the same
// wrong password as often as it has entries.
type logins struct {
	mu sync.Mutex
	// salt is this process's: a key tells nobody of a password, not even by trying.
	salt []byte
	all  map[[sha256.Size]byte]*attempts
}

// of are the attempts to log in to the guest of a VM with the same user and password, or the same ticket. No secret is kept for it.
func (l *logins) of(vm reference, login vix.GuestLogin) *attempts {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.salt, l.all = []byte(rand.Text()), map[[sha256.Size]byte]*attempts{}
	}
	raw, err := json.Marshal([]string{vm.Value, login.Username, login.Password, login.Ticket})
	if err != nil {
		panic("texts can be written as JSON: " + err.Error())
	}
	hash := hmac.New(sha256.New, l.salt)
	_, _ = hash.Write(raw) // never fails
	key := [sha256.Size]byte(hash.Sum(nil))
	if l.all[key] == nil {
		l.all[key] = &attempts{turn: make(chan struct{}, 1)}
	}
	return l.all[key]
}

// attempts are those of one login. Until the guest has accepted it they are made one after the other; one that is refused is the
// last, and its error is that of all who ask for it from then on.
type attempts struct {
	turn chan struct{}

	mu       sync.Mutex
	accepted bool
	refused  error
}

// try makes a call by the login, unless the guest has refused it. It waits for its turn at most for a patience; zero means as
// long as the context lasts.
func (a *attempts) try(ctx context.Context, patience time.Duration, call func(context.Context) error) error {
	if accepted, err := a.answer(); accepted || err != nil {
		return a.call(ctx, call, err)
	}
	wait, cancel := ctx, func() {}
	if patience > 0 {
		wait, cancel = context.WithTimeout(ctx, patience)
	}
	defer cancel()
	select {
	case a.turn <- struct{}{}:
	case <-wait.Done():
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &vix.Error{
			Code: vix.CodeToolsNotRunning, Kind: vix.ErrGuestBusy,
			Reason: "The same login is being tried in the guest, which has not answered yet. Nothing was begun.",
			Remedy: "Look at the guest's console, and at VMware Tools in it.",
		}
	}
	accepted, err := a.answer()
	if !accepted {
		defer func() { <-a.turn }()
		return a.call(ctx, call, err)
	}
	<-a.turn
	return a.call(ctx, call, err)
}

// answer is what the guest has said to the login.
func (a *attempts) answer() (accepted bool, refused error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.accepted, a.refused
}

// call makes a call, unless the login was refused, and keeps what the guest says to the login.
func (a *attempts) call(ctx context.Context, call func(context.Context) error, refused error) error {
	if refused != nil {
		return refused
	}
	err := call(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err == nil:
		a.accepted = true
	case errors.Is(err, vix.ErrGuestLoginRefused):
		a.refused = err
	}
	return err
}
