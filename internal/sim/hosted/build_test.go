// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import "testing"

// Tests of how vmrun is found change all of this before they make a product.
func TestBuildWhateverTheTestHasChanged(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"PATH", "HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	if _, err := build(); err != nil {
		t.Error(err)
	}
}
