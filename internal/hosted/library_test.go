// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package hosted

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmdir"
	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// library is a stand-in with a vmrest, and what registers there.
func library(t *testing.T, timeout time.Duration) (*hostedsim.Product, *hostedsim.VMRest, vix.Registrar) {
	t.Helper()
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	options := optionsFor(p, rest)
	options.RequestTimeout = timeout
	registrar, err := vix.Part[vix.Registrar](connect(t, p, options), vix.FeatureRegister)
	if err != nil {
		t.Fatal(err)
	}
	return p, rest, registrar
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A disk that is not mounted takes no VM out of the library: its entry is there, however it is spelled.
func TestAVMWhoseDiskIsAwayStaysRegistered(t *testing.T) {
	p, rest, registrar := library(t, time.Minute)
	m := p.AddVM("web", hostedsim.Spec{})
	disk, link := filepath.Join(p.Root(), "disk"), filepath.Join(p.Root(), "home")
	must(t, errors.Join(os.Mkdir(disk, 0o755), os.Rename(m.Dir(), filepath.Join(disk, "web")), os.Symlink(disk, link)))
	at := filepath.Join(disk, "web", "web.vmx")
	rest.Spell(func(path string) string { return strings.Replace(path, disk, link, 1) })
	r, err := registrar.Register(t.Context(), vix.RegisterSpec{Path: vix.Path{File: at}})
	must(t, err)
	must(t, os.Rename(disk, disk+" is away"))
	is, err := registrar.Registration(t.Context(), r.Handle())
	if err != nil || is.ID != at || is.ConnectionState != vix.Inaccessible {
		t.Errorf("away: %+v, %v", is, err)
	}
	must(t, os.Remove(link)) // and the link, too: then the entry may be this VM's, or another one's of that name
	_, err = registrar.Registration(t.Context(), r.Handle())
	if e := wantError(t, err, vix.CodeObjectNotFound, link); e.Kind != vix.ErrUnproved {
		t.Errorf("the link is away: %+v", e)
	}
	must(t, os.Rename(disk+" is away", disk))
	if _, err := registrar.Registration(t.Context(), r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("the VM is there, and the entry leads to none: %v", err)
	}
}

func TestAnAnswerWithoutPathsProvesNothing(t *testing.T) {
	p, rest, registrar := library(t, time.Minute)
	m := p.AddVM("web", hostedsim.Spec{})
	r, err := registrar.Register(t.Context(), vix.RegisterSpec{Path: vix.Path{File: m.Path()}})
	must(t, err)
	for _, body := range []string{"[null]", "[{}]", `[{"id":"A","vmx":"/x.vmx"}]`, "{}"} {
		rest.Fault(hostedsim.RESTFault{Method: "GET", Status: 200, Body: body, Times: 1})
		if _, err := registrar.Registration(t.Context(), r.Handle()); err == nil || errors.Is(err, vix.ErrGone) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// A dead entry whose name has as many letters is another VM's: this one is registered, and is gone when it is.
func TestADeadEntryIsNoOtherVM(t *testing.T) {
	p, rest, registrar := library(t, time.Minute)
	dead, m := p.AddVM("клон", hostedsim.Spec{}), p.AddVM("стол", hostedsim.Spec{})
	dead.AddToLibrary()
	must(t, os.RemoveAll(dead.Dir()))
	r, err := registrar.Register(t.Context(), vix.RegisterSpec{Path: vix.Path{File: m.Path()}, Adopt: true})
	if err != nil || r.Adopted || rest.Count("POST", "") != 1 {
		t.Fatalf("got %+v, %v after %d posts", r, err, rest.Count("POST", ""))
	}
	m.RemoveFromLibrary()
	if _, err := registrar.Registration(t.Context(), r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("got %v", err)
	}
}

// All that wait while vmrest does not answer wait once.
func TestAFailureIsSharedByAllThatWaitForIt(t *testing.T) {
	p, rest, registrar := library(t, time.Second)
	m := p.AddVM("web", hostedsim.Spec{})
	rest.Fault(hostedsim.RESTFault{Method: "GET", Delay: time.Minute})
	ask := func() {
		if _, err := registrar.Registration(t.Context(), vix.Handle{ID: m.Path()}); !errors.Is(err, vix.ErrSlow) {
			t.Error(err)
		}
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(ask)
	}
	wg.Wait()
	ask()
	if n := rest.Count("GET", ""); n > 5 {
		t.Errorf("%d requests for 21 reads", n)
	}
}

// Reads that may believe what was told a moment ago, one after the other, cost one request. What is written and what is gone
// is not believed, and what was added is known.
func TestReadsOneAfterTheOtherShareAnAnswerTheyBelieve(t *testing.T) {
	p, rest, registrar := library(t, time.Minute)
	m, other := p.AddVM("web", hostedsim.Spec{}), p.AddVM("other", hostedsim.Spec{})
	m.AddToLibrary()
	ctx := vix.Believing(t.Context(), time.Hour)
	for range 100 {
		if _, err := registrar.Registration(ctx, vix.Handle{ID: m.Path()}); err != nil {
			t.Fatal(err)
		}
		check, err := registrar.Check(ctx, vix.RegisterSpec{Path: vix.Path{File: other.Path()}})
		if err != nil || check.ID != other.Path() || check.Path.File != other.Path() {
			t.Fatalf("got %+v, %v", check, err)
		}
	}
	if n := rest.Count("GET", ""); n != 1 {
		t.Errorf("%d requests for 200 reads", n)
	}
	r, err := registrar.Register(ctx, vix.RegisterSpec{Path: vix.Path{File: other.Path()}})
	must(t, err)
	if n := rest.Count("GET", ""); n != 2 {
		t.Errorf("%d requests: a registration asks by itself", n)
	}
	if _, err := registrar.Registration(ctx, r.Handle()); err != nil || rest.Count("GET", "") != 2 {
		t.Errorf("what was added: %v after %d requests", err, rest.Count("GET", ""))
	}
	m.RemoveFromLibrary()
	other.RemoveFromLibrary()
	m.AddToLibrary()
	if _, err := registrar.Registration(t.Context(), r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("who believes nothing: %v", err)
	}
}

// A plan says of a file that is there what its registration will be; of one that is not, that it is not there.
func TestAPlanKnowsWhichVMIsRegistered(t *testing.T) {
	p, rest, registrar := library(t, time.Minute)
	missing := vix.Path{File: filepath.Join(p.VMs(), "none", "none.vmx")}
	if check, err := registrar.Check(t.Context(), vix.RegisterSpec{Path: missing}); err != nil || check.FileExists || check.ID != "" {
		t.Errorf("missing: %+v, %v", check, err)
	}
	newer := vix.Path{File: p.AddVM("newer", hostedsim.Spec{Hardware: 99}).Path()}
	_, err := registrar.Check(t.Context(), vix.RegisterSpec{Path: newer})
	wantError(t, err, vix.CodeNotSupportedForVMVersion, "version 99")
	_, err = registrar.Register(t.Context(), vix.RegisterSpec{Path: newer})
	wantError(t, err, vix.CodeNotSupportedForVMVersion, "version 99")
	if rest.Count("POST", "") > 0 {
		t.Error("what the product does not open was registered")
	}
}

// Two files fit what vmrun writes in an encoding that lacks their letters: neither runs for sure, and neither is off.
func TestAListThatFitsTwoVMsTellsOfNeither(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{Noise: hostedsim.Noise{Encoding: "windows-1251"}})
	clone, table, other := p.AddVM("клон", hostedsim.Spec{}), p.AddVM("стол", hostedsim.Spec{}), p.AddVM("x", hostedsim.Spec{})
	clone.Start()
	h := connect(t, p, optionsFor(p, nil))
	for m, on := range map[*hostedsim.Machine]bool{clone: true, table: false} {
		if vm, err := open(t, h, m.Path()); err != nil || vm.IsRunning != on {
			t.Errorf("%s: %+v, %v", m.Path(), vm, err)
		}
	}
	if items, err := h.Find(t.Context(), vix.Query{Running: true}); err != nil || len(items) != 1 || items[0].ID != clone.Path() {
		t.Errorf("found %+v, %v", items, err)
	}
	one, two := p.AddVM("位", hostedsim.Spec{File: "vm.vmx"}), p.AddVM("乗", hostedsim.Spec{File: "vm.vmx"})
	one.Start()
	h = connect(t, p, optionsFor(p, nil))
	for _, m := range []*hostedsim.Machine{one, two} {
		_, err := open(t, h, m.Path())
		if e := wantError(t, err, vix.CodeInvalidArg, one.Path(), two.Path()); e.Kind != vix.ErrAmbiguous {
			t.Errorf("got %+v", e)
		}
	}
	if vm, err := open(t, h, other.Path()); err != nil || vm.IsRunning {
		t.Errorf("another VM: %+v, %v", vm, err)
	}
	if _, err := h.Find(t.Context(), vix.Query{Running: true}); !errors.Is(err, vix.ErrAmbiguous) {
		t.Errorf("found %v", err)
	}
}

// What no path can say, and what macOS keeps beside a file, is no file that is found.
func TestFilesThatNoPathCanSayAreNotFound(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{})
	for _, name := range []string{"bad\xfe", "bad\xff", "new\nline", "web"} {
		must(t, os.MkdirAll(filepath.Join(p.VMs(), name), 0o755))
		must(t, os.WriteFile(filepath.Join(p.VMs(), name, "._web.vmx"), []byte("x"), 0o600))
		if name != "web" {
			must(t, os.WriteFile(filepath.Join(p.VMs(), name, "web.vmx"), []byte("x"), 0o600))
		}
	}
	browser, err := vix.Part[vix.Browser](connect(t, p, optionsFor(p, nil)), vix.FeatureFiles)
	must(t, err)
	found, err := browser.Files(t.Context(), vix.FileQuery{Folder: p.VMs()})
	if err != nil || len(found.Files) != 1 || found.Files[0].Path.File != m.Path() {
		t.Errorf("got %+v, %v", found, err)
	}
	_, err = browser.Files(t.Context(), vix.FileQuery{})
	if e := wantError(t, err, vix.CodeInvalidArg, "path is empty"); e.Kind != vix.ErrPlaceNotSaid || e.Field != vix.FieldFilesPath {
		t.Errorf("got %+v", e)
	}
}

// VMs whose paths are no text are told of, and each has an id of its own.
func TestVMsWhosePathsAreNoTextHaveIDsOfTheirOwn(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{File: "vm.vmx"})
	h, ok := connect(t, p, optionsFor(p, nil)).(*host)
	if !ok {
		t.Fatal("it is no host")
	}
	ids := map[string]bool{}
	for _, name := range []string{"bad\xfe", "bad\xff"} {
		at := filepath.Join(p.VMs(), name, "vm.vmx")
		must(t, errors.Join(os.Mkdir(filepath.Dir(at), 0o755), os.Link(m.Path(), at)))
		item := h.item(at, vmdir.NewList([]string{at}))
		if ids[item.ID] = true; !utf8.ValidString(item.ID) || item.Name == "" || item.PowerState != vix.PoweredOn {
			t.Errorf("got %+v", item)
		}
	}
	if len(ids) != 2 {
		t.Errorf("two VMs have the ids %v", ids)
	}
}

// What a product can, and nothing here does with it so far, is not said of the product.
func TestWhatIsNotDoneYetIsNotWhatAProductLacks(t *testing.T) {
	for persona, lacks := range map[string]bool{"workstation-17": false, "player-17": true} {
		p := hostedsim.New(t, hostedsim.Options{Persona: persona})
		h := connect(t, p, optionsFor(p, nil))
		for feature, does := range map[vix.Feature]bool{vix.FeaturePower: true, vix.FeatureSnapshots: !lacks, vix.FeatureResourcePools: false} {
			if err := h.Supports(feature); err != nil && strings.Contains(err.Error(), "does not support") == does {
				t.Errorf("%s, %s: %v", persona, feature, err)
			}
		}
	}
}
