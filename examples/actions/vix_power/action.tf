# Every VM that is registered is powered on together with the others, once the last is registered. The carrier is
# made anew, and so runs the action again, where the list of VMs changes; taint it to run the action once more
# after a failure.
resource "vix_registration" "vm" {
  for_each = toset(["[storage1] db/db.vmx", "[storage1] web/web.vmx"])
  vmx_path = each.value
}

resource "terraform_data" "powered" {
  triggers_replace = sort([for vm in vix_registration.vm : vm.id])

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vix_power.on]
    }
  }
}

action "vix_power" "on" {
  config {
    vm_ids    = [for vm in vix_registration.vm : vm.id]
    operation = "on"
    wait_for  = "tools"
  }
}
