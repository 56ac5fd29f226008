// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// What is sayable is what XML carries as it is, and nothing else is.
func TestUnsayableIsWhatXMLChanges(t *testing.T) {
	for r := range rune(0x11000) {
		if r >= 0xd800 && r < 0xe000 {
			continue // no characters
		}
		raw, err := xml.Marshal("a" + string(r))
		if err != nil {
			t.Fatal(err)
		}
		changed := r != '\ufffd' && strings.ContainsRune(string(raw), '\ufffd')
		if why := vix.Unsayable("a" + string(r)); changed != (why != "") {
			t.Errorf("%U: %q", r, why)
		}
	}
	if why := vix.Unsayable("a\xff"); why != "It is not valid UTF-8." {
		t.Error(why)
	}
	if why := vix.Unsayable("a\x1bb"); why != "It has the character U+001B, which cannot be sent to a host." {
		t.Error(why)
	}
}
