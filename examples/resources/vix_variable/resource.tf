data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

# The guest reads it with: vmtoolsd --cmd "info-get guestinfo.owner"
resource "vix_variable" "owner" {
  vm_id = data.vix_vm.web.id
  name  = "owner"
  value = "team-a"
}

# A setting of the .vmx by its own key.
resource "vix_variable" "no_copy" {
  vm_id = data.vix_vm.web.id
  kind  = "runtime_config"
  name  = "isolation.tools.copy.disable"
  value = "TRUE"
}
