// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestFaultsAreShownWhole(t *testing.T) {
	ref := types.ManagedObjectReference{Type: "Folder", Value: "group-v3"}
	for _, c := range []struct {
		fault types.BaseMethodFault
		text  string
		want  string
	}{
		{&types.NoPermission{Object: &ref, PrivilegeId: "System.View"}, "Permission denied.", `NoPermission (object group-v3, privilegeId "System.View"): Permission denied.`},
		{&types.NotFound{}, "ServerFaultCode: NotFound", "NotFound"},
		{&types.AlreadyExists{Name: "x"}, "", `AlreadyExists (name "x")`},
	} {
		if got := faultText(c.fault, c.text); got != c.want {
			t.Errorf("faultText = %q, want %q", got, c.want)
		}
	}
}

func TestVIXCodesInAFaultAreKept(t *testing.T) {
	e := new(vix.Error)
	new(Line).Explain(e, &types.SystemError{}, "A general system error occurred: vix error codes = (3016, 0).")
	if e.Code != vix.CodeToolsNotRunning {
		t.Errorf("code = %s", e.Code)
	}
}

// What a VM needs to run, and its snapshots, have codes of their own, and leave no doubt: the host has refused.
func TestFaultsOfAMachine(t *testing.T) {
	for fault, code := range map[types.BaseMethodFault]vix.Code{
		&types.InsufficientCpuResourcesFault{}: vix.CodeVMNotEnoughCPUs, &types.NotEnoughCpus{}: vix.CodeVMNotEnoughCPUs,
		&types.InsufficientMemoryResourcesFault{}: vix.CodeVMInsufficientHostMemory, &types.EncryptionKeyRequired{}: vix.CodeNeedKey,
		&types.NotEnoughLicenses{}: vix.CodeLicense, &types.SnapshotLocked{}: vix.CodeSnapshotLocked,
		&types.SnapshotDisabled{}: vix.CodeSnapshotInval, &types.MemorySnapshotOnIndependentDisk{}: vix.CodeSnapshotInval,
	} {
		e := new(vix.Error)
		new(Line).Explain(e, fault, "")
		if e.Code != code || e.Doubt {
			t.Errorf("%T: %s, in doubt %v", fault, e.Code, e.Doubt)
		}
	}
}

func TestNamesAreEscapedAsVSphereDoes(t *testing.T) {
	for plain, escaped := range map[string]string{`a/b`: "a%2fb", `a\b`: "a%5cb", "100%": "100%25", "a b": "a b"} {
		if got := EscapeName(plain); got != escaped || vix.Unescape(got) != plain {
			t.Errorf("EscapeName(%q) = %q, back %q", plain, got, vix.Unescape(got))
		}
	}
	if got := vix.Unescape("A%2FB%5Cc"); got != `A/B\c` {
		t.Errorf("capitals: %q", got)
	}
}
