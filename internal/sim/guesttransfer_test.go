// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// offerPut asks for the URL of an upload.
func (v *visitor) offerPut(name string, size int64) (*url.URL, error) {
	at, err := v.files.InitiateFileTransferToGuest(v.ctx, v.auth, name, &types.GuestPosixFileAttributes{Permissions: 0o640}, size, true)
	if err != nil {
		return nil, err
	}
	return v.files.TransferURL(v.ctx, at)
}

func (v *visitor) upload(u *url.URL, body io.Reader, size int64) error {
	p := soap.DefaultUpload
	p.ContentLength = size
	return v.c.Upload(v.ctx, body, u, &p)
}

func TestATransferIsGoodOnce(t *testing.T) {
	vsphere(t, Options{VMs: 1, ESX: true}, func(s *seat) error {
		v, err := s.visit()
		if err != nil {
			return err
		}
		u, err := v.offerPut("/tmp/x", 1)
		if err != nil {
			return err
		}
		if err := v.upload(u, bytes.NewReader([]byte("x")), 1); err != nil {
			return err
		}
		if err := v.upload(u, bytes.NewReader([]byte("y")), 1); err == nil {
			return missing("the same URL takes a second file")
		}
		return nil
	})
}

func TestATransferDiesWithWhatItStoodFor(t *testing.T) {
	for name, change := range map[string]func(v *visitor) error{
		"power": func(v *visitor) error {
			if err := v.SetPower("DC0", guestVMX, "poweredOff"); err != nil {
				return err
			}
			return v.SetPower("DC0", guestVMX, "poweredOn")
		},
		"vMotion by somebody else": func(v *visitor) error { return v.VMotion("DC0", v.path) },
		"vMotion": func(v *visitor) error {
			hosts := v.hostsOf(v.dc("DC0").Self)
			to := hosts[0].Self
			if v.hostOf(v.vm) == to {
				to = hosts[1].Self
			}
			task, err := object.NewVirtualMachine(v.c.Client, v.vm).Relocate(v.ctx, types.VirtualMachineRelocateSpec{Host: &to}, "")
			if err != nil {
				return err
			}
			return task.Wait(v.ctx)
		},
		"time": func(v *visitor) error {
			v.VoidTransfers()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := visitPrepared(t)
			u, err := v.offerPut("/tmp/x", 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := change(v); err != nil {
				t.Fatal(err)
			}
			if err := v.upload(u, bytes.NewReader([]byte("x")), 1); err == nil {
				t.Error("the file was taken")
			}
			if _, err := v.Stat("/tmp/x"); !os.IsNotExist(err) {
				t.Errorf("the file: %v", err)
			}
		})
	}
}

func TestAnUploadHasASizeAndTheAttributesThatWereAskedFor(t *testing.T) {
	v := visitPrepared(t)
	for _, size := range []int64{-1, 2} {
		u, err := v.offerPut("/tmp/x", 3)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(v.ctx, http.MethodPut, u.String(), io.MultiReader(bytes.NewReader([]byte("ab"))))
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = size
		res, err := v.c.Client.Client.Client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if want := map[int64]int{-1: http.StatusLengthRequired, 2: http.StatusBadRequest}[size]; res.StatusCode != want {
			t.Errorf("size %d: status %d, not %d", size, res.StatusCode, want)
		}
	}
	u, err := v.offerPut("/tmp/x", 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.upload(u, bytes.NewReader([]byte("abc")), 3); err != nil {
		t.Fatal(err)
	}
	if one, err := v.Stat("/tmp/x"); err != nil || one.Info.Mode().Perm() != 0o640 {
		t.Errorf("the file: %+v, %v", one.Info, err)
	}
	if err := v.put("/tmp/plain", false, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if one, err := v.Stat("/tmp/plain"); err != nil || one.Info.Mode().Perm() != 0o644 {
		t.Errorf("a file without attributes: %+v, %v", one.Info, err)
	}
}

func TestTheAnswerToAnUploadCanGetLost(t *testing.T) {
	v := visitPrepared(t)
	v.Fault(Fault{Method: "HTTP PUT", Cut: true, After: true})
	if err := v.put("/tmp/x", false, []byte("text")); err == nil {
		t.Error("the answer came")
	}
	if data, err := v.Guest.ReadFile("/tmp/x"); err != nil || string(data) != "text" {
		t.Errorf("the file has %q, %v", data, err)
	}
	v.Fault(Fault{Method: "HTTP PUT", Cut: true})
	if err := v.put("/tmp/y", false, []byte("text")); err == nil {
		t.Error("the line was not cut")
	}
	if _, err := v.Stat("/tmp/y"); !os.IsNotExist(err) {
		t.Errorf("a file that was never taken: %v", err)
	}
	if n := v.Requests()["HTTP PUT"]; n != 2 {
		t.Errorf("%d requests were counted", n)
	}
}

func TestATransferIsCutAtAByte(t *testing.T) {
	v := visitPrepared(t)
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	v.Fault(Fault{Method: "HTTP PUT", Cut: true, Bytes: 654_321})
	if err := v.put("/tmp/big", true, data); err == nil {
		t.Error("the upload was not cut")
	}
	eventually(t, func() bool { return len(v.Transfers()) == 1 })
	if one := v.Transfers()[0]; one.Whole || one.Bytes != 654_321 {
		t.Errorf("the transfer is %+v", one)
	}
	if got, err := v.Guest.ReadFile("/tmp/big"); err != nil || !bytes.Equal(got, data[:654_321]) {
		t.Errorf("%d bytes have stayed, %v", len(got), err)
	}
	if err := v.put("/tmp/big", true, data); err != nil {
		t.Fatal(err)
	}
	v.Fault(Fault{Method: "HTTP GET", Cut: true, Bytes: 123_456})
	if got, err := v.get("/tmp/big"); err == nil || len(got) != 123_456 || !bytes.Equal(got, data[:123_456]) {
		t.Errorf("%d bytes came, %v", len(got), err)
	}
	if got, err := v.get("/tmp/big"); err != nil || !bytes.Equal(got, data) {
		t.Errorf("then %d bytes came, %v", len(got), err)
	}
}
