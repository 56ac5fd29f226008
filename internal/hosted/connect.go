// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmdir"
	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmrest"
	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmrun"
	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// product is one of the products on a desktop.
type product struct {
	// name is the product's own, kind what vmrun's -T says of it.
	name, kind string
}

var products = map[vix.ServiceProvider]product{
	vix.Workstation: {"VMware Workstation", "ws"},
	vix.Player:      {"VMware Player", "player"},
	vix.Fusion:      {"VMware Fusion", "fusion"},
}

// host is a connection to a product on this machine.
type host struct {
	product
	provider vix.ServiceProvider
	options  vix.ConnectOptions
	// mask hides the passwords in what other programs say, where it is shown.
	mask    secret.Mask
	vmrun   *vmrun.Runner
	version vmrun.Version
	// library is nil where no vmrest was given, or the product has no library.
	library *vmrest.Client
	entries entries
	running running
}

// Connect makes the vix.Connect of a product: it looks for vmrun and has it tell its version. That the product is there shows
// when it is asked which VMs run. VIX: VixHost_Connect with VIX_SERVICEPROVIDER_VMWARE_WORKSTATION or _PLAYER.
func Connect(provider vix.ServiceProvider) vix.Connect {
	return func(ctx context.Context, options vix.ConnectOptions) (vix.Host, error) {
		if options.RequestTimeout == 0 {
			options.RequestTimeout = vix.DefaultRequestTimeout
		}
		if options.Log == nil {
			options.Log = slog.New(slog.DiscardHandler)
		}
		h := &host{
			product: products[provider], provider: provider, options: options,
			mask:    secret.NewMask(options.VMPassword, options.Password, vmrest.Authorization(options.Username, options.Password)),
			entries: entries{turn: make(chan struct{}, 1)}, running: running{turn: make(chan struct{}, 1)},
		}
		if err := h.connect(ctx); err != nil {
			_ = h.Disconnect(ctx) // what matters is why there is no connection
			return nil, err
		}
		return h, nil
	}
}

func (h *host) connect(ctx context.Context) error {
	if h.options.VMRestURL != "" && h.provider != vix.Player {
		at := vmrest.Endpoint{
			URL: h.options.VMRestURL, Username: h.options.Username, Password: h.options.Password, Insecure: h.options.Insecure,
		}
		var err error
		if h.library, err = vmrest.New(at, h.options.RequestTimeout, h.options.UserAgent, h.mask); err != nil {
			return err
		}
	}
	path, err := vmrun.Find(h.options.VMRunPath, h.provider)
	if err != nil {
		return noProgram(err)
	}
	h.vmrun = vmrun.New(path, h.kind, h.options.RequestTimeout, h.options.Log, h.mask)
	if h.version, err = h.vmrun.Ask(ctx); err != nil {
		return noProgram(h.failed(step{"use", path, ""}, err))
	}
	h.options.Log.InfoContext(ctx, "vmrun found", "path", path, "version", h.version.String())
	if h.version.Newer() {
		h.options.Log.WarnContext(ctx, "this vmrun is newer than those that are known to work", "version", h.version.String())
	}
	return nil
}

// noProgram is an error about the program vmrun.
func noProgram(err error) error {
	if e, ok := errors.AsType[*vix.Error](err); ok && e.Kind == "" && e.Code != vix.CodeCancelled {
		e.Kind, e.Field = vix.ErrNoProgram, vix.FieldVMRunPath
	}
	return err
}

// Disconnect implements vix.Host: VixHost_Disconnect. There is no login to end; what still runs is ended.
func (h *host) Disconnect(ctx context.Context) error {
	if h.library != nil {
		h.library.Close()
	}
	if h.vmrun == nil {
		return nil
	}
	return h.vmrun.Close(ctx)
}

// Info implements vix.Host. It is told of a product that is there.
func (h *host) Info(ctx context.Context) (vix.HostInfo, error) {
	_, err := h.runs(ctx, step{"connect to", h.name, ""})
	return vix.HostInfo{
		ServiceProvider: h.provider, Product: h.name, Build: h.version.Build, APIVersion: h.version.Text,
		InstanceUUID: string(h.provider), Features: h.features(),
	}, err
}

// ParsePath implements vix.Host: an absolute path of this machine, in its canonical form.
func (h *host) ParsePath(text string) (vix.Path, error) { return vmdir.ParsePath(text, runtime.GOOS) }

// listAge is how long it is believed which VMs run. Whoever changes that tells it.
const listAge = time.Minute

// running is what was said last of which VMs run, or why it could not be told.
type running struct {
	turn chan struct{} // held by who asks
	set  *vmdir.Set
	err  error
	at   time.Time
}

// runs are the VMs that run. It is asked once for all that want to know at the time.
func (h *host) runs(ctx context.Context, what step) (*vmdir.Set, error) {
	select {
	case h.running.turn <- struct{}{}:
		defer func() { <-h.running.turn }()
	case <-ctx.Done():
		return nil, h.failed(what, context.Cause(ctx))
	}
	if h.running.at.IsZero() || time.Since(h.running.at) >= listAge {
		paths, err := h.vmrun.List(ctx)
		if ctx.Err() != nil {
			return nil, h.failed(what, err)
		}
		h.running.set, h.running.err, h.running.at = vmdir.NewList(paths), err, time.Now()
	}
	if h.running.err != nil { // a hundred VMs need not ask a hundred times for what is not told
		return nil, h.failed(what, h.running.err)
	}
	return h.running.set, nil
}
