// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
)

// inTheGuest are the functions of VIX that work in a guest.
const inTheGuest = `
LoginInGuest LogoutFromGuest RunProgramInGuest RunScriptInGuest ListProcessesInGuest KillProcessInGuest CopyFileFromHostToGuest
CopyFileFromGuestToHost DeleteFileInGuest FileExistsInGuest RenameFileInGuest CreateTempFileInGuest GetFileInfoInGuest
ListDirectoryInGuest CreateDirectoryInGuest DeleteDirectoryInGuest DirectoryExistsInGuest`

// TestEveryGuestFunctionHasItsRow holds the README's table of what works in guests to VIX, to the provider and to its tests.
func TestEveryGuestFunctionHasItsRow(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- VIX in the guest -->\n")
	rows, after, ok := strings.Cut(rest, "<!-- /VIX in the guest -->\n")
	if !ok {
		t.Fatal("README.md has no table of what works in guests")
	}
	function, named := regexp.MustCompile("`VixVM_(\\w+)`"), regexp.MustCompile("`((?:provider|resource|data|action|ephemeral) \"\\w+\")`")
	here, tests := regexp.MustCompile("`(Test\\w+)`"), declaredTests(t)
	are, seen, with := guestThings(t), map[string]bool{}, 0
	for row := range strings.Lines(rows) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), " | ")
		functions := function.FindAllStringSubmatch(cells[0], -1)
		if len(functions) == 0 {
			continue // the head
		}
		for _, f := range functions {
			if seen[f[1]] {
				t.Errorf("%s has two rows", f[1])
			}
			seen[f[1]] = true
		}
		if strings.HasPrefix(strings.TrimSpace(cells[1]), "none: ") {
			continue
		}
		with += len(functions)
		if len(cells) != 3 || !named.MatchString(cells[1]) || !here.MatchString(cells[2]) {
			t.Errorf("the row names no counterpart, or no test: %s", row)
			continue
		}
		for _, name := range named.FindAllStringSubmatch(cells[1], -1) {
			if !are[name[1]] {
				t.Errorf("there is no %s", name[1])
			}
		}
		for _, name := range here.FindAllStringSubmatch(cells[2], -1) {
			if !tests[name[1]] {
				t.Errorf("there is no %s", name[1])
			}
		}
	}
	all := strings.Fields(inTheGuest)
	for _, f := range all {
		if !seen[f] {
			t.Errorf("%s has no row", f)
		}
	}
	sum := fmt.Sprintf("Of the %d functions of VIX that work in the guest, %d have a counterpart here, and %d need none.",
		len(all), with, len(all)-with)
	if len(seen) != len(all) || !strings.HasPrefix(strings.TrimSpace(after), sum) {
		t.Errorf("%d functions have rows; below the table there should stand: %s", len(seen), sum)
	}
}

// declaredTests are the tests that there are.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	all, declared := map[string]bool{}, regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("internal", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			all[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// guestThings are what a configuration can name of the provider.
func guestThings(t *testing.T) map[string]bool {
	t.Helper()
	schema, err := provider.New("test", nil).Server().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{`provider "vix"`: true}
	for name := range schema.ResourceSchemas {
		all[fmt.Sprintf("resource %q", name)] = true
	}
	for name := range schema.DataSourceSchemas {
		all[fmt.Sprintf("data %q", name)] = true
	}
	for name := range schema.ActionSchemas {
		all[fmt.Sprintf("action %q", name)] = true
	}
	for name := range schema.EphemeralResourceSchemas {
		all[fmt.Sprintf("ephemeral %q", name)] = true
	}
	return all
}
