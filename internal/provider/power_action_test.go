// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestThePowerActionOfOneVM(t *testing.T) {
	w, vm, _ := powerWorld(t)
	config := args{"vm_id": vm.ID, "operation": "on", "wait_for": "tools", "answers": mapOf(map[string]string{"msg.uuid.altered": "moved"})}
	w.planAction("vix_power", config).none(t)
	calls(t, w.host, "OpenID "+vm.ID, "CheckPower on soft")
	said, diags := w.invoke("vix_power", config)
	diags.none(t)
	calls(t, w.host, "SetPower on soft tools")
	if want := []string{"web (" + webPath + "): powering on", "web (" + webPath + "): on"}; !slices.Equal(said, want) {
		t.Errorf("it says %q", said)
	}
	if w.host.order.Answers["msg.uuid.altered"] != "moved" || w.host.order.SoftTimeout.String() != "3m0s" || w.host.handle.ManagedObjectID != "vm-1" {
		t.Errorf("the order is %+v, to %+v", w.host.order, w.host.handle)
	}
	_, diags = w.invoke("vix_power", args{"vm_id": vm.ID, "operation": "off", "mode": "soft_then_hard", "soft_timeout": "7s"})
	diags.none(t)
	calls(t, w.host, "SetPower off soft_then_hard ")
	if w.host.order.SoftTimeout.String() != "7s" || vm.PowerState != vix.PoweredOff {
		t.Errorf("the order is %+v", w.host.order)
	}
}

// Of many each has its lines, a failure names its VM, and the others are done.
func TestThePowerActionOfMany(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for i := range 20 {
		name := fmt.Sprintf("m%d", i)
		ids = append(ids, w.host.register(mustPath(t, "[storage1] "+name+"/"+name+".vmx"), name).ID)
	}
	gone := ids[7]
	delete(w.host.vms, gone)
	config := args{"vm_ids": listOf(append(ids, ids[0])...), "operation": "on"}
	w.planAction("vix_power", config).only(t, "ERROR at AttributeName(\"vm_id\"): No VM has the id \""+gone+"\"\n"+
		"The host knows no VM with this id, or this user may not see it. vm_id takes the id of a VM that is registered, which no path is, "+
		"and no managed object id of a VM that has an instance UUID:\n\n  vm_id = data.vix_vm.NAME.id\n  vm_id = vix_registration.NAME.id\n  vm_id = vix_clone.NAME.id\n\n"+
		"VIX_E_VM_NOT_FOUND (4000)")
	said, diags := w.invoke("vix_power", config)
	diags.only(t, "ERROR: Cannot power the VM "+gone+"\nIt is gone.\n\nVIX_E_OBJECT_NOT_FOUND (25) on vc")
	for i, id := range ids {
		name := fmt.Sprintf("m%d ", i)
		lines := 0
		for _, line := range said {
			if strings.HasPrefix(line, name) || strings.HasPrefix(line, id) {
				lines++
			}
		}
		if id == gone && lines != 1 || id != gone && (lines != 2 || w.host.vms[id].PowerState != vix.PoweredOn) {
			t.Errorf("%s has %d lines of %q", name, lines, said)
		}
	}
}

// A VM whose id is written twice, in another case too, is one VM: it is not reset twice.
func TestThePowerActionTakesEachVMOnce(t *testing.T) {
	const id = "50201e5a-0000-4000-8000-00000000000a"
	list := types.ListValueMust(types.StringType, []attr.Value{
		types.StringValue(id), types.StringValue(strings.ToUpper(id)), types.StringValue(id),
	})
	if got := (&powerActionModel{VMIDs: list}).ids(); len(got) != 1 || got[0] != id {
		t.Errorf("it is done with %v", got)
	}
}

func TestWhatThePowerActionRefuses(t *testing.T) {
	w, vm, _ := powerWorld(t)
	for _, config := range []args{
		{"operation": "on"}, {"operation": "on", "vm_id": vm.ID, "vm_ids": listOf(vm.ID)},
	} {
		w.planAction("vix_power", config).has(t, "One of vm_id and vm_ids")
	}
	for _, config := range []args{
		{"operation": "up"}, {"operation": "on", "mode": "x"}, {"operation": "on", "wait_for": "x"}, {"operation": "on", "soft_timeout": "x"},
		{"operation": "on", "timeouts": args{"invoke": "0s"}},
	} {
		config["vm_id"] = vm.ID
		if !w.planAction("vix_power", config).failed() {
			t.Errorf("%v is taken", config)
		}
	}
	w.host.made()
	w.planAction("vix_power", args{"vm_id": unknown, "operation": "on"}).none(t)
	calls(t, w.host)
	w.host.fail["CheckPower reset soft"] = &vix.Error{Op: "reset", Object: "web", Code: vix.CodeHostUserPermissions, Reason: "No right."}
	w.planAction("vix_power", args{"vm_id": vm.ID, "operation": "reset"}).has(t, "VIX_E_HOST_USER_PERMISSIONS")
	w.host.lacks = map[vix.Feature]bool{vix.FeaturePower: true, vix.FeatureInstallTools: true}
	w.planAction("vix_power", args{"vm_id": vm.ID, "operation": "on"}).has(t, notSupported("VixVM_PowerOn"))
	w.planAction("vix_question_answer", args{"vm_id": vm.ID, "answers": mapOf(nil)}).has(t, notSupported("VixVM_PowerOn"))
	w.planAction("vix_tools_install", args{"vm_id": vm.ID, "mode": "mount"}).has(t, notSupported("VixVM_InstallTools"))
}

// Each action says what is right for an action, and nothing of a next apply or a registration.
func TestWhatActionsAdvise(t *testing.T) {
	refused := vix.Error{Op: "do", Object: "it", Code: vix.CodeFail, Kind: vix.ErrGuestLate, Reason: "It is late."}
	for kind, c := range map[string]struct {
		fails  string
		config args
	}{
		"vix_power":           {"SetPower", args{"operation": "reset"}},
		"vix_question_answer": {"Answer", args{"answers": mapOf(nil)}},
		"vix_tools_install":   {"InstallTools mount ", args{"mode": "mount"}},
		"vix_snapshot_revert": {"Revert base false", args{"snapshot": "base"}},
		"vix_guest_run":       {"started", args{"program": "/bin/x"}},
		"vix_guest_copy":      {"CopyToGuest x /x", args{"direction": "to_guest", "source": "x", "destination": "/x"}},
	} {
		w, id := guestWorld(t, guestRunType)
		c.config["vm_id"] = id
		w.host.fail[c.fails] = &refused
		_, diags := w.invoke(kind, c.config)
		diags.only(t, "ERROR: Cannot do it\nIt is late.\n\nTo wait for it again, invoke the action with operation = \"on\", which does nothing "+
			"else with a VM that is on. A longer time can be set in timeouts.\n\nVIX_E_FAIL (1) on vc")
	}
}

func TestTheQuestionAnswerAction(t *testing.T) {
	w, vm, _ := powerWorld(t)
	config := args{"vm_id": vm.ID, "answers": mapOf(map[string]string{"msg.uuid.altered": "moved"})}
	w.planAction("vix_question_answer", config).none(t)
	calls(t, w.host, "OpenID "+vm.ID, "CheckAnswer")
	_, diags := w.invoke("vix_question_answer", config)
	diags.only(t, "ERROR: Cannot answer the VM "+vm.ID+"\nThe VM asks nothing.\n\nWhere that is no error, set if_none = \"ignore\".\n\nVIX_E_INVALID_ARG (3)")
	config["if_none"] = "ignore"
	said, diags := w.invoke("vix_question_answer", config)
	diags.none(t)
	if !slices.Equal(said, []string{vm.ID + ": nothing is asked"}) {
		t.Errorf("%q", said)
	}
	w.host.question = &vix.Question{
		ID: "1", MessageID: "msg.uuid.altered", Text: "msg.uuid.altered: Moved?", Choices: []vix.Choice{{Key: "1", Label: "I moved it"}},
	}
	said, diags = w.invoke("vix_question_answer", config)
	diags.none(t)
	if !slices.Equal(said, []string{vm.ID + `: "Moved?" is answered with "I moved it"`}) {
		t.Errorf("%q", said)
	}
	config["answers"] = mapOf(map[string]string{"msg.uuid.altered": "copied"})
	_, diags = w.invoke("vix_question_answer", config)
	diags.has(t, `What there is for it, "copied", is none of the choices:`, "answers", "VIX_E_VMX_MSG_DIALOG_AND_NO_UI (3028)")
}

func TestTheToolsInstallAction(t *testing.T) {
	w, vm, _ := powerWorld(t)
	for mode, line := range map[string]string{
		"mount": "the installer is mounted", "unmount": "the installer is not mounted any more", "upgrade": "VMware Tools are upgraded",
	} {
		config := args{"vm_id": vm.ID, "mode": mode, "options": "/S"}
		w.planAction("vix_tools_install", config).none(t)
		w.host.made()
		said, diags := w.invoke("vix_tools_install", config)
		diags.none(t)
		calls(t, w.host, "InstallTools "+mode+" /S")
		if !slices.Equal(said, []string{vm.ID + ": " + line}) {
			t.Errorf("%q", said)
		}
	}
	w.host.fail["CheckTools mount"] = &vix.Error{Op: "mount", Object: "web", Code: vix.CodeHostUserPermissions, Reason: "No right."}
	w.planAction("vix_tools_install", args{"vm_id": vm.ID, "mode": "mount"}).has(t, "No right.")
	w.host.fail["InstallTools mount "] = &vix.Error{Op: "mount", Object: "web", Code: vix.CodeToolsInstallInProgress, Reason: "It is there."}
	_, diags := w.invoke("vix_tools_install", args{"vm_id": vm.ID, "mode": "mount"})
	diags.has(t, "VIX_E_TOOLS_INSTALL_IN_PROGRESS (21011)")
}
