// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestFileHandovers know which object of the state has a file in a guest. The new object may write over what the old one has written,
// which is no file of somebody else.
type guestFileHandovers struct{ *objectHandovers }

// guestFilePriorKept is where a plan leaves for its second half, which plans the object that replaces this one, what this one has written.
const guestFilePriorKept = "prior"

// guestFilePrior is what an object that is replaced has written, as state tells of it.
type guestFilePrior struct {
	Key      string `json:"key"`
	SHA256   string `json:"sha256,omitempty"`
	Modified string `json:"modified,omitempty"`
}

func newGuestFileHandovers() *guestFileHandovers {
	return &guestFileHandovers{newObjectHandovers("vix-guest-files")}
}

// guestFileKey is what a file in the guest of a VM is known by, however its path is spelled.
func guestFileKey(vmID, name types.String) string {
	return guestKey("file", strings.ToLower(vmID.ValueString()), vix.GuestPathKey(name.ValueString()))
}

// is is what a file that was looked at must be to be the one that was written.
func (p guestFilePrior) is(file *vix.GuestFile) bool {
	return file.Type == vix.GuestRegular && p.Modified != "" && saidTime(file.Modified).ValueString() == p.Modified
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
