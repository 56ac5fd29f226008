// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"slices"
	"testing"
)

func TestFoldersAreReadAsHostsReportThem(t *testing.T) {
	if got := []string{folderBelow("[ds] a/b/"), folderBelow("[ds] a/b"), folderBelow("[ds]/a/b"), folderBelow("[ds] "), folderBelow("[ds]")}; !slices.Equal(got, []string{"a/b", "a/b", "a/b", "", ""}) {
		t.Errorf("folders: %q", got)
	}
}
