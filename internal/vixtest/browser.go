// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"slices"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var browserClauses = []clause{
	{"FilesListsWhatIsThere", vix.FeatureFiles, filesListsWhatIsThere},
}

func filesListsWhatIsThere(t *testing.T, s *subject) {
	before := s.Fingerprint(t)
	s.Register(t, s.Paths[0])
	found, err := s.browser.Files(s.ctx, vix.FileQuery{Folder: s.Folder})
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range s.Paths {
		at := slices.IndexFunc(found.Files, func(f vix.File) bool { return f.Path == s.path(t, text) })
		if at < 0 {
			t.Errorf("%s is not found", text)
			continue
		}
		if registered := len(found.Files[at].Registered) > 0; registered != (i == 0 && !found.RegisteredUnknown) {
			t.Errorf("%s: registered is %t", text, registered)
		}
	}
	if s.Fingerprint(t) != before {
		t.Error("looking for files changed them")
	}
}
