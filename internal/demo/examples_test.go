// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// source is what a user has in front of a snippet of the documentation.
const source = `terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}
`

// withOverride is a CLI that takes the built provider without an init.
func withOverride(t *testing.T) (*cli, string) {
	t.Helper()
	dir, _ := built(t)
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cli, err := findCLI(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	override, err := json.Marshal(filepath.ToSlash(dir))
	if err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(t.TempDir(), "cli.tfrc")
	write(t, settings, fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %s\n  }\n}\n",
		cli.registry()+"/terraform-vix/vix", override))
	cli.set("TF_CLI_CONFIG_FILE", settings)
	return cli, root
}

// TestExamples has terraform validate every configuration below examples. A file
// import-by-….tf is one way among several: each is tried by itself.
func TestExamples(t *testing.T) {
	cli, root := withOverride(t)
	examples := filepath.Join(root, "examples")
	configs := map[string][]string{} // the files of each folder
	err := filepath.WalkDir(examples, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tf" {
			configs[filepath.Dir(path)] = append(configs[filepath.Dir(path)], path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(configs) < 8 {
		t.Fatalf("there are examples in %d folders only", len(configs))
	}
	for folder, files := range configs {
		name, err := filepath.Rel(examples, folder)
		if err != nil {
			t.Fatal(err)
		}
		var always, ways []string
		for _, file := range files {
			if strings.HasPrefix(filepath.Base(file), "import-by-") {
				ways = append(ways, file)
			} else {
				always = append(always, file)
			}
		}
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(filepath.ToSlash(name), "functions/") && !cli.atLeast(1, 8) {
				t.Skipf("%s has no functions of providers; 1.8 does", cli.version)
			}
			if strings.HasPrefix(filepath.ToSlash(name), "actions/") && !cli.hasActions() {
				t.Skipf("%s has no actions; Terraform 1.14 has", cli.version)
			}
			if strings.HasSuffix(filepath.ToSlash(name), "/actions") && (!cli.hasActions() || !cli.atLeast(1, 16)) {
				t.Skipf("%s has no destroy events; Terraform 1.16 has", cli.version)
			}
			validateFiles(t, cli, always)
		})
		for _, way := range ways {
			t.Run(name+"/"+filepath.Base(way), func(t *testing.T) {
				if strings.Contains(way, "identity") && !cli.atLeast(1, 12) {
					t.Skipf("%s does not import by identity; 1.12 does", cli.version)
				}
				validateFiles(t, cli, append([]string{way}, always...))
			})
		}
	}
}

// TestSnippets has it validate what stands in the prose.
func TestSnippets(t *testing.T) {
	cli, root := withOverride(t)
	fenced := regexp.MustCompile("(?ms)^```terraform\n(.*?)^```$")
	for _, page := range []string{"README.md", "templates/guides/register-and-open.md.tmpl"} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(page)))
		if err != nil {
			t.Fatal(err)
		}
		snippets := fenced.FindAllSubmatch(text, -1)
		if len(snippets) == 0 {
			t.Errorf("%s has no snippet", page)
		}
		for i, snippet := range snippets {
			t.Run(fmt.Sprintf("%s/%d", page, i+1), func(t *testing.T) {
				validate(t, cli, map[string]string{"main.tf": string(snippet[1])})
			})
		}
	}
}

func validateFiles(t *testing.T, cli *cli, files []string) {
	t.Helper()
	config := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		config[filepath.Base(file)] = string(text)
	}
	validate(t, cli, config)
}

// validate runs terraform validate on a folder with these files.
func validate(t *testing.T, cli *cli, config map[string]string) {
	t.Helper()
	dir, declared := t.TempDir(), false
	for name, text := range config {
		declared = declared || strings.Contains(text, "required_providers")
		write(t, filepath.Join(dir, name), text)
	}
	if !declared {
		write(t, filepath.Join(dir, "versions.tf"), source)
	}
	out, err := cli.run(t.Context(), dir, 0, "validate", "-no-color")
	if err != nil {
		t.Fatal(failure(err))
	}
	if !strings.Contains(out, "Success!") {
		t.Errorf("it is valid with warnings:\n%s", out)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// hasActions reports that the CLI knows actions: OpenTofu does not.
func (c *cli) hasActions() bool { return strings.HasPrefix(c.version, "Terraform") && c.atLeast(1, 14) }

// atLeast reports that the CLI is of this release or a later one. Terraform and
// OpenTofu have both numbered the releases that matter here alike.
func (c *cli) atLeast(major, minor int) bool {
	var isMajor, isMinor int
	_, number, _ := strings.Cut(c.version, " v")
	if _, err := fmt.Sscanf(number, "%d.%d", &isMajor, &isMinor); err != nil {
		return false
	}
	return isMajor > major || isMajor == major && isMinor >= minor
}
