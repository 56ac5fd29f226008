data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

variable "admin_password" {
  type      = string
  sensitive = true
  ephemeral = true
}

# The password is sent once, and is in no plan and no state; neither is the ticket.
ephemeral "vix_guest_ticket" "admin" {
  vm_id          = data.vix_vm.web.id
  guest_username = "LAB\\admin"
  guest_password = var.admin_password
}

resource "vix_guest_run" "joined" {
  vm_id           = data.vix_vm.web.id
  program         = "C:\\Windows\\System32\\whoami.exe"
  guest_ticket_wo = ephemeral.vix_guest_ticket.admin.ticket
}
