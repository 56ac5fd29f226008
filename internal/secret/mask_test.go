// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package secret

import "testing"

func TestEachSecretIsHidden(t *testing.T) {
	m := NewMask("", "ab", "abc")
	if got := m.Hide("abc, ab; a b"); got != "(hidden), (hidden); a b" {
		t.Error(got)
	}
	if got := NewMask("").Hide("all"); got != "all" {
		t.Error(got)
	}
}
