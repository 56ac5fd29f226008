data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

# terraform apply -invoke=action.vix_guest_copy.logs
action "vix_guest_copy" "logs" {
  config {
    vm_id       = data.vix_vm.web.id
    direction   = "from_guest"
    source      = "/var/log/app"
    destination = "app-logs"
    overwrite   = true
  }
}

# terraform apply -invoke=action.vix_guest_copy.fixtures
action "vix_guest_copy" "fixtures" {
  config {
    vm_id       = data.vix_vm.web.id
    direction   = "to_guest"
    source      = path.module
    destination = "/srv/app/fixtures"
  }
}
