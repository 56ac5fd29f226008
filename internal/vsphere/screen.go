// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net/url"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// maxScreen bounds a screenshot: 8K without compression has less.
const maxScreen = 160 << 20

// CaptureScreen implements vix.Screen: the host's /screen, which writes nothing; where that is refused,
// CreateScreenshot_Task, whose file is deleted again.
func (h *host) CaptureScreen(ctx context.Context, handle vix.Handle) (*vix.Screenshot, error) {
	what := wire.To("capture the screen of", shownHandle(handle))
	r, err := h.meant(ctx, what, handle, &h.Powers)
	if err != nil {
		return nil, err
	}
	what = wire.To(what.Op, shown(r.Opened()))
	if r.VM.Runtime.PowerState != poweredIsOn {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeVMNotRunning,
			Reason: fmt.Sprintf("The VM is %s: only one that is on has a screen.", r.Registration().PowerState),
		}
	}
	u := *h.Client.URL()
	u.Path, u.RawQuery = "/screen", url.Values{"id": {r.VM.Self.Value}}.Encode()
	image, err := h.Download(ctx, &u, maxScreen)
	if _, refused := errors.AsType[wire.NotGivenError](err); refused {
		return h.screenByFile(ctx, what, r)
	}
	if err != nil {
		return nil, h.Failed(what, err)
	}
	return screenshot(what, image)
}

// screenByFile has the host write the screen beside the VM, reads it and deletes it.
func (h *host) screenByFile(ctx context.Context, what wire.Step, r *vms.Record) (_ *vix.Screenshot, err error) {
	response, err := methods.CreateScreenshot_Task(ctx, h.Client, &types.CreateScreenshot_Task{This: r.VM.Self})
	if err != nil {
		return nil, h.Denied(ctx, what, err)
	}
	result, err := h.waits.Result(ctx, response.Returnval)
	if err != nil {
		return nil, h.Denied(ctx, what, err)
	}
	name, ok := result.(string)
	var at object.DatastorePath
	dc, known := r.Datacenter()
	if !ok || !at.FromString(name) || !known {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeFail,
			Reason: fmt.Sprintf("The host has written the screen to a file that it does not tell: %v.", result),
		}
	}
	defer func() {
		// Whatever came of reading it, and although somebody wants no more of it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.Options.RequestTimeout)
		defer cancel()
		if left := h.deleteFile(ctx, wire.To("delete the screenshot "+name+" of", what.Object), name, dc); err == nil {
			err = left
		}
	}()
	u := object.NewDatastoreURL(*h.Client.URL(), r.Registration().Datacenter, at.Datastore, at.Path)
	image, err := h.Download(ctx, u, maxScreen)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	return screenshot(what, image)
}

// deleteFile deletes one file that this provider has had written.
func (h *host) deleteFile(ctx context.Context, what wire.Step, name string, dc reference) error {
	manager := h.Client.ServiceContent.FileManager
	if manager == nil {
		return &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeNotSupported, Reason: "The host has no file manager."}
	}
	return h.carry(ctx, what, func() (reference, error) {
		response, err := methods.DeleteDatastoreFile_Task(ctx, h.Client, &types.DeleteDatastoreFile_Task{
			This: *manager, Name: name, Datacenter: &dc,
		})
		if err != nil {
			return reference{}, err
		}
		return response.Returnval, nil
	})
}

// screenshot is what an answer shows.
func screenshot(what wire.Step, image []byte) (*vix.Screenshot, error) {
	config, err := png.DecodeConfig(bytes.NewReader(image))
	if err != nil || len(image) > maxScreen {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeFail, Cause: err,
			Reason: fmt.Sprintf("What the host gave, of %d bytes, is no PNG of a screen.", len(image)),
		}
	}
	return &vix.Screenshot{PNG: image, Width: config.Width, Height: config.Height}, nil
}
