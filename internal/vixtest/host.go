// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var hostClauses = []clause{
	{"InfoTellsWhatWasReached", "", infoTellsWhatWasReached},
	{"AFeatureIsNamedExactlyIfItWorks", "", aFeatureIsNamedExactlyIfItWorks},
	{"APathIsReadAsItIsWritten", "", aPathIsReadAsItIsWritten},
	{"AWrongPasswordIsRefused", vix.FeatureLogin, aWrongPasswordIsRefused},
	{"DisconnectLeavesNoLogin", "", disconnectLeavesNoLogin},
	{"OpenOfAnUnregisteredVMSaysSo", vix.FeatureInventory, openOfAnUnregisteredVMSaysSo},
	{"OpenChangesNothing", vix.FeatureOpen, openChangesNothing},
	{"FindListsWhatRuns", vix.FeatureFind, findListsWhatRuns},
	{"ACancelledCallReturns", vix.FeatureOpen, aCancelledCallReturns},
}

func infoTellsWhatWasReached(t *testing.T, s *subject) {
	info := s.info(t)
	if info.ServiceProvider == "" || info.Product == "" || info.Version+info.APIVersion == "" || info.InstanceUUID == "" {
		t.Errorf("info is incomplete: %+v", info)
	}
	if !slices.IsSorted(info.Features) {
		t.Errorf("features are not sorted: %q", info.Features)
	}
}

func aWrongPasswordIsRefused(t *testing.T, s *subject) {
	options := s.Options
	options.Password += "x"
	_, err := s.Connect(s.ctx, options)
	wantCode(t, err, vix.CodeHostUserPermissions)
}

func disconnectLeavesNoLogin(t *testing.T, s *subject) {
	if err := s.host.Disconnect(s.ctx); err != nil {
		t.Fatal(err)
	}
	if n := s.Logins(); n != 0 {
		t.Errorf("%d logins are left", n)
	}
	if err := s.host.Disconnect(s.ctx); err != nil {
		t.Errorf("a second disconnect: %v", err)
	}
}

func openOfAnUnregisteredVMSaysSo(t *testing.T, s *subject) {
	_, err := s.host.Open(s.ctx, vix.Locator{Path: s.path(t, s.Paths[0])})
	there := wantCode(t, err, vix.CodeVMNotFound)
	_, err = s.host.Open(s.ctx, vix.Locator{Path: s.path(t, s.Missing)})
	missing := wantCode(t, err, vix.CodeVMNotFound)
	if there.Reason == missing.Reason {
		t.Errorf("whether the file exists is not said: %q", there.Reason)
	}
	_, err = s.host.OpenID(s.ctx, "00000000-0000-0000-0000-000000000000")
	wantCode(t, err, vix.CodeVMNotFound)
}

// openChangesNothing opens a VM as it is and by its id; one that no inventory has, where there is none.
func openChangesNothing(t *testing.T, s *subject) {
	if s.has(vix.FeatureInventory) {
		s.Register(t, s.Paths[0])
	}
	before := s.Fingerprint(t)
	vm, err := s.host.Open(s.ctx, vix.Locator{Path: s.path(t, s.Paths[0])})
	if err != nil || vm.ID == "" || vm.Path.String() != s.Paths[0] || vm.Name != s.Names[0] || vm.PowerState != vix.PoweredOff ||
		vm.IsRunning {
		t.Fatalf("opened %s as %+v, %v", s.Paths[0], vm, err)
	}
	same, err := s.host.OpenID(s.ctx, vm.ID)
	if err != nil || same.ID != vm.ID || same.Path != vm.Path {
		t.Errorf("opened by its id: %+v, %v", same, err)
	}
	if s.Fingerprint(t) != before {
		t.Error("opening changed the files")
	}
	_, err = s.host.Open(s.ctx, vix.Locator{Path: s.path(t, s.Missing)})
	wantCode(t, err, vix.CodeVMNotFound)
	_, err = s.host.OpenID(s.ctx, "no id of any product")
	wantCode(t, err, vix.CodeVMNotFound)
}

func findListsWhatRuns(t *testing.T, s *subject) {
	s.Register(t, s.Paths[0])
	s.Register(t, s.Paths[1])
	s.PowerOn(t, s.Paths[1])
	host, err := s.Connect(s.ctx, s.Options) // what is remembered of before may be believed for a while
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = host.Disconnect(s.ctx) }()
	running, err := host.Find(s.ctx, vix.Query{Running: true})
	if err != nil || len(running) != 1 {
		t.Fatalf("running are %+v, %v", running, err)
	}
	if is := running[0]; is.ID == "" || is.Path.String() != s.Paths[1] || is.Name != s.Names[1] || is.PowerState != vix.PoweredOn {
		t.Errorf("found %+v", is)
	}
}

func aCancelledCallReturns(t *testing.T, s *subject) {
	cancelled, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.host.Open(cancelled, vix.Locator{Path: s.path(t, s.Paths[0])})
	wantCode(t, err, vix.CodeCancelled)
}

// calls are for each feature a call that needs it; a feature without one narrows
// the arguments of others.
func (s *subject) calls(t *testing.T) map[vix.Feature]func() error {
	at := s.path(t, s.Paths[0])
	name := "another name"
	handle := vix.Handle{ID: "00000000-0000-0000-0000-000000000000", Path: at}
	return map[vix.Feature]func() error{
		vix.FeatureOpen:       func() error { _, err := s.host.Open(s.ctx, vix.Locator{Path: at}); return err },
		vix.FeatureFind:       func() error { _, err := s.host.Find(s.ctx, vix.Query{Running: true}); return err },
		vix.FeatureFiles:      func() error { _, err := s.browser.Files(s.ctx, vix.FileQuery{Folder: s.Folder}); return err },
		vix.FeatureRegister:   func() error { _, err := s.registrar.Check(s.ctx, vix.RegisterSpec{Path: at}); return err },
		vix.FeatureRename:     func() error { return s.registrar.CheckChange(s.ctx, handle, vix.Change{Name: &name}) },
		vix.FeatureUnregister: func() error { return s.registrar.CheckUnregister(s.ctx, handle, vix.PowerOffFail) },
		vix.FeatureInventory:  nil, vix.FeatureLogin: nil,
		vix.FeaturePower:        func() error { return s.power.CheckPower(s.ctx, handle, vix.PowerOrder{Op: vix.PowerOpOn}) },
		vix.FeatureInstallTools: func() error { return s.installer.CheckTools(s.ctx, handle, vix.ToolsMount) },
		vix.FeatureVariables: func() error {
			return s.variables.CheckVariable(s.ctx, handle, vix.Variable{Kind: vix.VariableGuest, Name: "role"})
		},
		vix.FeatureClones: func() error {
			_, err := s.cloner.CheckClone(s.ctx, vix.CloneSpec{Source: handle, Name: name})
			return err
		},
		vix.FeatureScreen:      func() error { _, err := s.screen.CaptureScreen(s.ctx, handle); return err },
		vix.FeatureSnapshots:   func() error { return s.snapshots.CheckSnapshot(s.ctx, handle, vix.SnapshotTake) },
		vix.FeatureDatacenters: nil, vix.FeatureFolders: nil, vix.FeatureResourcePools: nil, vix.FeatureTemplates: nil,
	}
}

func aFeatureIsNamedExactlyIfItWorks(t *testing.T, s *subject) {
	info := s.info(t)
	calls := s.calls(t)
	for _, feature := range info.Features {
		if _, known := calls[feature]; !known {
			t.Errorf("%q is named, and nobody knows it", feature)
		}
	}
	for feature, call := range calls {
		err := s.host.Supports(feature)
		if !slices.Contains(info.Features, feature) {
			if e := wantCode(t, err, vix.CodeNotSupported); !strings.Contains(e.Reason, info.Product) {
				t.Errorf("%q: the error does not name %s: %v", feature, info.Product, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q is named: %v", feature, err)
		} else if call != nil {
			if err := call(); vix.CodeOf(err) == vix.CodeNotSupported {
				t.Errorf("%q is named, and answers: %v", feature, err)
			}
		}
	}
	_, err := vix.Part[vix.Registrar](s.host, vix.FeatureRegister)
	wantPart(t, err, s.host.Supports(vix.FeatureRegister))
	_, err = vix.Part[vix.Browser](s.host, vix.FeatureFiles)
	wantPart(t, err, s.host.Supports(vix.FeatureFiles))
	_, err = vix.Part[vix.Power](s.host, vix.FeaturePower)
	wantPart(t, err, s.host.Supports(vix.FeaturePower))
	_, err = vix.Part[vix.ToolsInstaller](s.host, vix.FeatureInstallTools)
	wantPart(t, err, s.host.Supports(vix.FeatureInstallTools))
	_, err = vix.Part[vix.Variables](s.host, vix.FeatureVariables)
	wantPart(t, err, s.host.Supports(vix.FeatureVariables))
	_, err = vix.Part[vix.Snapshots](s.host, vix.FeatureSnapshots)
	wantPart(t, err, s.host.Supports(vix.FeatureSnapshots))
	_, err = vix.Part[vix.Cloner](s.host, vix.FeatureClones)
	wantPart(t, err, s.host.Supports(vix.FeatureClones))
	_, err = vix.Part[vix.Screen](s.host, vix.FeatureScreen)
	wantPart(t, err, s.host.Supports(vix.FeatureScreen))
}

// wantPart fails unless a part is there exactly if its feature is supported.
func wantPart(t *testing.T, part, supported error) {
	t.Helper()
	if (part == nil) != (supported == nil) {
		t.Errorf("the part: %v; its feature: %v", part, supported)
	}
}

func aPathIsReadAsItIsWritten(t *testing.T, s *subject) {
	for _, text := range append(slices.Clone(s.Paths), s.Missing) {
		if p := s.path(t, " "+text); p.String() != text {
			t.Errorf("%q is read as %q", text, p)
		}
	}
	_, err := s.host.ParsePath("")
	if e := wantCode(t, err, vix.CodeInvalidArg); e.Field != vix.FieldPath {
		t.Errorf("the error points at %q", e.Field)
	}
}
