// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Read streams the content of a file to a writer.
func (g *Guest) Read(ctx context.Context, name string, to io.Writer) (*vix.GuestFile, error) {
	sum := sha256.New()
	got, err := g.get(ctx, name, io.MultiWriter(to, sum), math.MaxInt64)
	if err != nil {
		return nil, g.failedAt(name, err)
	}
	file := g.file(types.GuestFileInfo{Type: string(types.GuestFileTypeFile), Size: got.Size, Attributes: got.Attributes})
	file.Path, file.Name, file.SHA256 = name, g.os.base(name), hex.EncodeToString(sum.Sum(nil))
	return &file, nil
}
