// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"crypto/rand"
	"encoding/hex"
	"hash/fnv"
	"path"
	"slices"
	"strings"
)

// Login is an attempt to log in.
type Login struct {
	User        string // empty for a ticket that is not known
	Ticket      bool
	Interactive bool
	OK          bool
}

type ticket struct {
	user        string
	interactive bool
}

type forbidden struct {
	user, at string
	read     bool
}

// AddUser lets a further user log in.
func (g *Guest) AddUser(name, password string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.users[name] = password
}

// SetConsoleUser says who sits at the console; nobody at the start.
func (g *Guest) SetConsoleUser(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.console = name
}

// Login checks a password. ErrNoCredentials without a name, ErrLogin, ErrNoConsole.
func (g *Guest) Login(name, password string, interactive bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.login(name, password, interactive)
}

func (g *Guest) login(name, password string, interactive bool) error {
	want, known := g.users[g.account(name)]
	ok := known && name != "" && want == password
	g.logins = append(g.logins, Login{User: name, Interactive: interactive, OK: ok})
	switch {
	case name == "":
		return ErrNoCredentials
	case !ok:
		return ErrLogin
	case interactive && g.account(name) != g.console:
		return ErrNoConsole
	}
	return nil
}

// account is the user that a name means: Windows takes a domain in front and does not tell cases apart.
func (g *Guest) account(name string) string {
	if !g.opts.Windows {
		return name
	}
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		name = name[i+1:]
	}
	for known := range g.users {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return name
}

// AcquireTicket checks a password and gives a ticket for it.
func (g *Guest) AcquireTicket(name, password string, interactive bool) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.login(name, password, interactive); err != nil {
		return "", err
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	t := "ticket-" + hex.EncodeToString(b)
	g.tickets[t] = ticket{g.account(name), interactive}
	return t, nil
}

// LoginByTicket checks a ticket and tells whose it is.
func (g *Guest) LoginByTicket(t string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	held, ok := g.tickets[t]
	g.logins = append(g.logins, Login{User: held.user, Ticket: true, Interactive: held.interactive, OK: ok})
	if !ok {
		return "", ErrLogin
	}
	return held.user, nil
}

// ReleaseTicket makes a ticket void. ErrLogin for one that is not known.
func (g *Guest) ReleaseTicket(t string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.tickets[t]; !ok {
		return ErrLogin
	}
	delete(g.tickets, t)
	return nil
}

// ExpireTickets makes every ticket void.
func (g *Guest) ExpireTickets() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.tickets)
}

// Tickets returns how many tickets are good.
func (g *Guest) Tickets() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.tickets)
}

// Logins returns every attempt to log in, in order.
func (g *Guest) Logins() []Login {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.logins)
}

// Forbid takes the right to write below a path from a user, "" for all of them, in calls; with read also to read.
func (g *Guest) Forbid(user, name string, read bool) error {
	at, err := g.resolve(name, true)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forbidden = append(g.forbidden, forbidden{user, at, read})
	return nil
}

// admin reports a user who may do everything.
func (g *Guest) admin(user string) bool {
	return user == "root" || g.opts.Windows
}

// userID is the number of a user.
func (g *Guest) userID(user string) int32 {
	if user == "root" {
		return 0
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(user)) // it never fails
	return 1000 + int32(sum.Sum32()%1000)
}

// Home is a user's home directory.
func (g *Guest) Home(user string) string {
	switch {
	case g.opts.Windows:
		return `C:\Users\` + g.account(user)
	case user == "root":
		return "/root"
	}
	return "/home/" + user
}

// may says whether a user may read or write at a resolved path.
func (g *Guest) may(user, at string, write bool) bool {
	if write && (at == "." || g.ofMachine(at) || within(at, "proc") || within(at, "dev")) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.forbidden {
		if (f.user == "" || f.user == user) && within(at, f.at) && (write || f.read) {
			return false
		}
	}
	if g.admin(user) {
		return true
	}
	home := strings.TrimPrefix(g.Home(user), "/")
	if write {
		return within(at, "tmp") || within(at, "var/tmp") || within(at, home)
	}
	return !within(at, "root")
}

func within(at, dir string) bool {
	return dir == "." || at == dir || strings.HasPrefix(at, path.Clean(dir)+"/")
}
