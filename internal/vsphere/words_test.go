// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A word of Terraform: its name, its commands, names of attributes, variables of the
// environment that the Terraform layer reads, and HCL. The state of something is none.
var wordOfTerraform = regexp.MustCompile(`(?i:terraform|\bapply\b|\bHCL\b|for_each|the state(?:$|[^ a-z]| [^o]| o[^f]))|\b[a-z]+_[a-z]+(_[a-z]+)*\b|\bVIX_[A-Z]+|[a-z] = "`)

// TestNoWordOfTerraform reads every text of the service providers' code: what to write in
// HCL or to type in a shell belongs to the Terraform layer.
func TestNoWordOfTerraform(t *testing.T) {
	for text, is := range map[string]bool{
		"Take it out of the state.": true, "the state": true, "The state has it": true, "The state of the VM is in the way.": false,
		"for the states of both": false,
	} {
		if wordOfTerraform.MatchString(text) != is {
			t.Errorf("a word of Terraform in %q: %t", text, !is)
		}
	}
	for dir, least := range map[string]int{".": 500, "../hosted": 300, "../configfile": 10} {
		if texts := textsWithoutTerraform(t, dir); texts < least {
			t.Errorf("only %d texts of %s were read", texts, dir)
		}
	}
}

// textsWithoutTerraform reads the texts of a directory, and gives how many there are.
func textsWithoutTerraform(t *testing.T, dir string) int {
	t.Helper()
	texts := 0
	must(t, filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if _, ok := n.(*ast.ImportSpec); ok {
				return false
			}
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
			texts++
			if word := wordOfTerraform.FindString(text); word != "" {
				t.Errorf("%s: %q in %q", file, word, text)
			}
			return true
		})
		return nil
	}))
	return texts
}
