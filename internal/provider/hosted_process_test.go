// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

// Ctrl-C, and the end of Terraform alone, while a vmrun hangs that ignores signals and has a child: the provider ends both,
// and then itself.
func TestProcessHostedLeavesNoVMRun(t *testing.T) {
	for name, end := range map[string]func(terraform int) error{
		"Ctrl-C":           func(terraform int) error { return syscall.Kill(-terraform, syscall.SIGINT) },
		"Terraform killed": func(terraform int) error { return syscall.Kill(terraform, syscall.SIGKILL) },
	} {
		t.Run(name, func(t *testing.T) {
			p := hostedsim.New(t, hostedsim.Options{})
			m := p.AddVM("web", hostedsim.Spec{})
			m.Start()
			p.Fault(hostedsim.Fault{Command: "getguestipaddress", Hang: true, IgnoreTerm: true, Child: true})
			w := newWorkspaceOf(t, opensAt(m.Path()), "VIX_SERVICE_PROVIDER=workstation", "VIX_VMRUN_PATH="+p.VMRun(), "VIX_REQUEST_TIMEOUT=10m")
			cmd, out := w.command(nil, "plan", "-no-color")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			must(t, cmd.Start())
			for len(p.Hanging()) == 0 && t.Context().Err() == nil {
				time.Sleep(10 * time.Millisecond)
			}
			must(t, end(cmd.Process.Pid))
			_ = cmd.Wait()
			for range 3000 {
				if len(p.Alive()) == 0 {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("processes are left: %+v\n%s", p.Alive(), out)
		})
	}
}

// Nobody looks for a product while the host is a vCenter.
func TestProcessLooksForVMRunOnlyWhereItIsNeeded(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	env := []string{"VIX_VMRUN_PATH=" + p.VMRun(), "PATH=" + p.Bin(), "VIX_HOSTNAME=127.0.0.1:1", "VIX_USERNAME=u", "VIX_PASSWORD=p"}
	w := newWorkspaceOf(t, "data \"vix_host\" \"this\" {}\n", env...)
	cmd, out := w.command(nil, "plan", "-no-color")
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "VIX_E_HOST_NETWORK_CONN_REFUSED") {
		t.Errorf("got %v:\n%s", err, out)
	}
	if calls := p.Calls(); len(calls) > 0 {
		t.Errorf("vmrun was run: %+v", calls)
	}
}

// The answer to a registration is lost: the next apply finds it done, and finishes it without another one.
func TestProcessHostedFinishesWhatItBegan(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{})
	w := newWorkspaceOf(t, registersAt(m.Path()), "VIX_SERVICE_PROVIDER=workstation", "VIX_VMRUN_PATH="+p.VMRun(), "VIX_VMREST_URL="+rest.URL(),
		"VIX_USERNAME="+rest.Username, "VIX_PASSWORD="+rest.Password)
	rest.Fault(hostedsim.RESTFault{Method: "POST", Drop: true, Late: true, Times: 1})
	cmd, out := w.command(nil, "apply", "-no-color", "-auto-approve")
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "VIX_E_HOST_CONNECTION_LOST") {
		t.Fatalf("the answer was lost, and terraform says %v:\n%s", err, out)
	}
	finished := w.run(t, nil, "apply", "-no-color", "-auto-approve")
	if !strings.Contains(finished, "1 added") || !strings.Contains(finished, "by an apply that was interrupted") {
		t.Errorf("terraform says:\n%s", finished)
	}
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
	if posts := rest.Count("POST", ""); posts != 1 {
		t.Errorf("%d registrations were sent", posts)
	}
}

// Neither vmrest's password nor that of the VMs is in a log, a plan or a state, whatever is logged.
func TestProcessHostedShowsNoPassword(t *testing.T) {
	const vmPassword = "Vm-Secret-<&>-42"
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{Encrypted: hostedsim.EncryptedPartly, Password: vmPassword})
	w := newWorkspaceOf(t, registersAt(m.Path())+"data \"vix_vm\" \"web\" {\n  vmx_path = vix_registration.web.registered_path\n}\n",
		"VIX_SERVICE_PROVIDER=workstation", "VIX_VMRUN_PATH="+p.VMRun(), "VIX_VMREST_URL="+rest.URL(), "VIX_USERNAME="+rest.Username,
		"VIX_PASSWORD="+rest.Password, "VIX_VM_PASSWORD="+vmPassword)
	trace := []string{"TF_LOG=TRACE"}
	all := w.run(t, trace, "apply", "-no-color", "-auto-approve") + w.run(t, trace, "plan", "-no-color", "-out=plan") +
		w.run(t, trace, "show", "-json", "plan") + w.run(t, trace, "show", "-json") + w.run(t, trace, "destroy", "-no-color", "-auto-approve")
	for _, want := range []string{"1 added", "1 destroyed", "command=getGuestIPAddress", "command=list"} {
		if !strings.Contains(all, want) {
			t.Errorf("the log does not say %q, so that it proves nothing", want)
		}
	}
	for _, secret := range []string{vmPassword, "Vm-Secret", rest.Password} {
		if i := strings.Index(all, secret); i >= 0 {
			t.Errorf("%q is shown: …%s…", secret, all[max(0, i-200):min(len(all), i+100)])
		}
	}
}
