# A VM that is registered already.
data "vix_vm" "web" {
  vmx_path   = "[storage1] web/web.vmx"
  datacenter = "/Berlin/DC1"
}

output "web" {
  value = {
    id    = data.vix_vm.web.id
    power = data.vix_vm.web.power_state
    ip    = data.vix_vm.web.guest.ip_address
  }
}

# A VM that this configuration registers: refer to the registration, so that it
# is opened afterwards.
resource "vix_registration" "db" {
  vmx_path   = "[storage1] db/db.vmx"
  datacenter = "/Berlin/DC1"
}

data "vix_vm" "db" {
  vmx_path   = vix_registration.db.registered_path
  datacenter = vix_registration.db.datacenter
}
