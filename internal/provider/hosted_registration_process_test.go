// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

// deskOf is a workspace whose provider works with a stand-in, and with its library, if there is one.
func deskOf(t *testing.T, p *hostedsim.Product, rest *hostedsim.VMRest, config string, env ...string) *workspace {
	t.Helper()
	all := []string{"VIX_SERVICE_PROVIDER=" + p.ServiceProvider(), "VIX_VMRUN_PATH=" + p.VMRun()}
	if rest != nil {
		all = append(all, "VIX_VMREST_URL="+rest.URL(), "VIX_USERNAME="+rest.Username, "VIX_PASSWORD="+rest.Password)
	}
	return newWorkspaceOf(t, config, append(all, env...)...)
}

func adopts(config string) string {
	return strings.Replace(config, "\n}", "\n  if_registered = \"adopt\"\n}", 1)
}

func imports(id string) string {
	return fmt.Sprintf("import {\n  to = vix_registration.web\n  id = %q\n}\n", id)
}

// A password that is the name of a folder changes nothing of what is known of the VM in it.
func TestProcessHostedAPasswordIsNoWordOfAPath(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("vault", hostedsim.Spec{})
	m.Start()
	for _, password := range []string{"vault", "1", "192", "vmrun"} {
		w := deskOf(t, p, nil, opensAt(m.Path())+"output \"o\" {\n  value = join(\" \", [data.vix_vm.web.power_state, data.vix_vm.web.guest.ip_address])\n}\n",
			"VIX_VM_PASSWORD="+password)
		if out := w.run(t, nil, "apply", "-no-color", "-auto-approve"); !strings.Contains(out, `o = "on 192.168.80.130"`) {
			t.Errorf("%s:\n%s", password, out)
		}
	}
}

// What is registered is what was planned: a link that was changed meanwhile is refused before anything is sent, and one
// that is changed later is told.
func TestProcessHostedALinkThatIsChangedRegistersNoOtherVM(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	a, b := p.AddVM("a", hostedsim.Spec{}), p.AddVM("b", hostedsim.Spec{})
	link := filepath.Join(p.Root(), "current.vmx")
	must(t, os.Symlink(a.Path(), link))
	swap := func() {
		must(t, os.Remove(link))
		must(t, os.Symlink(b.Path(), link))
	}
	w := deskOf(t, p, rest, registersAt(link))
	if plan := w.run(t, nil, "plan", "-no-color", "-out=plan"); strings.Count(plan, a.Path()) < 2 {
		t.Errorf("the plan does not say which VM it is:\n%s", plan)
	}
	swap()
	w.refused(t, []string{regexp.QuoteMeta(b.Path())}, "apply", "-no-color", "plan")
	if a.InLibrary() || b.InLibrary() || rest.Count("POST", "") > 0 {
		t.Error("something was registered")
	}
	must(t, os.Remove(link))
	must(t, os.Symlink(a.Path(), link))
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	swap()
	if out := w.run(t, nil, "plan", "-no-color"); !strings.Contains(out, "vmx_path leads to another VM") || !strings.Contains(out, "No changes") {
		t.Errorf("the link leads elsewhere, and terraform says:\n%s", out)
	}
	w.configure(t, registersAt(b.Path()))
	if out := w.run(t, nil, "apply", "-no-color", "-auto-approve"); !strings.Contains(out, "1 added") || !b.InLibrary() || !a.InLibrary() {
		t.Errorf("the other VM's own path registers it:\n%s", out)
	}
}

// An import asks the library: what is not there is no registration, and what is there is one, even without its file.
func TestProcessHostedAnImportAsksTheLibrary(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{})
	w := deskOf(t, p, rest, registersAt(m.Path()))
	w.refused(t, []string{"not in the library", `resource "vix_registration"`, "VIX_E_VM_NOT_FOUND"}, "import", "-no-color", address, m.Path())
	wrong := deskOf(t, p, rest, registersAt(m.Path())+imports(m.Path()), "VIX_PASSWORD=wrong")
	wrong.refused(t, []string{"refuses the user name or the password"}, "plan", "-no-color")
	m.AddToLibrary()
	must(t, os.Rename(m.Dir(), m.Dir()+" is away"))
	w.run(t, nil, "import", "-no-color", address, m.Path())
	must(t, os.Rename(m.Dir()+" is away", m.Dir()))
	w.run(t, nil, "plan", "-no-color")
	block := deskOf(t, p, rest, registersAt(m.Path())+imports(m.Path()))
	if out := block.run(t, nil, "apply", "-no-color", "-auto-approve"); !strings.Contains(out, "1 imported") {
		t.Error(out)
	}
	if rest.Count("POST", "") > 0 {
		t.Error("an import has registered something")
	}
}

// A disk that is not mounted costs no state.
func TestProcessHostedADiskThatIsAwayIsNotAnUnregistration(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{})
	disk, home := filepath.Join(p.Root(), "Bu\u0308cher"), filepath.Join(p.Root(), "home")
	must(t, os.Mkdir(disk, 0o755))
	must(t, os.Rename(m.Dir(), filepath.Join(disk, "web")))
	must(t, os.Symlink(disk, home))
	at := filepath.Join(home, "web", "web.vmx")
	p.VM(at).AddToLibrary()
	w := deskOf(t, p, rest, adopts(registersAt(at)))
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	must(t, os.Rename(disk, disk+" is away"))
	out := w.run(t, nil, "apply", "-refresh-only", "-no-color", "-auto-approve")
	if strings.Contains(out, "not registered any more") || !strings.Contains(w.run(t, nil, "state", "show", "-no-color", address), "inaccessible") {
		t.Errorf("the disk is away, and terraform says:\n%s", out)
	}
	must(t, os.Rename(disk+" is away", disk))
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
}

// A registration that is kept cannot be made anew, and one that is only forgotten needs no vmrest.
func TestProcessHostedWhatIsKeptIsForgottenAndNotMadeAnew(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{})
	w := deskOf(t, p, rest, registersAt(m.Path()))
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	if out := w.refused(t, []string{"is kept registered", "adopt", "VIX_E_ALREADY_EXISTS"}, "plan", "-no-color", "-replace="+address); strings.Contains(out, "Two resources") {
		t.Error(out)
	}
	w.env = append(w.env, "VIX_SERVICE_PROVIDER=fusion")
	fusion := hostedsim.New(t, hostedsim.Options{Persona: "fusion-13"})
	w.env = append(w.env, "VIX_VMRUN_PATH="+fusion.VMRun())
	if out := w.refused(t, []string{"Check the provider's service_provider"}, "plan", "-no-color"); strings.Contains(out, "hostname") {
		t.Error(out)
	}
	w.env = append(w.env, "VIX_SERVICE_PROVIDER=workstation", "VIX_VMRUN_PATH="+p.VMRun(), "VIX_VMREST_URL=")
	if out := w.run(t, nil, "plan", "-no-color"); !strings.Contains(out, "was not refreshed") || !strings.Contains(out, "vmrest_url") {
		t.Errorf("terraform says:\n%s", out)
	}
	w.refused(t, []string{"VixHost_RegisterVM", "vmrest_url", "VIX_E_NOT_SUPPORTED"}, "plan", "-no-color", "-replace="+address)
	if out := w.run(t, nil, "destroy", "-no-color", "-auto-approve"); !strings.Contains(out, "1 destroyed") || !m.InLibrary() {
		t.Errorf("terraform says:\n%s", out)
	}
}

// Two aliases are two processes, and vmrest stands one call at a time: a read that comes in between is sent again.
func TestProcessHostedTwoAliasesShareAVMRest(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	config := "provider \"vix\" {}\nprovider \"vix\" {\n  alias = \"b\"\n}\n"
	for i := range 6 {
		r := strings.Replace(registersAt(p.AddVM(fmt.Sprintf("v%d", i), hostedsim.Spec{}).Path()), `"web"`, fmt.Sprintf(`"v%d"`, i), 1)
		if i%2 == 0 {
			r = strings.Replace(r, "\n}", "\n  provider = vix.b\n}", 1)
		}
		config += r
	}
	w := deskOf(t, p, rest, config)
	rest.Fault(hostedsim.RESTFault{Method: "GET", Delay: 200 * time.Millisecond, Times: 4})
	w.run(t, nil, "plan", "-no-color")
}

// A plan of many registrations costs vmrest about as much as one of a few.
func TestProcessHostedAPlanOfManyAsksFewTimes(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	var config strings.Builder
	const many = 60
	for i := range many {
		config.WriteString(strings.Replace(registersAt(p.AddVM(fmt.Sprintf("v%d", i), hostedsim.Spec{}).Path()), `"web"`, fmt.Sprintf(`"v%d"`, i), 1))
	}
	w := deskOf(t, p, rest, config.String())
	w.run(t, nil, "plan", "-no-color")
	first := rest.Count("GET", "")
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	before := rest.Count("GET", "")
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
	t.Logf("requests: %d to plan, %d to apply, %d to plan again", first, before-first, rest.Count("GET", "")-before)
	if second := rest.Count("GET", "") - before; first > many/6 || second > many/6 {
		t.Errorf("%d and %d requests to plan %d registrations, before and after", first, second, many)
	}
}

// Names that are one to Terraform are two files: no map loses one, and no path means either.
func TestProcessHostedNamesThatAreOneToTerraform(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	p.AddVM("c\u00e9", hostedsim.Spec{File: "vm.vmx"})
	d := p.AddVM("ce\u0301", hostedsim.Spec{File: "vm.vmx"})
	files := fmt.Sprintf("data \"vix_vmx_files\" \"all\" {\n  path = %q\n}\n", p.VMs())
	deskOf(t, p, nil, files).refused(t, []string{"2 files have the path", `e\\u0301`, "VIX_E_INVALID_ARG"}, "plan", "-no-color")
	deskOf(t, p, nil, opensAt(d.Path())).refused(t, []string{"how their letters are composed", `e\\u0301`}, "plan", "-no-color")
}

// What has no effect on a desktop stops nothing there.
func TestProcessHostedWhatHasNoEffectStopsNothing(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{})
	w := deskOf(t, p, nil, opensAt(m.Path()), "VIX_PORT=x", "VIX_THUMBPRINT=AA:BB", "VIX_SESSION_CACHE=perhaps", "VIX_HOSTNAME=http://nowhere")
	w.run(t, nil, "plan", "-no-color")
}
