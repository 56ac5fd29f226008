// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"github.com/google/uuid"
)

// vSphere writes the UUIDs that it gives a VM into the .vmx and finds them there at the next registration. The
// simulator leaves files alone, because tests and the demo compare them byte for byte, and remembers the UUIDs here
// instead, with what the file said when they were given: a file that says something else by now is another VM.

// fileKey names a file whatever the datacenter it is seen from.
type fileKey struct{ url, path string }

type identity struct {
	bios, instance         string
	fileBIOS, fileInstance string
}

// identify returns the UUIDs of the VM whose file is registered.
func (h *Host) identify(reg *registration) (bios, instance string) {
	var fileBIOS, fileInstance string
	if reg.file != nil {
		fileBIOS, fileInstance = reg.file.BIOSUUID(), reg.file.InstanceUUID()
	}
	key := fileKey{reg.datastore.Summary.Url, reg.path.Path}
	h.mu.Lock()
	defer h.mu.Unlock()
	id, known := h.identities[key]
	if !known || id.fileBIOS != fileBIOS || id.fileInstance != fileInstance {
		id = identity{bios: fileBIOS, instance: fileInstance, fileBIOS: fileBIOS, fileInstance: fileInstance}
		if id.bios == "" {
			id.bios = uuid.NewString()
		}
		if id.instance == "" {
			id.instance = uuid.NewString()
		}
	}
	if !h.opts.KeepDuplicateInstanceUUIDs && len(h.vms.withUUID(id.instance, true, nil)) > 0 {
		// A copy beside its original. vCenter gives the newcomer an instance UUID of its own.
		id.instance = uuid.NewString()
		if known && len(h.vms.withUUID(h.identities[key].instance, true, nil)) > 0 {
			return id.bios, id.instance // the very same file, registered twice: the first one keeps its identity
		}
	}
	h.identities[key] = id
	return id.bios, id.instance
}

// moveIdentity lets the UUIDs follow a VM's file.
func (h *Host) moveIdentity(from, to fileKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id, ok := h.identities[from]; ok {
		delete(h.identities, from)
		h.identities[to] = id
	}
}

// rememberIdentity notes what a VM's file says after the simulator itself has written it.
func (h *Host) rememberIdentity(key fileKey, id identity) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.identities[key] = id
}
