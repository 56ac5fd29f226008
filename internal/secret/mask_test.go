// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package secret

import (
	"fmt"
	"testing"
)

func TestEachSecretIsHidden(t *testing.T) {
	m := NewMask("", "ab", "abc")
	if got := m.Hide("abc, ab; a b"); got != "(hidden), (hidden); a b" {
		t.Error(got)
	}
	if got := NewMask("").Hide("all"); got != "all" {
		t.Error(got)
	}
}

// A host's text may have a secret between quotes, where its own quotes are written otherwise.
func TestAQuotedSecretIsHidden(t *testing.T) {
	const password = `a"b\c`
	if got := NewMask(password).Hide(fmt.Sprintf("login %q", password)); got != `login "(hidden)"` {
		t.Errorf("got %s", got)
	}
}
