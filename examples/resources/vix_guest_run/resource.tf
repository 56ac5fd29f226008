resource "vix_registration" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

# Guest operations need VMware Tools that run: the id of vix_power is known when they do.
resource "vix_power" "web" {
  vm_id    = vix_registration.web.id
  state    = "on"
  wait_for = "tools"
}

# It runs once, and again when a trigger changes.
resource "vix_guest_run" "release" {
  vm_id    = vix_power.web.id
  script   = <<-EOT
    set -e
    . /etc/os-release
    echo "$NAME $VERSION_ID"
  EOT
  triggers = { round = "1" }
}

resource "vix_guest_run" "migrate" {
  vm_id              = vix_power.web.id
  program            = "/usr/bin/env"
  arguments          = "app migrate --yes"
  working_directory  = "/srv/app"
  environment        = { APP_ENV = "lab" }
  success_exit_codes = [0, 2]

  timeouts = {
    create = "5m"
  }
}

output "release" {
  value = trimspace(vix_guest_run.release.stdout)
}
