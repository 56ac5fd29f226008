// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vixtest holds the contract that every service provider must pass:
// what the Terraform layer relies on, whatever is behind it. It is for tests and
// never ships.
package vixtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// World is a host with VMs on it, and somebody beside us who acts on it. Each
// subtest gets a world of its own.
type World struct {
	Connect vix.Connect
	Options vix.ConnectOptions
	// Paths are the vmx paths of three VMs that exist as files and that the host
	// does not know, with different names.
	Paths []string
	// Names are their display names.
	Names []string
	// Missing is a path where no file is, on a datastore that exists.
	Missing string
	// Folder is where all of them are, for a product whose files are looked for below a folder; else empty.
	Folder string
	// Register, Unregister and PowerOn are done by somebody else. Where there is nothing to register with, Register does nothing.
	Register, Unregister, PowerOn func(t *testing.T, path string)
	// AskAtPowerOn makes a registered VM ask, when it is next powered on, whether it was moved or copied
	// (msg.uuid.altered); nil where hosts do not let that be answered.
	AskAtPowerOn func(t *testing.T, path string)
	// Withhold takes from our user, as somebody else, the privilege to unregister, where there is one.
	Withhold func(t *testing.T)
	// Fingerprint tells the files of all VMs, byte for byte.
	Fingerprint func(t *testing.T) string
	// Logins is how many logins are open on the host.
	Logins func() int
}

// deadline bounds each subtest: a service provider that hangs fails.
const deadline = 30 * time.Second

// clause is a promise of the contract, and the feature without which there is none.
type clause struct {
	name    string
	feature vix.Feature
	run     func(t *testing.T, s *subject)
}

// Contract runs the contract: what every host promises, and for each part that
// this one has what that promises. A clause whose feature Info does not name is left
// out, and says so.
func Contract(t *testing.T, setup func(t *testing.T) World) {
	for _, c := range slices.Concat(
		hostClauses, registrarClauses, browserClauses, powerClauses, variableClauses, snapshotClauses, cloneClauses, screenClauses,
	) {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			s := &subject{World: setup(t), ctx: ctx}
			s.connect(t)
			if info := s.info(t); c.feature != "" && !slices.Contains(info.Features, c.feature) {
				t.Skipf("%s does not offer %q", info.Product, c.feature)
			}
			c.run(t, s)
		})
	}
}

// subject is a world and the connection under test.
type subject struct {
	World
	ctx  context.Context
	host vix.Host
	// registrar and the others are the host's parts; nil for one that it lacks.
	registrar vix.Registrar
	browser   vix.Browser
	power     vix.Power
	installer vix.ToolsInstaller
	variables vix.Variables
	snapshots vix.Snapshots
	screen    vix.Screen
	cloner    vix.Cloner
}

func (s *subject) connect(t *testing.T) {
	t.Helper()
	host, err := s.Connect(s.ctx, s.Options)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	s.host = host
	s.registrar, _ = vix.Part[vix.Registrar](host, vix.FeatureRegister)
	s.browser, _ = vix.Part[vix.Browser](host, vix.FeatureFiles)
	s.power, _ = vix.Part[vix.Power](host, vix.FeaturePower)
	s.installer, _ = vix.Part[vix.ToolsInstaller](host, vix.FeatureInstallTools)
	s.variables, _ = vix.Part[vix.Variables](host, vix.FeatureVariables)
	s.snapshots, _ = vix.Part[vix.Snapshots](host, vix.FeatureSnapshots)
	s.screen, _ = vix.Part[vix.Screen](host, vix.FeatureScreen)
	s.cloner, _ = vix.Part[vix.Cloner](host, vix.FeatureClones)
	t.Cleanup(func() { _ = host.Disconnect(context.Background()) })
}

func (s *subject) info(t *testing.T) vix.HostInfo {
	t.Helper()
	info, err := s.host.Info(s.ctx)
	if err != nil {
		t.Fatalf("info: %v", err)
	}
	return info
}

func (s *subject) path(t *testing.T, text string) vix.Path {
	t.Helper()
	p, err := s.host.ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// has reports that the connection offers a feature.
func (s *subject) has(feature vix.Feature) bool { return s.host.Supports(feature) == nil }

// notRegistered fails unless the host has no VM registered with a path.
func (s *subject) notRegistered(t *testing.T, text string) {
	t.Helper()
	if s.has(vix.FeatureInventory) {
		_, err := s.host.Open(s.ctx, vix.Locator{Path: s.path(t, text)})
		wantCode(t, err, vix.CodeVMNotFound)
		return
	}
	check, err := s.registrar.Check(s.ctx, vix.RegisterSpec{Path: s.path(t, text), Adopt: true})
	if err != nil || check.Registered != nil {
		t.Errorf("%s is registered: %+v, %v", text, check, err)
	}
}

func (s *subject) register(t *testing.T, text string) *vix.Registered {
	t.Helper()
	r, err := s.registrar.Register(s.ctx, vix.RegisterSpec{Path: s.path(t, text)})
	if err != nil {
		t.Fatalf("register %s: %v", text, err)
	}
	return r
}

// wantCode fails unless err is an *Error that is complete and has the code.
func wantCode(t *testing.T, err error, want vix.Code) *vix.Error {
	t.Helper()
	var e *vix.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *vix.Error", err, err)
	}
	if e.Code != want {
		t.Fatalf("got the code %s, want %s: %v", e.Code, want, err)
	}
	if e.Op == "" || e.Reason == "" {
		t.Errorf("the error does not say what was tried and why it failed: %+v", e)
	}
	return e
}
