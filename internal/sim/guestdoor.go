// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"crypto/sha1" //nolint:gosec // the SHA-1 thumbprint is a format of vSphere, not a protection
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// door is where an ESXi behind a vCenter answers by itself: for the files of its guests.
type door struct {
	name     string
	listener net.Listener
	server   *http.Server
}

func (d *door) port() int {
	_, port, _ := net.SplitHostPort(d.listener.Addr().String())
	n, _ := strconv.Atoi(port) // a listener has one
	return n
}

// certify gives every ESXi a certificate of its own and makes the vCenter tell of it.
func (h *Host) certify() error {
	for _, e := range h.reg.All("HostSystem") {
		host, ok := e.(*simulator.HostSystem)
		if !ok {
			continue
		}
		cert, _, err := newCertificate()
		if err != nil {
			return err
		}
		if h.opts.ESX {
			if h.leaf == nil {
				return nil
			}
			cert = tls.Certificate{Certificate: [][]byte{h.leaf}}
		}
		h.guests.certificates[host.Self] = cert
		sum := sha1.Sum(cert.Certificate[0]) //nolint:gosec // see the import
		ctx := h.context()
		ctx.WithLock(host, func() {
			changes := []types.PropertyChange{{Name: "summary.config.sslThumbprint", Val: colons(sum[:])}}
			if host.Config != nil {
				changes = append(changes,
					types.PropertyChange{Name: "config.certificate", Val: types.ByteSlice(certPEM(cert.Certificate[0]))},
					types.PropertyChange{Name: "config.virtualNicManagerInfo", Val: management},
				)
			}
			ctx.Update(host, changes)
		})
	}
	return nil
}

// management is how an ESXi is reached whose name nobody resolves: by the address of its management network.
var management = &types.HostVirtualNicManagerInfo{NetConfig: []types.VirtualNicManagerNetConfig{{
	NicType:      string(types.HostVirtualNicManagerNicTypeManagement),
	SelectedVnic: []string{"management.key-vim.host.VirtualNic-vmk0"},
	CandidateVnic: []types.HostVirtualNic{{
		Device: "vmk0", Key: "management.key-vim.host.VirtualNic-vmk0",
		Spec: types.HostVirtualNicSpec{Ip: &types.HostIpConfig{IpAddress: "127.0.0.1", SubnetMask: "255.0.0.0"}},
	}},
}}}

// door opens the door of an ESXi, or finds it open.
func (h *Host) door(ref moref) (*door, error) {
	host, ok := h.reg.Get(ref).(*simulator.HostSystem)
	if !ok {
		return nil, net.UnknownNetworkError(ref.Value)
	}
	h.guests.Lock()
	defer h.guests.Unlock()
	if d := h.guests.doors[ref]; d != nil {
		return d, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &door{name: host.Name, listener: l}
	config := &tls.Config{
		Certificates: []tls.Certificate{h.guests.certificates[ref]}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/guestFile", h.serveGuestFile)
	d.server = &http.Server{
		Handler: h.front(mux), ReadHeaderTimeout: time.Minute, ConnState: h.traffic.connState, ErrorLog: quiet,
	}
	h.guests.doors[ref] = d
	h.serving.Go(func() { _ = d.server.Serve(tls.NewListener(l, config)) })
	return d, nil
}

func (h *Host) closeDoors() {
	h.guests.Lock()
	defer h.guests.Unlock()
	for _, d := range h.guests.doors {
		_ = d.server.Close()
	}
}

// GuestThumbprint returns the SHA-1 thumbprint of the certificate that the ESXi of a VM shows, which its vCenter tells.
func (h *Host) GuestThumbprint(datacenter, path string) (string, error) {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return "", err
	}
	sum := sha1.Sum(h.guests.certificates[h.hostOf(vm.Self)].Certificate[0]) //nolint:gosec // see the import
	return colons(sum[:]), nil
}

// TellThumbprint makes the vCenter tell another thumbprint of the ESXi of a VM than that shows.
func (h *Host) TellThumbprint(datacenter, path, thumbprint string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	host, ok := h.reg.Get(h.hostOf(vm.Self)).(*simulator.HostSystem)
	if !ok {
		return net.UnknownNetworkError(path)
	}
	ctx := h.context()
	ctx.WithLock(host, func() {
		ctx.Update(host, []types.PropertyChange{{Name: "summary.config.sslThumbprint", Val: thumbprint}})
	})
	return nil
}
