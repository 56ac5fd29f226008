// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// The size of every screen.
const (
	screenWidth  = 720
	screenHeight = 400
)

// privilegeScreen is what looking at a screen needs on the VM.
const privilegeScreen = "VirtualMachine.Interact.CreateScreenshot"

// screenOf is what a VM shows: one colour of its own.
func screenOf(vm moref) []byte {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(vm.Value)) // it never fails
	c := sum.Sum(nil)
	picture := image.NewPaletted(image.Rect(0, 0, screenWidth, screenHeight), color.Palette{
		color.RGBA{R: c[0], G: c[1], B: c[2], A: 255},
	})
	var out bytes.Buffer
	_ = png.Encode(&out, picture) // to memory
	return out.Bytes()
}

// serveScreen is the host's /screen?id=VM. It writes nothing.
func (h *Host) serveScreen(w http.ResponseWriter, r *http.Request) {
	user, ok := h.fileUser(r)
	if !ok {
		http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
		return
	}
	h.mu.Lock()
	none := h.noScreens
	h.mu.Unlock()
	vm, ok := h.reg.Get(moref{Type: "VirtualMachine", Value: r.URL.Query().Get("id")}).(*simulator.VirtualMachine)
	if none || !ok {
		http.NotFound(w, r)
		return
	}
	if h.denied(user, privilegeScreen, vm.Self) {
		http.Error(w, "403 Forbidden", http.StatusForbidden)
		return
	}
	on := false
	h.context().WithLock(vm, func() { on = vm.Runtime.PowerState == powerOn })
	if !on {
		http.Error(w, "503 Service Unavailable", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(screenOf(vm.Self)) // nobody is told of a client that has gone
}

// SetScreens makes the host answer at /screen, or not.
func (h *Host) SetScreens(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noScreens = !on
}

// CreateScreenshotTask writes the screen of a VM that is on into its folder.
func (m *machine) CreateScreenshotTask(ctx *simulator.Context, _ *types.CreateScreenshot_Task) soap.HasFault {
	m.enter(ctx)
	h := m.h
	return &methods.CreateScreenshot_TaskBody{Res: &types.CreateScreenshot_TaskResponse{
		Returnval: h.startTask(ctx, m.Self, "CreateScreenshot_Task", "VirtualMachine.createScreenshot",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) { return h.writeScreen(ctx, m.Self) }),
	}}
}

func (h *Host) writeScreen(ctx *simulator.Context, ref moref) (types.AnyType, types.BaseMethodFault) {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	var state powerState
	ctx.WithLock(vm, func() { state = vm.Runtime.PowerState })
	if state != powerOn {
		return nil, &types.InvalidPowerState{RequestedState: powerOn, ExistingState: state}
	}
	ds, p, ok := h.homeOf(vm)
	if !ok {
		return nil, &types.InvalidState{}
	}
	stem := strings.TrimSuffix(p.Path, path.Ext(p.Path))
	for i := 1; ; i++ {
		at := dsPath{Datastore: p.Datastore, Path: fmt.Sprintf("%s-%d.png", stem, i)}
		if _, err := os.Stat(file(ds, at)); err == nil {
			continue
		}
		if err := os.WriteFile(file(ds, at), screenOf(ref), 0o600); err != nil {
			return nil, &types.CannotAccessFile{FileFault: types.FileFault{File: at.String()}}
		}
		return at.String(), nil
	}
}
