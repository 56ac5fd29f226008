// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// foresight knows what plans have said of the ends of things: nothing is powered off, reverted or deleted that no plan has said. A plan's
// private data tell the delete, but for an object that is deposed: Terraform plans its end anew in the apply, where nobody is asked any
// more, and gives the delete that. So what is said is noted beside, with the walk of the graph that has said it, and of a walk that both
// plans and deletes the walk before it counts.
type foresight struct {
	notes
	// walk is this one: a process of the provider, or a configuration of it.
	walk string
}

// foretold is what is noted of a thing: what the last two walks have said of its end, the last one last.
type foretold struct {
	Walks []foreseen `json:"walks"`
}

// foreseen is what one walk has said of an end.
type foreseen struct {
	Walk string          `json:"walk"`
	End  json.RawMessage `json:"end"`
}

func newForesight() foresight { return foresight{newNotes("vix-foreseen"), rand.Text()} }

// says notes what this walk says of the end of a thing, beside what the walk before it has said.
func (f foresight) says(ctx context.Context, thing string, end any) {
	if !f.usable() {
		return
	}
	raw, err := json.Marshal(end)
	if err == nil {
		walks := append(slices.DeleteFunc(f.of(thing), f.isOwn), foreseen{f.walk, raw})
		err = f.write(f.fileOf(thing), foretold{walks[max(0, len(walks)-2):]})
	}
	if err != nil {
		tflog.Warn(ctx, "cannot note what a plan says of an end", map[string]any{"thing": thing, "error": err.Error()})
	}
}

// nothing notes that this walk has said nothing of the end of a thing.
func (f foresight) nothing(thing string) { _ = os.Remove(f.fileOf(thing)) }

// of is what walks have said of a thing, the last one last.
func (f foresight) of(thing string) []foreseen {
	noted, _ := read[foretold](f.fileOf(thing))
	return noted.Walks
}

func (f foresight) isOwn(by foreseen) bool { return by.Walk == f.walk }

// saidOf is what a plan has said of the end of a thing: what was planned in that walk, unless that is this one. It is zero if none has.
func saidOf[T any](f foresight, thing, walk string, planned T) T {
	if walk != f.walk {
		return planned
	}
	var end T
	if before := slices.DeleteFunc(f.of(thing), f.isOwn); len(before) > 0 {
		_ = json.Unmarshal(before[len(before)-1].End, &end)
	}
	return end
}
