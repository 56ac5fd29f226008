// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestFileHandovers know which object of the state has a file in a guest. Under create_before_destroy, and where a file goes to another
// address, a new object writes the file before the old one is deleted: that delete must leave it alone. And the new object may write
// over what the old one has written, which is no file of somebody else.
type guestFileHandovers struct {
	notes

	mu    sync.Mutex
	files map[string]*guestFileHolders
}

// guestFileHolders are the objects that want one file, by their ids.
type guestFileHolders struct {
	// writer has created the file in this process. stays is planned to keep it, goes to delete it.
	writer, stays string
	goes          []string
}

// guestFileObjectKept is where the id of an object stands in the private state: each create makes another.
const guestFileObjectKept = "object"

// guestFilePriorKept is where a plan leaves for its second half, which plans the object that replaces this one, what this one has written.
const guestFilePriorKept = "prior"

// guestFilePrior is what an object that is replaced has written, as state tells of it.
type guestFilePrior struct {
	Key      string `json:"key"`
	SHA256   string `json:"sha256,omitempty"`
	Modified string `json:"modified,omitempty"`
}

func newGuestFileHandovers() *guestFileHandovers {
	return &guestFileHandovers{notes: newNotes("vix-guest-files")}
}

// guestFileKey is what a file in the guest of a VM is known by, however its path is spelled.
func guestFileKey(vmID, name types.String) string {
	return guestKey("file", strings.ToLower(vmID.ValueString()), vix.GuestPathKey(name.ValueString()))
}

// is is what a file that was looked at must be to be the one that was written.
func (p guestFilePrior) is(file *vix.GuestFile) bool {
	return file.Type == vix.GuestRegular && p.Modified != "" && saidTime(file.Modified).ValueString() == p.Modified
}

// of are the holders of a file.
func (h *guestFileHandovers) of(key string) *guestFileHolders {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.files[key] == nil {
		set(&h.files, key, new(guestFileHolders))
	}
	return h.files[key]
}

// replaces notes for the apply what the object that is created will find of the one that it replaces. An apply plans once more,
// and knows of none then.
func (h *guestFileHandovers) replaces(ctx context.Context, key string, prior guestFilePrior) {
	if prior.Key == key {
		h.note(ctx, h.fileOf(key), prior)
	}
}

// replaced is what the plan has noted of the object that is replaced; zero if there is none.
func (h *guestFileHandovers) replaced(key string) guestFilePrior {
	prior, err := read[guestFilePrior](h.fileOf(key))
	if err != nil || prior.Key != key {
		return guestFilePrior{}
	}
	return prior
}

// stays notes that an object is planned to keep its file, goes that it is planned to delete it. An object that deletes what another one
// keeps is noted for the apply, which sees the one that goes alone.
func (h *guestFileHandovers) stays(ctx context.Context, key, object string) {
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	of.stays = object
	_ = os.Remove(h.fileOf(key)) // the second half of this plan says whether it is replaced
	for _, other := range of.goes {
		h.hand(ctx, key, other, object)
	}
}

func (h *guestFileHandovers) goes(ctx context.Context, key, object string) {
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	of.goes = append(of.goes, object)
	_ = os.Remove(h.fileOf(key, object)) // of an earlier plan
	if of.stays != "" {
		h.hand(ctx, key, object, of.stays)
	}
}

func (h *guestFileHandovers) hand(ctx context.Context, key, from, to string) {
	if from != to {
		h.note(ctx, h.fileOf(key, from), to)
	}
}

func (h *guestFileHandovers) note(ctx context.Context, file string, value any) {
	if !h.usable() {
		return
	}
	if err := h.write(file, value); err != nil {
		tflog.Warn(ctx, "cannot note what becomes of a file in a guest", map[string]any{"error": err.Error()})
	}
}

// created notes that an object has the file from now on.
func (h *guestFileHandovers) created(key, object string) {
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	of.writer = object
	_ = os.Remove(h.fileOf(key)) // what it has replaced is past
}

// isAnothers reports that the file belongs to another object by now than the one that is deleted.
func (h *guestFileHandovers) isAnothers(key, object string) bool {
	of := h.of(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	if of.writer != "" {
		return of.writer != object
	}
	to, err := read[string](h.fileOf(key, object))
	return err == nil && to != object
}

// forget ends what was noted of an object that is gone.
func (h *guestFileHandovers) forget(key, object string) {
	_ = os.Remove(h.fileOf(key, object))
	_ = os.Remove(h.fileOf(key))
}
