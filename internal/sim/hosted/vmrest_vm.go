// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// machine answers what is asked of one VM.
func (v *VMRest) machine(w *recorder, r *http.Request, id, what string) {
	desk := v.p.now()
	entries, err := desk.Library()
	if err != nil {
		broken(w, err)
		return
	}
	i := slices.IndexFunc(entries, func(e desktop.Entry) bool { return e.ID == id })
	if i < 0 {
		send(w, http.StatusNotFound, problem{codeParameter, "The virtual machine cannot be found"})
		return
	}
	password := r.URL.Query().Get("vmPassword")
	vm, err := desk.Load(entries[i].Path, password)
	if err != nil {
		send(w, http.StatusInternalServerError, problem{codeParameter, err.Error()})
		return
	}
	switch r.Method + " " + what {
	case "GET ":
		cpus := vm.Settings()
		send(w, http.StatusOK, map[string]any{"id": id, "cpu": map[string]int{"processors": cpus.NumCPUs()}, "memory": cpus.MemoryMiB()})
	case "GET power":
		send(w, http.StatusOK, map[string]string{"power_state": map[string]string{
			desktop.On: "poweredOn", desktop.Off: "poweredOff", desktop.Paused: "paused", desktop.Suspended: "suspended",
		}[desk.State(vm)]})
	case "GET ip":
		v.address(w, desk, vm)
	case "DELETE ":
		// It deletes the files, and the entry stays until vmrest is started again.
		if err := desk.Delete(vm); err != nil {
			broken(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		send(w, http.StatusNotFound, problem{codeParameter, "The resource does not exist"})
	}
}

func (v *VMRest) address(w *recorder, desk *desktop.Desktop, vm *desktop.VM) {
	running, on := desk.Running(vm.Path)
	if !on {
		send(w, http.StatusConflict, problem{codeParameter, "The virtual machine is not powered on"})
		return
	}
	guest, err := desk.AskGuest(running)
	switch {
	case err != nil:
		broken(w, err)
	case guest.IP == "":
		send(w, http.StatusConflict, problem{codeNoAddress, "Unable to get the IP address"})
	default:
		send(w, http.StatusOK, map[string]string{"ip": guest.IP})
	}
}

// AddToLibrary is a person who opens the VM in the product's window, so that vmrest lists it.
func (m *Machine) AddToLibrary() {
	m.p.t.Helper()
	_, err := m.p.now().AddToLibrary(strings.TrimSuffix(filepath.Base(m.path), filepath.Ext(m.path)), m.path)
	must(m.p.t, err)
}

// RemoveFromLibrary is a person who takes it out of the window's library; the files stay.
func (m *Machine) RemoveFromLibrary() {
	m.p.t.Helper()
	must(m.p.t, m.p.now().RemoveFromLibrary(m.path))
}

// InLibrary says whether the window's library has the VM.
func (m *Machine) InLibrary() bool {
	m.p.t.Helper()
	entries, err := m.p.now().Library()
	must(m.p.t, err)
	return slices.ContainsFunc(entries, func(e desktop.Entry) bool { return desktop.Real(e.Path) == desktop.Real(m.path) })
}
