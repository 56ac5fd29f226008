// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
)

// atTheHost are the functions of VIX that work at the host: all that are alive but those in the guest.
const atTheHost = `
VixHost_Connect VixHost_Disconnect VixHost_FindItems VixHost_OpenVM VixHost_RegisterVM VixHost_UnregisterVM
VixVM_Open VixVM_PowerOn VixVM_PowerOff VixVM_Reset VixVM_Suspend VixVM_Pause VixVM_Unpause VixVM_Delete VixVM_Clone
VixVM_UpgradeVirtualHardware VixVM_InstallTools VixVM_WaitForToolsInGuest VixVM_CaptureScreenImage VixVM_ReadVariable
VixVM_WriteVariable VixVM_CreateSnapshot VixVM_RemoveSnapshot VixVM_RevertToSnapshot VixVM_GetNumRootSnapshots
VixVM_GetRootSnapshot VixVM_GetCurrentSnapshot VixVM_GetNamedSnapshot VixSnapshot_GetNumChildren VixSnapshot_GetChild
VixSnapshot_GetParent VixVM_EnableSharedFolders VixVM_GetNumSharedFolders VixVM_GetSharedFolderState
VixVM_SetSharedFolderState VixVM_AddSharedFolder VixVM_RemoveSharedFolder VixJob_Wait VixJob_CheckCompletion
VixJob_GetError VixJob_GetNumProperties VixJob_GetNthProperties VixPropertyList_AllocPropertyList Vix_GetProperties
Vix_GetPropertyType Vix_GetHandleType Vix_GetErrorText Vix_FreeBuffer Vix_ReleaseHandle Vix_AddRefHandle`

var (
	vixFunction = regexp.MustCompile("`(Vix\\w*_\\w+)`")
	counterpart = regexp.MustCompile("`((?:provider|resource|data|action|list|ephemeral) \"\\w+\")`")
)

// TestEveryVIXFunctionHasItsRow holds the README's table to VIX and to the provider: each function at the host is in one row, and each row
// names what the provider has, or says why there is nothing.
func TestEveryVIXFunctionHasItsRow(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- VIX and here -->\n")
	rows, after, ok := strings.Cut(rest, "<!-- /VIX and here -->\n")
	if !ok {
		t.Fatal("README.md has no table of VIX's functions")
	}
	wanted := map[string]bool{}
	for function := range strings.FieldsSeq(atTheHost) {
		wanted[function] = true
	}
	are, count, seen := things(t), map[string]int{}, map[string]bool{}
	for row := range strings.Lines(rows) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "| "), " | ")
		if len(cells) != 2 || cells[1] == "here" {
			continue // the head
		}
		here := strings.TrimSpace(cells[1])
		named := counterpart.FindAllStringSubmatch(here, -1)
		for _, name := range named {
			if !are[name[1]] {
				t.Errorf("%s: there is no %s", cells[0], name[1])
			}
		}
		kind := "counterpart"
		switch reason, none := strings.CutPrefix(here, "none: "); {
		case none && len(reason) > 10:
			kind = "none"
		case strings.HasPrefix(here, "not yet"):
			kind = "not yet"
		case len(named) == 0:
			t.Errorf("%s: %q names nothing that there is, and does not say why", cells[0], here)
		}
		for _, function := range vixFunction.FindAllStringSubmatch(cells[0], -1) {
			if seen[function[1]] {
				t.Errorf("%s has two rows", function[1])
			}
			if seen[function[1]] = true; wanted[function[1]] {
				count[kind]++
			}
		}
	}
	for function := range wanted {
		if !seen[function] {
			t.Errorf("%s has no row", function)
		}
	}
	sum := fmt.Sprintf("Of the %d functions of VIX that work at the host, %d have a counterpart here, %d need or get none, and %d are not there yet.",
		len(wanted), count["counterpart"], count["none"], count["not yet"])
	if !strings.HasPrefix(strings.TrimSpace(after), sum) {
		t.Errorf("below the table there should stand: %s", sum)
	}
}

// things are what a configuration can name of the provider.
func things(t *testing.T) map[string]bool {
	t.Helper()
	schema, err := provider.New("test", nil).Server().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{`provider "vix"`: true}
	add(all, "resource", schema.ResourceSchemas)
	add(all, "data", schema.DataSourceSchemas)
	add(all, "action", schema.ActionSchemas)
	add(all, "list", schema.ListResourceSchemas)
	add(all, "ephemeral", schema.EphemeralResourceSchemas)
	return all
}

func add[V any](all map[string]bool, kind string, schemas map[string]V) {
	for name := range schemas {
		all[fmt.Sprintf("%s %q", kind, name)] = true
	}
}
