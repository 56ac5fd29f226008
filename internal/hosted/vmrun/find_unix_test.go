// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package vmrun

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestVMRunIsLookedForWhereItIsSaidToBe(t *testing.T) {
	dir := t.TempDir()
	good, plain, folder := filepath.Join(dir, "good"), filepath.Join(dir, "plain"), filepath.Join(dir, "folder")
	if err := errors.Join(os.WriteFile(good, nil, 0o755), os.WriteFile(plain, nil, 0o644), os.Mkdir(folder, 0o755)); err != nil {
		t.Fatal(err)
	}
	none := func(string) (string, error) { return "", errors.New("executable file not found in $PATH") }
	for given, code := range map[string]vix.Code{
		good: vix.CodeOK, plain: vix.CodeFileAccessError, folder: vix.CodeNotAFile, filepath.Join(dir, "none"): vix.CodeFileNotFound,
		"vmrun": vix.CodeInvalidArg,
	} {
		at, err := find(given, none, []string{good})
		if vix.CodeOf(err) != code || err == nil && at != given {
			t.Errorf("%s: %q, %v", given, at, err)
		}
	}
	if at, err := find("", func(string) (string, error) { return plain, nil }, []string{good}); at != plain || err != nil {
		t.Errorf("PATH comes first: %q, %v", at, err)
	}
	if at, err := find("", none, []string{folder, plain, good}); at != good || err != nil {
		t.Errorf("what cannot be run is passed over: %q, %v", at, err)
	}
	_, err := find("", none, []string{folder, plain, filepath.Join(dir, "none")})
	for _, want := range []string{"PATH", folder + " is a folder", plain + " is not executable", "none is not there"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
