data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

# terraform apply -invoke=action.vix_guest_run.restart
action "vix_guest_run" "restart" {
  config {
    vm_id       = data.vix_vm.web.id
    program     = "/usr/bin/systemctl"
    arguments   = "restart app"
    stderr_file = "restart.err"
  }
}

# The app is restarted whenever its settings are written. If that fails, the next apply does not do it again by itself: a carrier
# that is tainted would (on_failure, Terraform 1.16).
resource "vix_guest_file" "settings" {
  vm_id   = data.vix_vm.web.id
  path    = "/etc/app.conf"
  content = "listen = 8080\n"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.vix_guest_run.restart]
    }
  }
}
