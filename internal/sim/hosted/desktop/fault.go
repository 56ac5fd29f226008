// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"fmt"
	"strings"
	"time"
)

// Fault is what the product does in place of, or beside, what it was asked for.
type Fault struct {
	ID      int    `json:"id"`             // given by AddFault
	Command string `json:"command"`        // "" for each; "version" is the call without arguments
	VM      string `json:"vm,omitempty"`   // path of a .vmx; "" for each
	From    int    `json:"from"`           // the first call that it hits, of those that it is about, counted from 1
	Times   int    `json:"times"`          // how many calls it hits; 0 for all from the first on
	Answer  string `json:"answer"`         // stdout; lines of an error begin with "Error: ". Empty: the command is carried out
	Stderr  string `json:"stderr"`         // beside
	Exit    *int   `json:"exit,omitempty"` // default: -1 for an answer that has an error, else that of the command

	Delay      time.Duration `json:"delay"`
	Hang       bool          `json:"hang"`        // it does not come back; after Answer, which is written at once
	IgnoreTerm bool          `json:"ignore_term"` // neither an interrupt nor SIGTERM ends it
	Child      bool          `json:"child"`       // what hangs is a child of vmrun's, which has its pipes
	Midway     bool          `json:"midway"`      // the fault comes when half of a change is done
	Late       bool          `json:"late"`        // the change is made all the same, and then the fault comes
	PostError  string        `json:"post_error"`  // the text of a Msg_Post block in the vmware.log of the VM
}

// AddFault makes a fault one that the calls from now on have.
func (d *Desktop) AddFault(f Fault) error {
	id, err := d.draw("faults", nil)
	if err != nil {
		return err
	}
	f.ID, f.From = id, max(f.From, 1)
	d.Config.Faults = append(d.Config.Faults, f)
	return d.Save()
}

// FaultOf is the fault that hits a call: of those that are about it, the first whose turn it is. Each counts by itself.
func (d *Desktop) FaultOf(command, vm string) (hit Fault, found bool) {
	for _, f := range d.Config.Faults {
		if f.Command != "" && !strings.EqualFold(f.Command, command) {
			continue
		}
		if f.VM != "" && Real(f.VM) != Real(vm) {
			continue
		}
		n, err := d.draw(fmt.Sprintf("fault-%d", f.ID), nil)
		if err == nil && !found && n >= f.From && (f.Times == 0 || n < f.From+f.Times) {
			hit, found = f, true
		}
	}
	return hit, found
}
