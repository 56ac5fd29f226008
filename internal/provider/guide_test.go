// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every row of the guide on what can go wrong names tests, and those exist.
func TestTheGuideNamesTestsThatExist(t *testing.T) {
	guide, err := os.ReadFile("../../templates/guides/what-can-go-wrong.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	exist := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	if err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			exist[m[1]] = true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	rows := 0
	for line := range strings.Lines(string(guide)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| What goes wrong") {
			continue
		}
		rows++
		tests := named.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 {
			t.Errorf("no test backs the row %q", line)
		}
		for _, m := range tests {
			if !exist[m[1]] {
				t.Errorf("there is no %s, which is to back the row %q", m[1], line)
			}
		}
	}
	if rows < 20 {
		t.Errorf("the guide has %d rows", rows)
	}
}

// What the guide on the other provider calls by its name here, is called so.
func TestTheGuideOnVSphereNamesWhatThereIs(t *testing.T) {
	guide, err := os.ReadFile("../../templates/guides/together-with-vsphere.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	w := newBareWorld(t)
	has := map[string]bool{}
	for name, schema := range w.schemas.ResourceSchemas {
		for _, a := range schema.Block.Attributes {
			has[name+"."+a.Name] = true
		}
	}
	for name, schema := range w.schemas.DataSourceSchemas {
		for _, a := range schema.Block.Attributes {
			has[name+"."+a.Name] = true
		}
	}
	for _, a := range w.schemas.Provider.Block.Attributes {
		has["provider."+a.Name] = true
	}
	found := regexp.MustCompile(`\bvix_\w+\.\w+`).FindAllString(string(guide), -1)
	for line := range strings.Lines(string(guide)) {
		if here, _, ok := strings.Cut(strings.TrimPrefix(line, "| provider: "), " |"); ok && strings.HasPrefix(line, "| provider: ") {
			for name := range strings.SplitSeq(here, ", ") {
				found = append(found, "provider."+strings.Trim(name, "`"))
			}
		}
	}
	for _, name := range found {
		if name != "vix_registration.web" && name != "vix_vm.web" && !has[name] {
			t.Errorf("there is no %s", name)
		}
	}
	if len(found) < 20 {
		t.Errorf("the guide names %q only", found)
	}
}
