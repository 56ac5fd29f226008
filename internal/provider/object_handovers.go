// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"os"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// objectHandovers know which object of the state has a thing of a VM: a file of its guest, a variable, its power. Under
// create_before_destroy, and where a thing goes to another address, a new object makes it before the old one is deleted: that delete must
// leave it alone.
type objectHandovers struct {
	notes
	// walk is this one: of the plan, or of the apply.
	walk string

	mu     sync.Mutex
	things map[string]*objectHolders
}

// objectHolders are the objects that want one thing, by their ids.
type objectHolders struct {
	// writer has created the thing in this process. stays is planned to keep it, goes to delete it.
	writer, stays string
	goes          []string
}

// handedOver is what is noted of an object that goes: to whom its thing goes, and which walk has planned that. An object that is deposed is
// planned once more in the apply, which has Seen it then; another walk that does not plan the same any more ends it.
type handedOver struct {
	To   string `json:"to"`
	By   string `json:"by"`
	Seen string `json:"seen,omitempty"`
}

// objectKept is where the id of an object stands in the private state: each create makes another.
const objectKept = "object"

// newVariableHandovers know which object of the state has a variable.
func newVariableHandovers() *objectHandovers { return newObjectHandovers("vix-variables") }

// newPowerHandovers know which object of the state has the power of a VM.
func newPowerHandovers() *objectHandovers { return newObjectHandovers("vix-powers") }

func newObjectHandovers(kind string) *objectHandovers {
	return &objectHandovers{notes: newNotes(kind), walk: rand.Text()}
}

// objectOf is the id of an object that is read. One that has none, since it was imported or is of an earlier version, gets one.
func objectOf(ctx context.Context, private privateGetter, kept privateSetter, diags *diag.Diagnostics) string {
	object := privateFrom[string](ctx, private, objectKept, diags)
	if object == "" {
		object = rand.Text()
		savePrivate(ctx, kept, objectKept, object, diags)
	}
	return object
}

// of are the holders of a thing.
func (h *objectHandovers) of(key string) *objectHolders {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.things[key] == nil {
		set(&h.things, key, new(objectHolders))
	}
	return h.things[key]
}

// stays notes that an object is planned to keep its thing, goes that it is planned to delete it. An object that deletes what another one
// keeps is noted for the apply, which sees the one that goes alone.
func (h *objectHandovers) stays(ctx context.Context, key, object string) {
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	of.stays = object
	_ = os.Remove(h.fileOf(key)) // the second half of this plan says whether it is replaced
	for _, other := range of.goes {
		h.hand(ctx, key, other, object)
	}
}

func (h *objectHandovers) goes(ctx context.Context, key, object string) {
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	of.goes = append(of.goes, object)
	file := h.fileOf(key, object)
	switch noted, err := read[handedOver](file); {
	case err != nil || noted.By == h.walk || noted.Seen == h.walk:
	case noted.Seen == "":
		noted.Seen = h.walk
		h.note(ctx, file, noted)
	default:
		_ = os.Remove(file) // of an earlier plan
	}
	if of.stays != "" {
		h.hand(ctx, key, object, of.stays)
	}
}

func (h *objectHandovers) hand(ctx context.Context, key, from, to string) {
	if from != to {
		h.note(ctx, h.fileOf(key, from), handedOver{To: to, By: h.walk})
	}
}

func (h *objectHandovers) note(ctx context.Context, file string, value any) {
	if !h.usable() {
		return
	}
	if err := h.write(file, value); err != nil {
		tflog.Warn(ctx, "cannot note what becomes of what goes from one object to another", map[string]any{"error": err.Error()})
	}
}

// created notes that a new object has the thing from now on, and keeps the object's id.
func (h *objectHandovers) created(ctx context.Context, key string, kept privateSetter, diags *diag.Diagnostics) {
	object := rand.Text()
	savePrivate(ctx, kept, objectKept, object, diags)
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	of.writer = object
	_ = os.Remove(h.fileOf(key)) // what it has replaced is past
}

// isAnothers reports that the thing belongs to another object by now than the one that is deleted.
func (h *objectHandovers) isAnothers(key, object string) bool {
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	if of.writer != "" {
		return of.writer != object
	}
	noted, err := read[handedOver](h.fileOf(key, object))
	return err == nil && noted.To != object && (noted.Seen == "" || noted.Seen == h.walk)
}

// forget ends what was noted of an object that is gone.
func (h *objectHandovers) forget(key, object string) {
	_ = os.Remove(h.fileOf(key, object))
	_ = os.Remove(h.fileOf(key))
}
