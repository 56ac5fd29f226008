# Register a VM that was copied here, answer what it asks about that, and wait until it has an address.
resource "vix_registration" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

resource "vix_power" "web" {
  vm_id    = vix_registration.web.id
  state    = "on"
  mode     = "soft_then_hard"
  wait_for = "ip"
  answers  = { "msg.uuid.altered" = "moved" }

  timeouts = {
    create = "15m"
  }
}

output "address" {
  value = vix_power.web.ip_address
}
