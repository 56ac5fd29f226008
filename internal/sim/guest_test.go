// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/guest"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

const guestVMX = "[LocalDS_0] DC0_VM0/DC0_VM0.vmx"

// visitor works in the guest of a VM that is on, as govmomi does.
type visitor struct {
	*seat
	*Guest
	vm    moref
	path  string
	auth  types.BaseGuestAuthentication
	login *guest.AuthManager
	files *guest.FileManager
	procs *guest.ProcessManager
}

// visit powers the first VM on, whose tools run. On the bare simulator there is no Guest.
func (s *seat) visit() (*visitor, error) { return s.visitAt(s.firstVMX()) }

func (s *seat) visitAt(path string) (*visitor, error) {
	if err := s.SetTools(s.firstDC(), path, true, true); err != nil {
		return nil, err
	}
	if err := s.SetPower(s.firstDC(), path, "poweredOn"); err != nil {
		return nil, err
	}
	vm, err := s.VM(s.firstDC(), path)
	if err != nil {
		return nil, err
	}
	v := &visitor{seat: s, vm: vm.Self, path: path, auth: login("root", guestos.Password)}
	if !s.opts.Bare {
		if v.Guest, err = s.Guest(s.firstDC(), path); err != nil {
			return nil, err
		}
	}
	ops := guest.NewOperationsManager(s.c.Client, vm.Self)
	if v.files, err = ops.FileManager(s.ctx); err != nil {
		return nil, err
	}
	if v.procs, err = ops.ProcessManager(s.ctx); err != nil {
		return nil, err
	}
	if !s.opts.Bare { // which has none
		v.login, err = ops.AuthManager(s.ctx)
	}
	return v, err
}

func (s *seat) firstDC() string {
	if s.opts.ESX {
		return "ha-datacenter"
	}
	return "DC0"
}

func (s *seat) firstVMX() string {
	if s.opts.ESX {
		return "[LocalDS_0] ha-datacenter_VM0/ha-datacenter_VM0.vmx"
	}
	return guestVMX
}

func login(name, password string) types.BaseGuestAuthentication {
	return &types.NamePasswordAuthentication{Username: name, Password: password}
}

// put uploads as a client does that trusts the ESXi by the thumbprint that its vCenter tells.
func (v *visitor) put(name string, overwrite bool, data []byte) error {
	at, err := v.files.InitiateFileTransferToGuest(v.ctx, v.auth, name, &types.GuestPosixFileAttributes{}, int64(len(data)), overwrite)
	if err != nil {
		return err
	}
	u, err := v.files.TransferURL(v.ctx, at)
	if err != nil {
		return err
	}
	p := soap.DefaultUpload
	p.ContentLength = int64(len(data))
	return v.c.Upload(v.ctx, bytes.NewReader(data), u, &p)
}

func (v *visitor) get(name string) ([]byte, error) {
	info, err := v.files.InitiateFileTransferFromGuest(v.ctx, v.auth, name)
	if err != nil {
		return nil, err
	}
	u, err := v.files.TransferURL(v.ctx, info.Url)
	if err != nil {
		return nil, err
	}
	p := soap.DefaultDownload
	body, _, err := v.c.Download(v.ctx, u, &p)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	return io.ReadAll(body)
}

// run runs a program to its end.
func (v *visitor) run(spec types.GuestProgramSpec) (types.GuestProcessInfo, error) {
	pid, err := v.procs.StartProgram(v.ctx, v.auth, &spec)
	if err != nil {
		return types.GuestProcessInfo{}, err
	}
	for v.ctx.Err() == nil {
		list, err := v.procs.ListProcesses(v.ctx, v.auth, []int64{pid})
		if err != nil {
			return types.GuestProcessInfo{}, err
		}
		if len(list) != 1 {
			return types.GuestProcessInfo{}, missing("process %d is listed %d times", pid, len(list))
		}
		if list[0].EndTime != nil {
			return list[0], nil
		}
		pause(v.ctx, 5*time.Millisecond)
	}
	return types.GuestProcessInfo{}, v.ctx.Err()
}

func TestAProgramRunsInAGuestAndItsOutputIsFetched(t *testing.T) {
	for _, opts := range []Options{{VMs: 1}, {VMs: 1, ESX: true}} {
		vsphere(t, opts, func(s *seat) error {
			v, err := s.visit()
			if err != nil {
				return err
			}
			script := []byte("echo \"$1\"; echo trouble >&2; exit 3\n")
			if err := v.put("/tmp/s.sh", false, script); err != nil {
				return err
			}
			p, err := v.run(types.GuestProgramSpec{ProgramPath: "/bin/sh", Arguments: `/tmp/s.sh 'a  b' >/tmp/o 2>/tmp/e`})
			if err != nil {
				return err
			}
			out, err := v.get("/tmp/o")
			if err != nil {
				return err
			}
			if p.ExitCode != 3 || string(out) != "a  b\n" {
				return missing("exit code %d, output %q", p.ExitCode, out)
			}
			if len(v.Starts()) != 1 || len(v.Transfers()) != 2 {
				return missing("%d starts, %d transfers", len(v.Starts()), len(v.Transfers()))
			}
			return nil
		})
	}
}

func TestTheESXiShowsACertificateOfItsOwn(t *testing.T) {
	s := sit(t, Options{VMs: 1})
	v, err := s.visit()
	if err != nil {
		t.Fatal(err)
	}
	at, err := v.files.InitiateFileTransferToGuest(v.ctx, v.auth, "/tmp/x", &types.GuestPosixFileAttributes{}, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	u, err := v.files.TransferURL(v.ctx, at)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(at, "https://DC0_") || u.Hostname() != "127.0.0.1" {
		t.Errorf("the ESXi is called %s, and reached at %s", at, u)
	}
	var host mo.HostSystem
	if err := v.c.RetrieveOne(v.ctx, v.hostOf(v.vm), []string{"summary.config.sslThumbprint", "config.certificate"}, &host); err != nil {
		t.Fatal(err)
	}
	sum, err := s.GuestThumbprint("DC0", guestVMX)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(host.Config.Certificate)
	if block == nil || host.Summary.Config.SslThumbprint != sum || soap.ThumbprintSHA1(&x509.Certificate{Raw: block.Bytes}) != sum ||
		sum == s.ThumbprintSHA1() {
		t.Errorf("the vCenter tells %s and %q", host.Summary.Config.SslThumbprint, host.Config.Certificate)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, u.String(), bytes.NewReader([]byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	// Without the thumbprint that the vCenter tells, the authority of the vCenter's certificate does not do.
	c := soap.NewClient(s.c.URL(), false)
	if err := c.SetRootCAs(s.CAFile()); err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	if res, err := c.Client.Do(req); err == nil {
		_ = res.Body.Close()
		t.Error("the ESXi is trusted by the vCenter's authority")
	}
}
