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
// environment that the Terraform layer reads, and HCL.
var wordOfTerraform = regexp.MustCompile(`(?i:terraform|\bapply\b|\bHCL\b|for_each|the state\b)|\b[a-z]+_[a-z]+(_[a-z]+)*\b|\bVIX_[A-Z]+|[a-z] = "`)

// TestNoWordOfTerraform reads every text of the service provider's code: what to write in
// HCL or to type in a shell belongs to the Terraform layer.
func TestNoWordOfTerraform(t *testing.T) {
	texts := 0
	must(t, filepath.WalkDir(".", func(file string, _ fs.DirEntry, err error) error {
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
	if texts < 500 {
		t.Errorf("only %d texts were read", texts)
	}
}
