// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// numbersOf is a set of numbers, as a configuration has it.
func numbersOf(numbers ...int) []tftypes.Value {
	out := []tftypes.Value{}
	for _, n := range numbers {
		out = append(out, tftypes.NewValue(tftypes.Number, n))
	}
	return out
}

// blocked puts a file where a folder would have to be made.
func blocked(t *testing.T, folder string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Dir(folder)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Dir(folder), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// noLogin is what is said where there is no login at all.
const noLogin = "ERROR: No login for the guest\nSet guest_username and guest_password in the provider's configuration, or the environment " +
	"variables VIX_GUEST_USERNAME and VIX_GUEST_PASSWORD"

// resourcesLogin is what is added where a resource may have its own.
const resourcesLogin = ", or the resource's own guest_username and guest_password_wo, or guest_ticket_wo"

func TestWhichLoginCounts(t *testing.T) {
	for name, c := range map[string]struct {
		provider, own args
		env           map[string]string
		want          vix.GuestLogin
		says          string
	}{
		"provider":    {provider: args{"guest_username": "root", "guest_password": "p"}, want: vix.GuestLogin{Username: "root", Password: "p"}},
		"environment": {env: map[string]string{"VIX_GUEST_USERNAME": "env", "VIX_GUEST_PASSWORD": "e"}, want: vix.GuestLogin{Username: "env", Password: "e"}},
		"configuration wins": {
			provider: args{"guest_username": "root", "guest_password": "p"}, env: map[string]string{"VIX_GUEST_USERNAME": "env"},
			want: vix.GuestLogin{Username: "root", Password: "p"},
		},
		"own": {
			provider: args{"guest_username": "root", "guest_password": "p"},
			own:      args{"guest_username": "ada", "guest_password_wo": "o", "interactive": true},
			want:     vix.GuestLogin{Username: "ada", Password: "o", Interactive: true},
		},
		"own password": {
			provider: args{"guest_username": "root", "guest_password": "p"}, own: args{"guest_password_wo": "o"},
			want: vix.GuestLogin{Username: "root", Password: "o"},
		},
		"ticket": {
			provider: args{"guest_username": "root", "guest_password": "p"}, own: args{"guest_ticket_wo": "t"}, want: vix.GuestLogin{Ticket: "t"},
		},
		"none":      {says: noLogin + resourcesLogin + ".\n\n"},
		"no user":   {provider: args{"guest_password": "p"}, says: "ERROR: No user for the guest\n"},
		"no secret": {own: args{"guest_username": "ada"}, says: "ERROR: No password for the guest\n"},
		"empty":     {provider: args{"guest_username": "", "guest_password": ""}, says: noLogin},
	} {
		t.Run(name, func(t *testing.T) {
			w := newBareWorld(t)
			for variable, value := range c.env {
				t.Setenv(variable, value)
			}
			w.becomes(guestRunType)
			config := args{"hostname": "vc", "username": "user", "password": "pass"}
			maps.Copy(config, c.provider)
			w.configure(config).none(t)
			id := w.host.register(mustPath(t, webPath), "web").ID
			w.host.guest.tickets = map[string]bool{"t": true}
			run := args{"vm_id": id, "program": "/bin/x"}
			maps.Copy(run, c.own)
			p := w.plan(nil, run)
			if c.says != "" {
				p.diags.has(t, c.says, "VIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)")
				return
			}
			p.diags.none(t)
			_, diags := w.apply(nil, p, run)
			diags.none(t)
			if w.host.guest.login != c.want {
				t.Errorf("the login is %s %q %q", w.host.guest.login, w.host.guest.login.Password, w.host.guest.login.Ticket)
			}
		})
	}
}

// What is not known yet is no error at plan, and the provider connects without it.
func TestALoginThatIsNotKnownYet(t *testing.T) {
	w := newBareWorld(t)
	w.becomes(guestRunType)
	w.configure(args{"hostname": "vc", "username": "user", "password": "pass", "guest_username": "root", "guest_password": unknown}).none(t)
	id := w.host.register(mustPath(t, webPath), "web").ID
	config := args{"vm_id": id, "program": "/bin/x"}
	p := w.plan(nil, config)
	p.diags.none(t)
	_, diags := w.apply(nil, p, config)
	diags.has(t, "ERROR: The login for the guest is not known yet\n")
	for _, name := range []string{"guest_username", "guest_password_wo", "guest_ticket_wo"} {
		own := args{"vm_id": id, "program": "/bin/x", name: unknown}
		w.validate(own).none(t)
		w.plan(nil, own).diags.none(t)
	}
}

// A change of the login runs nothing, and replaces nothing.
func TestAnotherLoginChangesNothingInTheGuest(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	o := w.create(args{"vm_id": id, "program": "/bin/x"})
	w.host.made()
	config := args{"vm_id": id, "program": "/bin/x", "guest_username": "ada", "guest_password_wo": "o", "interactive": true}
	p := w.plan(o, config)
	p.diags.none(t)
	_, diags := w.apply(o, p, config)
	diags.none(t)
	if len(p.replace) > 0 || w.host.guest.all() != 1 {
		t.Errorf("it replaces %v, starts are %v", p.replace, w.host.guest.starts)
	}
}

// A refused login is tried once, and says whose it is.
func TestALoginThatTheGuestRefuses(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.password = "another"
	config := args{"vm_id": id, "program": "/bin/x"}
	p := w.plan(nil, config)
	p.diags.none(t)
	w.host.made()
	_, diags := w.apply(nil, p, config)
	diags.only(t, "ERROR: Cannot log in to the guest of [storage1] web/web.vmx\nThe guest refuses the login as \"root\".\n\n"+
		"The login is the provider's guest_username and guest_password, or VIX_GUEST_USERNAME and VIX_GUEST_PASSWORD; a resource may have its "+
		"own, guest_username and guest_password_wo, or guest_ticket_wo.\n\nVIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024) on vc")
	calls(t, w.host, "OpenID "+id, "RunInGuest")
}

func TestPrivilegesInTheGuestAreSaidAtPlan(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	for op, lacks := range map[string]bool{"execute": true, "query": false, "modify": false} { // the host knows what running takes
		w.host.fail = map[string]error{"CheckGuest " + op: &vix.Error{
			Op: "work in the guest of", Object: webPath, Code: vix.CodeHostUserPermissions, Reason: "The user lacks " + op + ".",
		}}
		diags := w.plan(nil, args{"vm_id": id, "program": "/bin/x"}).diags
		if diags.failed() != lacks {
			t.Errorf("%s: %s", op, diags.text())
		}
		if lacks {
			diags.has(t, "The user lacks "+op+".\n\nVIX_E_HOST_USER_PERMISSIONS (3014) on vc")
		}
	}
	w = lacking(t, vix.FeatureGuest)
	w.becomes(guestRunType)
	w.plan(nil, args{"vm_id": w.host.register(mustPath(t, webPath), "web").ID, "program": "/bin/x"}).diags.has(t, notSupported("VixVM_LoginInGuest"))
}
