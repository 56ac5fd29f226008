// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// fakeBrowser is datastores that hold what a test says.
type fakeBrowser struct {
	// files is what a search finds, fileQuery what it was asked.
	files     vix.Files
	fileQuery vix.FileQuery
	// filesFail is the answer instead.
	filesFail error
}

var _ vix.Browser = (*fakeBrowser)(nil)

func (b *fakeBrowser) Files(_ context.Context, query vix.FileQuery) (*vix.Files, error) {
	b.fileQuery = query
	return &b.files, b.filesFail
}
