data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

# Before something risky; gone with the destroy, and the VM goes on as it is.
resource "vix_snapshot" "before_upgrade" {
  vm_id       = data.vix_vm.web.id
  name        = "before the upgrade"
  description = "taken by Terraform"
}

# A test that leaves nothing behind: the destroy reverts to it first.
resource "vix_snapshot" "clean" {
  vm_id             = data.vix_vm.web.id
  name              = "clean"
  memory            = true
  revert_on_destroy = true
  depends_on        = [vix_snapshot.before_upgrade]
}
