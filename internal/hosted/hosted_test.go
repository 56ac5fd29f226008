// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package hosted

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

func TestMain(m *testing.M) {
	// What runs side by side waits more than it computes.
	flag.Parse()
	_ = flag.Set("test.parallel", "8")
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
}

// personas are the products that are new enough.
var personas = []string{
	"workstation-17", "workstation-15.5", "workstation-25h2", "workstation-26h1", "workstation-12", "player-17", "fusion-13",
}

// optionsFor are the arguments that reach the stand-in; a vmrest is reached where there is one.
func optionsFor(p *hostedsim.Product, rest *hostedsim.VMRest) vix.ConnectOptions {
	options := vix.ConnectOptions{VMRunPath: p.VMRun(), RequestTimeout: 30 * time.Second, UserAgent: "terraform-provider-vix/test"}
	if rest != nil {
		options.VMRestURL, options.Username, options.Password = rest.URL(), rest.Username, rest.Password
	}
	return options
}

// connect connects to the stand-in until the end of the test.
func connect(t *testing.T, p *hostedsim.Product, options vix.ConnectOptions) vix.Host {
	t.Helper()
	h, err := Connect(vix.ServiceProvider(p.ServiceProvider()))(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Disconnect(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return h
}

// open opens a VM as its path is written.
func open(t *testing.T, h vix.Host, path string) (*vix.VM, error) {
	t.Helper()
	p, err := h.ParsePath(path)
	if err != nil {
		return nil, err
	}
	return h.Open(t.Context(), vix.Locator{Path: p})
}

// wantError fails unless err is a *vix.Error with a code, which says each of some texts.
func wantError(t *testing.T, err error, code vix.Code, says ...string) *vix.Error {
	t.Helper()
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || e.Code != code || e.Op == "" || e.Object == "" || e.Reason == "" {
		t.Fatalf("got %v (%T), want %s", err, err, code)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q is not in: %v", text, err)
		}
	}
	return e
}

func TestContract(t *testing.T) {
	for _, persona := range personas {
		for _, library := range []bool{false, true} {
			if persona == "player-17" && library {
				continue // it has none, whatever runs beside it
			}
			t.Run(fmt.Sprintf("%s, library %t", persona, library), func(t *testing.T) {
				t.Parallel()
				vixtest.Contract(t, func(t *testing.T) vixtest.World { return world(t, persona, library) })
			})
		}
	}
}

// world is a stand-in with three VMs whose names are hard to spell.
func world(t *testing.T, persona string, library bool) vixtest.World {
	p := hostedsim.New(t, hostedsim.Options{Persona: persona})
	var rest *hostedsim.VMRest
	if library {
		rest = p.VMRest()
	}
	names := []string{"web 01", "Übung (位)", "it's 100% $HOME"}
	var paths []string
	for i, name := range names {
		paths = append(paths, p.AddVM(name, hostedsim.Spec{DisplayName: name, Bundle: i == 2}).Path())
	}
	return vixtest.World{
		Connect: Connect(vix.ServiceProvider(p.ServiceProvider())), Options: optionsFor(p, rest), Paths: paths, Names: names,
		Missing: filepath.Join(p.VMs(), "none", "none.vmx"), Folder: p.VMs(),
		Register: func(_ *testing.T, path string) {
			if library {
				p.VM(path).AddToLibrary()
			}
		},
		Unregister:  func(_ *testing.T, path string) { p.VM(path).RemoveFromLibrary() },
		PowerOn:     func(_ *testing.T, path string) { p.VM(path).Start() },
		Withhold:    func(*testing.T) {},
		Fingerprint: func(*testing.T) string { return fingerprint(p) },
		Logins:      func() int { return len(p.Alive()) },
	}
}

// fingerprint tells the files of all VMs.
func fingerprint(p *hostedsim.Product) string {
	tree := p.Tree()
	var lines []string
	for name, sum := range tree {
		lines = append(lines, name+" "+sum)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestAHundredVMsCostAListAndOneProcessForEachThatRunsOrIsEncrypted(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	var paths []string
	running, encrypted := 0, 0
	for i := range 100 {
		spec := hostedsim.Spec{}
		if i%20 == 0 {
			spec.Encrypted, spec.Password = hostedsim.EncryptedPartly, "vm password"
			encrypted++
		}
		m := p.AddVM(fmt.Sprintf("vm %03d", i), spec)
		if i%20 == 7 {
			m.Start()
			running++
		}
		paths = append(paths, m.Path())
	}
	before := fingerprint(p)
	options := optionsFor(p, nil)
	options.VMPassword = "vm password"
	h := connect(t, p, options)
	errs := make(chan error, len(paths))
	for _, path := range paths {
		go func() {
			vm, err := h.Open(t.Context(), vix.Locator{Path: vix.Path{File: path}})
			if err == nil && (vm.ID != path || vm.IsRunning != (vm.Guest.IPAddress != "")) {
				err = fmt.Errorf("opened %s as %+v", path, vm)
			}
			errs <- err
		}()
	}
	for range paths {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if lists, versions, asked := p.Count("list"), p.Count("version"), p.Count("getguestipaddress"); lists != 1 || versions != 1 ||
		asked != running+encrypted || len(p.Calls()) != 2+asked {
		t.Errorf("%d lists, %d versions, %d questions of %d VMs, %d calls in all", lists, versions, asked, running+encrypted, len(p.Calls()))
	}
	if len(p.Overlaps()) > 0 || fingerprint(p) != before {
		t.Errorf("%d commands were about one VM at a time; the files are as before: %t", len(p.Overlaps()), fingerprint(p) == before)
	}
}

func TestNoExecutableIsLookedForBeforeAConnection(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_ = Connect(vix.Workstation)
	_, err := Connect(vix.Workstation)(t.Context(), vix.ConnectOptions{})
	if _, there := os.Stat("/usr/bin/vmrun"); there == nil {
		t.Skip("this machine has a product")
	}
	e := wantError(t, err, vix.CodeFileNotFound)
	if e.Kind != vix.ErrNoProgram || e.Field != vix.FieldVMRunPath || !slices.ContainsFunc(e.Choices, func(c string) bool {
		return strings.Contains(c, "/usr/bin/vmrun")
	}) {
		t.Errorf("got %+v", e)
	}
}

func TestInfoSaysWhatIsVMRunsAndNoMore(t *testing.T) {
	for persona, want := range map[string]vix.HostInfo{
		"workstation-17":   {ServiceProvider: vix.Workstation, Product: "VMware Workstation", Build: "24409262", APIVersion: "1.17.0"},
		"workstation-25h2": {ServiceProvider: vix.Workstation, Product: "VMware Workstation", Build: "24995812", APIVersion: "1.17.0"},
		"player-17":        {ServiceProvider: vix.Player, Product: "VMware Player", Build: "24409262", APIVersion: "1.17.0"},
		"fusion-13":        {ServiceProvider: vix.Fusion, Product: "VMware Fusion", Build: "24409261", APIVersion: "1.17.0"},
	} {
		p := hostedsim.New(t, hostedsim.Options{Persona: persona})
		got, err := connect(t, p, optionsFor(p, nil)).Info(t.Context())
		if err != nil || cmp.Or(cmp.Compare(got.Product, want.Product), cmp.Compare(got.Build, want.Build), cmp.Compare(got.APIVersion, want.APIVersion),
			cmp.Compare(got.ServiceProvider, want.ServiceProvider), cmp.Compare(got.InstanceUUID, string(want.ServiceProvider))) != 0 ||
			got.Version != "" || got.Username != "" || len(got.Datacenters) != 0 {
			t.Errorf("%s: %+v, %v", persona, got, err)
		}
	}
}
