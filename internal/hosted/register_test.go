// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package hosted

import (
	"errors"
	"sync"
	"testing"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestTheLibraryThatCannotBeReadProvesNothing(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{})
	h := connect(t, p, optionsFor(p, rest))
	registrar, err := vix.Part[vix.Registrar](h, vix.FeatureRegister)
	if err != nil {
		t.Fatal(err)
	}
	r, err := registrar.Register(t.Context(), vix.RegisterSpec{Path: vix.Path{File: m.Path()}})
	if err != nil || rest.Count("POST", "") != 1 || rest.Count("GET", "/vms") != 1 {
		t.Fatalf("registered %+v, %v", r, err)
	}
	for name, fault := range map[string]hostedsim.RESTFault{
		"failed":   {Status: 504, Times: 1},
		"refused":  {Status: 500, Times: 1},
		"cut":      {Drop: true, Times: 2}, // a read whose kept connection has broken is repeated once on a new one
		"nonsense": {Status: 200, Body: "<html>", Times: 1},
	} {
		rest.Fault(fault)
		if _, err := registrar.Registration(t.Context(), r.Handle()); err == nil || errors.Is(err, vix.ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if is, err := registrar.Registration(t.Context(), r.Handle()); err != nil || is.ID != m.Path() {
		t.Errorf("after the faults: %+v, %v", is, err)
	}
	rest.Close()
	if _, err := registrar.Registration(t.Context(), r.Handle()); errors.Is(err, vix.ErrGone) || vix.CodeOf(err) != vix.CodeHostNetworkConnRefused {
		t.Errorf("nothing listens: %v", err)
	}
	if len(rest.Violations()) > 0 {
		t.Errorf("sent: %+v", rest.Violations())
	}
}

func TestReadsOfTheLibraryAtOnceShareAnAnswer(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{})
	m.AddToLibrary()
	registrar, err := vix.Part[vix.Registrar](connect(t, p, optionsFor(p, rest)), vix.FeatureRegister)
	if err != nil {
		t.Fatal(err)
	}
	rest.Fault(hostedsim.RESTFault{Method: "GET", Delay: 300 * time.Millisecond})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := registrar.Registration(t.Context(), vix.Handle{ID: m.Path()}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := rest.Count("GET", "/vms"); n > 25 || rest.Parallel() > 0 {
		t.Errorf("%d requests for 50 reads, %d side by side", n, rest.Parallel())
	}
	// Whoever asks afterwards is not told of before.
	m.RemoveFromLibrary()
	if _, err := registrar.Registration(t.Context(), vix.Handle{ID: m.Path()}); !errors.Is(err, vix.ErrGone) {
		t.Errorf("taken out of the library: %v", err)
	}
}

func TestARegistrationWhoseAnswerIsLostIsInDoubtAndNotSentAgain(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{})
	registrar, err := vix.Part[vix.Registrar](connect(t, p, optionsFor(p, rest)), vix.FeatureRegister)
	if err != nil {
		t.Fatal(err)
	}
	rest.Fault(hostedsim.RESTFault{Method: "POST", Drop: true, Late: true, Times: 1})
	_, err = registrar.Register(t.Context(), vix.RegisterSpec{Path: vix.Path{File: m.Path()}})
	if e := wantError(t, err, vix.CodeHostConnectionLost); !e.Doubt || rest.Count("POST", "") != 1 {
		t.Errorf("got %+v after %d posts", e, rest.Count("POST", ""))
	}
	// The attempt never reported its end; the next one finds the entry and finishes it.
	again := vix.RegisterSpec{Path: vix.Path{File: m.Path()}, Name: "a name", Attempt: vix.Attempt{Begun: time.Now(), Until: time.Now()}}
	check, err := registrar.Check(t.Context(), again)
	if err != nil || !check.Finished || check.Registered == nil {
		t.Errorf("checked as %+v, %v", check, err)
	}
	done, err := registrar.Register(t.Context(), again)
	if err != nil || !done.Finished || done.Adopted || done.Name != "a name" || rest.Count("POST", "") != 1 {
		t.Errorf("finished as %+v, %v, after %d posts", done, err, rest.Count("POST", ""))
	}
	// Without such an attempt it is somebody else's.
	again.Attempt = vix.Attempt{}
	_, err = registrar.Register(t.Context(), again)
	if e := wantError(t, err, vix.CodeAlreadyExists); e.VM == nil || e.VM.ID != m.Path() || e.Kind != vix.ErrAlreadyRegistered {
		t.Errorf("got %+v", e)
	}
}
