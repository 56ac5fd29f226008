// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import "testing"

func TestAPathIsNotEscaped(t *testing.T) {
	if got := escapeUnlessPath(`a\b`); got != "a%5cb" {
		t.Errorf("escapeUnlessPath = %q", got)
	}
	if got := escapeUnlessPath("/DC0/vm/a%2fb"); got != "/DC0/vm/a%2fb" {
		t.Errorf("escapeUnlessPath of a path = %q", got)
	}
}
