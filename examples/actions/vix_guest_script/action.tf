data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

# terraform apply -invoke=action.vix_guest_script.report
action "vix_guest_script" "report" {
  config {
    vm_id       = data.vix_vm.web.id
    interpreter = "/bin/bash"
    script      = <<-EOT
      set -eo pipefail
      df -P | sort
    EOT
    stdout_file = "disks.txt"

    timeouts = {
      invoke = "2m"
    }
  }
}
