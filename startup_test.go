// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import "testing"

func TestTracesAreWrittenForThoseWhoWantThem(t *testing.T) {
	for _, c := range []struct {
		variable string
		wanted   bool
	}{
		{"TF_LOG=DEBUG", true},
		{"TF_LOG_PROVIDER=TRACE", true},
		{"TF_LOG_PROVIDER_VIX=TRACE", true},
		{"TF_LOG_SDK=WARN", true},
		{"TF_LOG=", false},
		{"TF_LOG_CORE=TRACE", false},
		{"TF_LOG_PATH=/tmp/log", false},
		{"TF_DATA_DIR=x", false},
	} {
		if got := logsWanted([]string{"HOME=/", c.variable}); got != c.wanted {
			t.Errorf("%s: %v", c.variable, got)
		}
	}
}
