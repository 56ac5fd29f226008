// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// hostile is a name that clears a terminal, writes on, and turns around what follows.
const hostile = "web\x1b[2J\x1b[1;1H\r\nApply complete!\u202egnihton"

// TestNothingThatIsShownActsOnATerminal: whatever passes a name or a text of the host on, a
// warning as well as an error, shows what it is made of.
func TestNothingThatIsShownActsOnATerminal(t *testing.T) {
	said := errors.New(hostile)
	for name, does := range map[string]func(w *world) diagnostics{
		"an adoption, planned": func(w *world) diagnostics {
			w.host.register(mustPath(t, webPath), hostile)
			return w.plan(nil, args{"vmx_path": webPath, "if_registered": "adopt"}).diags
		},
		"a create": func(w *world) diagnostics {
			p := w.plan(nil, args{"vmx_path": webPath})
			w.host.fail["Register"] = said
			_, diags := w.apply(nil, p, args{"vmx_path": webPath})
			return diags
		},
		"a plan": func(w *world) diagnostics {
			w.host.fail["Check"] = said
			return w.plan(nil, args{"vmx_path": webPath}).diags
		},
		"a refresh": func(w *world) diagnostics {
			o := w.create(args{"vmx_path": webPath})
			w.host.fail["Registration"] = said
			_, diags := w.read(o)
			return diags
		},
		"an import": func(w *world) diagnostics {
			w.host.fail["Open"] = said
			_, diags := w.importing(webPath, nil)
			return diags
		},
		"a data source": func(w *world) diagnostics {
			w.host.fail["Find"] = said
			_, diags := w.data("vix_vms", args{})
			return diags
		},
		"a query": func(w *world) diagnostics {
			w.host.register(mustPath(t, webPath), hostile)
			if shown := w.list(args{}, false, 10)[0].DisplayName; strings.ContainsAny(shown, "\x1b\n\r\u202e") {
				t.Errorf("the display name is %q", shown)
			}
			w.host.byPath(mustPath(t, webPath)).ID = ""
			return w.list(args{}, false, 10)[0].Diagnostics
		},
		"a connection": func(w *world) diagnostics {
			w.restart()
			w.connector = func(context.Context, vix.ConnectOptions) (vix.Host, error) { return nil, said }
			w.restart()
			return w.configure(args{"hostname": "vc", "username": "user", "password": "pass"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			diags := does(newWorld(t))
			if len(diags) == 0 {
				t.Fatal("nothing is said")
			}
			for _, d := range diags {
				if strings.Contains(d.Summary, "\n") {
					t.Errorf("the summary has lines: %q", d.Summary)
				}
			}
			text := diags.text()
			if !strings.Contains(text, `\u001b[2J`) && !strings.Contains(text, `\x1b[2J`) {
				t.Errorf("the name is not shown:\n%q", text)
			}
			for _, r := range text {
				if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
					t.Fatalf("it acts on a terminal (%U):\n%q", r, text)
				}
			}
		})
	}
}
