// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Record is what one read said of a VM, and of the entities above it.
type Record struct {
	VM    mo.VirtualMachine
	above inventory.Entities
	in    *inventory.Outline // what tells where a path of the host's file system is; nil if it is not known
	// Withheld are the properties that the host would not show, and why.
	Withheld []types.MissingProperty
}

// NewRecord is what the properties that were read say of a VM.
func NewRecord(o types.ObjectContent, above inventory.Entities, in *inventory.Outline) *Record {
	r := &Record{above: above, in: in, Withheld: o.MissingSet}
	wire.Load(o, &r.VM)
	return r
}

// registrationPaths are the properties of a registration: little, because a
// refresh reads them for every registration there is.
var registrationPaths = []string{
	"name", "parent", "resourcePool", "runtime.host", "runtime.connectionState", "runtime.powerState", "runtime.cryptoState",
	"config.instanceUuid", "config.template", "config.files.vmPathName", "config.keyId",
	"summary.config.vmPathName", "summary.config.instanceUuid",
}

// openPaths are the properties of an opened VM, as leaves: the trees above them
// are many times larger.
var openPaths = append(slices.Clone(registrationPaths),
	"config.uuid", "config.guestId", "config.version", "config.hardware.numCPU", "config.hardware.memoryMB", "config.annotation",
	"config.extraConfig", "config.defaultPowerOps.standbyAction", "runtime.question", "runtime.paused",
	"guest.toolsRunningStatus", "guest.toolsVersionStatus2", "guest.toolsVersion", "guest.hostName", "guest.ipAddress", "guest.net",
	"guest.guestFullName", "guest.guestFamily", "snapshot",
)

// powerPaths are the properties that an order to a VM's power looks at.
var powerPaths = append(slices.Clone(registrationPaths),
	"config.defaultPowerOps.standbyAction", "runtime.question", "runtime.paused",
	"guest.toolsRunningStatus", "guest.toolsVersionStatus2", "guest.ipAddress",
)

// Bulk bounds how many VMs are read, or powered on, with one request where little is read of each.
const Bulk = 500

// records are the answers of one read.
type records = map[types.ManagedObjectReference]Answer[*Record]

func (v *VMs) readForRegistration(ctx context.Context, refs []types.ManagedObjectReference) records {
	return v.readRecords(ctx, refs, registrationPaths)
}

func (v *VMs) readForOpen(ctx context.Context, refs []types.ManagedObjectReference) records {
	begun := time.Now()
	answers := v.readRecords(ctx, refs, openPaths)
	v.recent.keep(begun, answers)
	return answers
}

func (v *VMs) readForPower(ctx context.Context, refs []types.ManagedObjectReference) records {
	return v.readRecords(ctx, refs, powerPaths)
}

// readRecords reads VMs, and the names of all that is above them, with one
// request. What a host leaves out of such an answer is gone.
func (v *VMs) readRecords(ctx context.Context, refs []types.ManagedObjectReference, paths []string) records {
	v.seen(refs)
	answers := records{}
	content, err := v.Retrieve(ctx, vmSpec(v.Client.ServiceContent.RootFolder, refs, paths))
	if wire.IsGone(err) {
		// It is not one of the VMs: the host was asked to leave those out.
		err = v.Typed(errors.New("the host misses what it reads with"))
	}
	above := inventory.NewEntities(content)
	in, _ := v.Outline(ctx, time.Time{}) // without it fewer paths are understood
	for _, o := range content {
		if o.Obj.Type != "VirtualMachine" {
			continue
		}
		r := NewRecord(o, above, in)
		if id := r.Registration().InstanceUUID; id != "" {
			v.ids.note(id, o.Obj)
		}
		answers[o.Obj] = Answer[*Record]{Value: r}
	}
	for _, ref := range refs {
		if _, ok := answers[ref]; ok {
			continue
		}
		why := err
		if why == nil {
			why = v.Typed(soap.WrapVimFault(&types.ManagedObjectNotFound{Obj: ref}))
		}
		answers[ref] = Answer[*Record]{Err: why}
	}
	return answers
}

// vmSpec reads paths of VMs and walks up from them: by folder, pool and host. The
// first VM says how, the others refer to it: names are known in the whole filter
// specification, and said for each VM again the walk would be most of a request.
// The root folder is read with them: an answer without any of the VMs is not empty then, and need not be
// confirmed by a request of its own.
func vmSpec(root types.ManagedObjectReference, refs []types.ManagedObjectReference, paths []string) types.PropertyFilterSpec {
	up := []types.BaseSelectionSpec{
		wire.Traverse("parents", "ManagedEntity", "parent", "parents"),
		wire.Traverse("vapps", "VirtualMachine", "parentVApp", "parents"),
		wire.Traverse("pools", "VirtualMachine", "resourcePool", "parents"),
		wire.Traverse("hosts", "VirtualMachine", "runtime.host", "parents"),
	}
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: paths},
		{Type: "ManagedEntity", PathSet: []string{"name", "parent"}},
	}, ObjectSet: []types.ObjectSpec{{Obj: root}}, ReportMissingObjectsInResults: types.NewBool(true)}
	for i, ref := range refs {
		spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{Obj: ref, SelectSet: up})
		if i == 0 {
			up = wire.Selected("parents", "vapps", "pools", "hosts")
		}
	}
	return spec
}
