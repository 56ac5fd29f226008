// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix_test

import (
	"errors"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// What a VM is made of is no variable, however it is spelled; what users do set is one.
func TestWhatAVMIsMadeOfIsNoVariable(t *testing.T) {
	for _, name := range []string{
		"uuid.bios", "UUID.Location", "vc.uuid", "displayName", "displayname", "annotation", ".encoding", "config.version", "virtualHW.version",
		"guestOS", "firmware", "memsize", "numvcpus", "cpuid.coresPerSocket", "nvram", "extendedConfigFile", "checkpoint.vmState",
		"encryption.keySafe", "encryption.data", "vmx.encryptionType", "encryptedVM.guid", "ethernet0.present", "ethernet10.generatedAddress",
		"ethernet0.virtualDev", "scsi0.virtualDev", "scsi0:0.fileName", "sata1:15.deviceType", "nvme0:0.present", "ide1:0.filename",
	} {
		err := vix.Variable{Kind: vix.VariableRuntimeConfig, Name: name}.CheckWritten()
		e, ok := errors.AsType[*vix.Error](err)
		if !ok {
			t.Errorf("%s is one", name)
			continue
		}
		if want := "Cannot write the variable " + name; e.Summary() != want || e.Field != vix.FieldName {
			t.Errorf("%q at %q, want %q", e.Summary(), e.Field, want)
		}
		if want := "The setting says which VM this is, what hardware it has or which files are its own. That is no variable: a host ignores it, " +
			"or makes another VM of it.\n\nVIX_E_INVALID_ARG (3)"; e.Detail() != want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, e.Detail(), want)
		}
	}
	for _, name := range []string{
		"guestinfo.displayName", "isolation.tools.copy.disable", "tools.syncTime", "svga.vramSize", "mks.enable3d", "RemoteDisplay.vnc.enabled",
		"disk.EnableUUID", "uuid.action", "uuid.bios.x", "msg.autoAnswer", "sched.cpu.latencySensitivity", "sched.mem.pin", "numa.vcpu.maxPerVirtualNode",
		"monitor_control.disable_longcr3", "vhv.enable", "hypervisor.cpuid.v0", "memsize.x", "cpuid.1.ecx", "bios.bootDelay", "log.keepOld",
		"ethernet0.filter0.name", "ethernet0.coalescingScheme", "ethernet0.pciSlotNumber", "pciPassthru.use64bitMMIO", "scsi0:0.redo", "xdisplayName",
		"checkpoint.disableCpuCheck", "nvram.x", "devices.hotplug", "time.synchronize.continue",
	} {
		if err := (vix.Variable{Kind: vix.VariableRuntimeConfig, Name: name}).CheckWritten(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, v := range []vix.Variable{{Kind: vix.VariableGuest, Name: "displayName"}, {Kind: vix.VariableGuestEnv, Name: "ANNOTATION"}} {
		if err := v.CheckWritten(); err != nil {
			t.Errorf("%s: %v", v, err)
		}
	}
	if err := (vix.Variable{Kind: vix.VariableGuest, Name: "a/b"}).CheckWritten(); vix.CodeOf(err) != vix.CodeInvalidArg {
		t.Errorf("what is no name: %v", err)
	}
}
