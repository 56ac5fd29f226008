// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// fileID names the file of p on ds, whatever the datastore is called and through
// whichever datacenter it is seen: two paths with one fileID are one file. Where
// the host tells no URL, the datastore is only itself.
func (ds *datastore) fileID(p vix.Path) string {
	return ds.volume() + "/" + p.File
}

// volume is what all mounts of one datastore share.
func (ds *datastore) volume() string {
	if url := strings.TrimRight(ds.URL, "/"); url != "" {
		return url
	}
	return ds.ref.String()
}
