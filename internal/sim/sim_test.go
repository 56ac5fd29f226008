// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // the simulator logs every object that it does not find
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// seat is a client at a host, for tests.
type seat struct {
	*Host
	ctx context.Context
	c   *govmomi.Client
}

// missing is what the body of a test returns when it does not find what vSphere does.
func missing(format string, args ...any) error { return fmt.Errorf(format, args...) }

func sit(t *testing.T, opts Options) *seat {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	h, err := Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	c, err := h.Client(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return &seat{Host: h, ctx: ctx, c: c}
}

// vsphere runs a body that checks what vSphere does: it must find it on the corrected simulator and miss it on the
// bare one.
func vsphere(t *testing.T, opts Options, body func(*seat) error) {
	t.Helper()
	if err := body(sit(t, opts)); err != nil {
		t.Errorf("corrected simulator: %v", err)
	}
	opts.Bare = true
	bare := sit(t, opts)
	if err := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return body(bare)
	}(); err == nil {
		t.Error("the bare simulator does this too: the correction is not needed")
	}
}

// dc returns a datacenter by inventory path, with its folders.
func (s *seat) dc(path string) mo.Datacenter {
	d, err := s.Host.datacenter(path)
	if err != nil {
		panic(err)
	}
	return d.Datacenter
}

// place returns a root pool and a host of a datacenter.
func (s *seat) place(path string) (pool, host types.ManagedObjectReference) {
	hosts := s.hostsOf(s.dc(path).Self)
	h := hosts[len(hosts)-1] // the standalone host comes last
	return *s.compute(*h.Parent).ResourcePool, h.Self
}

// register registers over the network, as a client does.
func (s *seat) register(dc, path, name string) (*object.VirtualMachine, error) {
	pool, host := s.place(dc)
	return s.registerWith(types.RegisterVM_Task{This: s.dc(dc).VmFolder, Path: path, Name: name, Pool: &pool, Host: &host})
}

func (s *seat) registerWith(req types.RegisterVM_Task) (*object.VirtualMachine, error) {
	res, err := methods.RegisterVM_Task(s.ctx, s.c, &req)
	if err != nil {
		return nil, err
	}
	info, err := object.NewTask(s.c.Client, res.Returnval).WaitForResult(s.ctx)
	if err != nil {
		return nil, err
	}
	ref, ok := info.Result.(types.ManagedObjectReference)
	if !ok {
		return nil, fmt.Errorf("result %T", info.Result)
	}
	return object.NewVirtualMachine(s.c.Client, ref), nil
}

func (s *seat) read(ref types.ManagedObjectReference, props ...string) (mo.VirtualMachine, error) {
	var vm mo.VirtualMachine
	err := property.DefaultCollector(s.c.Client).RetrieveOne(s.ctx, ref, props, &vm)
	return vm, err
}

func (s *seat) findPath(dc, path string) (*types.ManagedObjectReference, error) {
	res, err := methods.FindByDatastorePath(s.ctx, s.c, &types.FindByDatastorePath{
		This: *s.c.ServiceContent.SearchIndex, Datacenter: s.dc(dc).Self, Path: path,
	})
	if err != nil {
		return nil, err
	}
	return res.Returnval, nil
}

// wants checks that an error is a fault of a kind and that its text is not a Go type.
func wants[T any, P interface {
	*T
	types.BaseMethodFault
}](err error) (P, error) {
	var f P
	if _, ok := fault.As(err, &f); !ok {
		var zero T
		return nil, fmt.Errorf("want %T, got %w", zero, err)
	}
	if strings.Contains(err.Error(), "*types.") {
		return nil, fmt.Errorf("a person cannot read this: %w", err)
	}
	return f, nil
}

func isFault[T any, P interface {
	*T
	types.BaseMethodFault
}](err error) error {
	_, e := wants[T, P](err)
	return e
}

func all(checks ...error) error { return errors.Join(checks...) }

func (s *seat) await(task types.ManagedObjectReference) error {
	return object.NewTask(s.c.Client, task).Wait(s.ctx)
}
