data "vix_vm" "lab" {
  vmx_path = "[storage1] lab/lab.vmx"
}

# terraform apply -invoke=action.vix_snapshot_revert.clean
action "vix_snapshot_revert" "clean" {
  config {
    vm_id    = data.vix_vm.lab.id
    snapshot = "base/clean"
  }
}

# Each new version of the test begins with a clean VM. If the revert fails, the carrier is made anew by the next apply.
resource "terraform_data" "round" {
  input = "2026-02"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.vix_snapshot_revert.clean]
    }
  }
}
