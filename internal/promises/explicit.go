// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"fmt"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// explicitOf notes which addresses a configuration lets unregister: a clone's always, whoever has registered it since. What
// an earlier one has let unregister stays so until another one is applied: a plan that is refused leaves it in the state.
func (w *World) explicitOf(ws *Workspace, config Config) {
	if w.explicit[ws] == nil {
		w.explicit[ws] = map[string]bool{}
	}
	for address, r := range config.Resources {
		if r.Attributes["on_destroy"] == "unregister" || typeOf(address) == "vix_clone" {
			w.explicit[ws][address] = true
		}
	}
}

// applied forgets what the configuration before this one let unregister.
func (w *World) applied(ws *Workspace, config Config, result *Result) {
	if result == nil || result.Killed || result.Failed() {
		return
	}
	clear(w.explicit[ws])
	w.explicitOf(ws, config)
}

// claims finds what a destroy would unregister although this workspace has not registered it.
func (w *World) claims(ws *Workspace, after map[string]sim.Registered) []Finding {
	var found []Finding
	for address, o := range ws.State.Current {
		id := text(o.Value, "managed_object_id")
		r, ok := after[id]
		if !ok || !unregisters(o) || w.explicit[ws][address] || w.made[id] == ws || w.claimed[ws.Name+id] {
			continue
		}
		w.claimed[ws.Name+id] = true
		found = append(found, Finding{NotOurs, fmt.Sprintf(
			"%s counts as registered by %s, which it was not: a destroy unregisters it", w.label(r), address)})
	}
	return found
}
