// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// A VM whose datastore is out of reach has lost its name, and its path is one of the host's file system, below no datastore;
// no lookup finds it by the path that it had.

// outOfReach reports that a VM's files cannot be reached.
func (h *Host) outOfReach(ref moref) bool {
	e, ok := h.vms.get(ref)
	return ok && e.state == types.VirtualMachineConnectionStateInaccessible
}

// obscure makes of what is reported of a VM what is told of one that is out of reach.
func (h *Host) obscure(o *types.ObjectContent) {
	for i := range o.PropSet {
		switch p := &o.PropSet[i]; p.Name {
		case "name", "summary.config.name":
			p.Val = "Unknown"
		case "summary.config.vmPathName":
			if text, ok := p.Val.(string); ok {
				p.Val = h.shellPath(o.Obj, text)
			}
		}
	}
}

// shellPath is a path in the file system of the hosts, as it is told of a VM out of reach.
func (h *Host) shellPath(vm moref, text string) string {
	p, ok := parsePath(text)
	dc := h.datacenterOf(vm)
	if !ok || dc == nil {
		return text
	}
	ds := h.datastoreOf(dc, p.Datastore)
	if ds == nil {
		return text
	}
	return "[] " + strings.TrimRight(ds.Summary.Url, "/") + "/" + p.Path
}
