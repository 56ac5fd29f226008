// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"fmt"
	"slices"
	"strings"
)

// Switch is a behaviour that nobody could confirm: the real product does one of the values.
type Switch struct {
	Name   string
	What   string
	Values []string // the first one is what is played when a test says nothing
}

// The values that more than one switch has.
const (
	refused = "refused"
	works   = "works"
	silent  = "silent"
)

// Switches are all of them.
var Switches = []Switch{
	{"error-stream", "where errors are written", []string{"stdout", "stderr"}},
	{"error-status", "the exit status of an error", []string{"-1", "1"}},
	{"usage-status", "the exit status of the usage", []string{"-1", "1", "0"}},
	{"wrong-type", "-T of the other family: ws for Fusion, fusion for Workstation", []string{"service", "usage"}},
	{"player-on-workstation", "-T player on Workstation", []string{refused, works}},
	{"gui-without-display", "start with gui on a Linux without a display", []string{"error", "hangs"}},
	{"no-type", "a call of Workstation's without -T", []string{"player", "own"}},
	{"busy", "a change of a VM that another process works on", []string{"in-use", "transient"}},
	{"command-case", "whether the case of commands counts", []string{"folded", "exact"}},
	{"echo", "the spelling of paths in errors", []string{"given", "real"}},
	{"chatty", "what a change prints that succeeded", []string{silent, "text"}},
	{"list-paused", "whether list shows paused VMs", []string{"listed", "absent"}},
	{"list-users", "whether list shows the VMs of other users", []string{"own", "all"}},
	{"encrypted-running", "whether an encrypted VM that runs wants its password", []string{"password", "free"}},
	{"encrypted-live", "a snapshot or deletion of an encrypted VM with the right password", []string{refused, works}},
	{"tools-off", "checkToolsState of a VM that is off", []string{"not-powered-on", "unknown"}},
	{"tools-installed-status", "the exit status of checkToolsState's \"installed\"", []string{"0", "-2"}},
	{"ip-without-tools", "getGuestIPAddress without Tools", []string{"tools", "unable"}},
	{"start-running", "start of a VM that runs", []string{silent, "already-running"}},
	{"stop-suspended", "stop of a suspended VM", []string{refused, "off"}},
	{"soft-without-tools", "a soft stop without Tools", []string{refused, "hangs"}},
	{"reset-hard", "the state after a hard reset", []string{"on", "off"}},
	{"live-revert", "the state after going back to a snapshot with memory", []string{"suspended", "on", "off"}},
	{"snapshot-case", "whether the case of snapshot names counts", []string{"exact", "folded"}},
	{"snapshot-path", "a snapshot named by its path a/b", []string{works, refused}},
	{"snapshot-option", "whether clone takes -snapshot NAME beside -snapshot=NAME", []string{"equals", "both"}},
	{"player-list-snapshots", "listSnapshots on Player", []string{works, refused}},
	{"player-clone-text", "what Player says to clone", []string{"not-supported", "parameters"}},
	{"linked-without-snapshot", "a linked clone without -snapshot", []string{"current", "implicit"}},
	{"read-unset", "readVariable of what is not set", []string{"empty", "nothing"}},
	{"runtime-config-off", "writing runtimeConfig of a VM that is off", []string{refused, works}},
	{"register", "register and unregister", []string{"unrecognized", silent, "not-supported"}},
	{"vmrest-duplicate", "registering with vmrest what the library has", []string{"201", "409", "400", "500"}},
	{"vmrest-ids", "the id of a VM after it is registered again", []string{"stable", "new"}},
	{"vmrest-401", "the body of an answer 401", []string{"code", "empty", "html"}},
	{"vmrest-404", "the answer to the registration of a file that is not there", []string{"404", "400", "500"}},
	{"vmrest-accept", "a GET without the header Accept", []string{"406", works}},
	{"vmrest-parallel", "two requests at a time", []string{"500", "409", works}},
}

// Switch is the value that is played.
func (d *Desktop) Switch(name string) string {
	if v, ok := d.Config.Switches[name]; ok {
		return v
	}
	for _, s := range Switches {
		if s.Name == name {
			return s.Values[0]
		}
	}
	panic("no switch " + name)
}

func checkSwitches(values map[string]string) error {
	for name, value := range values {
		i := slices.IndexFunc(Switches, func(s Switch) bool { return s.Name == name })
		if i < 0 {
			return fmt.Errorf("no switch %q", name)
		}
		if !slices.Contains(Switches[i].Values, value) {
			return fmt.Errorf("the switch %s is one of %s, not %q", name, strings.Join(Switches[i].Values, ", "), value)
		}
	}
	return nil
}
