// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// transferLife is how long a URL is good that nobody asks for.
const transferLife = 10 * time.Minute

// transfer is a URL that was given out.
type transfer struct {
	user, path string
	toGuest    bool
	size       int64
	overwrite  bool
	change     guestos.Change
	host       moref // where the VM ran
	ends       time.Time
}

// InitiateFileTransferToGuest gives a URL for a file that is to be written.
func (m *guestFiles) InitiateFileTransferToGuest(ctx *simulator.Context, r *types.InitiateFileTransferToGuest) soap.HasFault {
	body := &methods.InitiateFileTransferToGuestBody{}
	res := &types.InitiateFileTransferToGuestResponse{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		change, err := changeOf(g, r.FileAttributes)
		if err != nil {
			return err
		}
		if change.Mode == nil && !g.Windows() {
			mode := fs.FileMode(0o644)
			change.Mode = &mode
		}
		if r.FileSize < 0 {
			return guestos.ErrInvalid
		}
		if err := g.CheckReceive(user, r.GuestFilePath, r.Overwrite); err != nil {
			return err
		}
		res.Returnval, err = m.h.offer(g, r.Vm, transfer{
			user: user, path: r.GuestFilePath, toGuest: true, size: r.FileSize, overwrite: r.Overwrite, change: change,
		})
		return err
	}); body.Fault_ == nil {
		body.Res = res
	}
	return body
}

// InitiateFileTransferFromGuest gives a URL for a file that is to be read.
func (m *guestFiles) InitiateFileTransferFromGuest(ctx *simulator.Context, r *types.InitiateFileTransferFromGuest) soap.HasFault {
	body := &methods.InitiateFileTransferFromGuestBody{}
	res := &types.InitiateFileTransferFromGuestResponse{}
	if body.Fault_ = m.inGuest(ctx, r.Vm, r.Auth, func(g *Guest, user string) error {
		f, err := g.CheckSend(user, r.GuestFilePath)
		if err != nil {
			return err
		}
		res.Returnval.Attributes, res.Returnval.Size = attributes(g, f), f.Info.Size()
		res.Returnval.Url, err = m.h.offer(g, r.Vm, transfer{user: user, path: r.GuestFilePath, size: f.Info.Size()})
		return err
	}); body.Fault_ == nil {
		body.Res = res
	}
	return body
}

// offer gives out a URL. An ESXi says "*" for itself; a vCenter sends the client to the ESXi that runs the VM, by the name
// that the ESXi has in the inventory.
func (h *Host) offer(g *Guest, vm moref, t transfer) (string, error) {
	t.host = h.hostOf(vm)
	t.ends = time.Now().Add(transferLife)
	token := uuid.NewString()
	at := &url.URL{Scheme: h.model.Service.Listen.Scheme, Path: "/guestFile"}
	at.RawQuery = url.Values{"id": {vm.Value}, "token": {token}}.Encode()
	if h.opts.ESX {
		at.Host = "*:" + h.model.Service.Listen.Port()
	} else {
		d, err := h.door(t.host)
		if err != nil {
			return "", err
		}
		at.Host, at.Scheme = fmt.Sprintf("%s:%d", d.name, d.port()), "https"
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.transfers[token] = &t
	return at.String(), nil
}

// hostOf is the ESXi that runs a VM.
func (h *Host) hostOf(ref moref) moref {
	var host moref
	if vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine); ok {
		h.context().WithLock(vm, func() {
			if vm.Runtime.Host != nil {
				host = *vm.Runtime.Host
			}
		})
	}
	return host
}

// VoidTransfers makes every URL void that nobody has asked for.
func (g *Guest) VoidTransfers() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.transfers)
}

// take takes a URL: it is good once.
func (g *Guest) take(token string, toGuest bool, host moref) *transfer {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.transfers[token]
	if t == nil || t.toGuest != toGuest {
		return nil
	}
	delete(g.transfers, token)
	if t.host != host || time.Now().After(t.ends) {
		return nil
	}
	return t
}

// serveGuestFile is the ESXi's /guestFile?id=VM&token=TOKEN. It asks for no session: the token is one.
func (h *Host) serveGuestFile(w http.ResponseWriter, r *http.Request) {
	vm := moref{Type: "VirtualMachine", Value: r.URL.Query().Get("id")}
	h.guests.Lock()
	g := h.guests.of[vm]
	h.guests.Unlock()
	if r.Method != http.MethodGet && r.Method != http.MethodPut {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if g == nil {
		http.NotFound(w, r)
		return
	}
	t := g.take(r.URL.Query().Get("token"), r.Method == http.MethodPut, h.hostOf(vm))
	if t == nil {
		http.NotFound(w, r)
		return
	}
	if t.toGuest {
		h.receiveGuestFile(w, r, g, t)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", fmt.Sprint(t.size))
	if err := g.Send(t.user, t.path, w, t.size); err != nil {
		panic(http.ErrAbortHandler) // what has gone cannot be taken back
	}
}

func (h *Host) receiveGuestFile(w http.ResponseWriter, r *http.Request, g *Guest, t *transfer) {
	switch {
	case r.ContentLength < 0:
		w.WriteHeader(http.StatusLengthRequired)
		return
	case r.ContentLength != t.size:
		http.Error(w, "400 the size is not the one that was announced", http.StatusBadRequest)
		return
	}
	if err := g.Receive(t.user, t.path, t.overwrite, t.change, r.Body, t.size); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			panic(http.ErrAbortHandler) // the line is gone
		}
		http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
	}
}
