data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

data "vix_guest_files" "logs" {
  vm_id = data.vix_vm.web.id
  path  = "/var/log"
  match = "*.log"
}

output "log_bytes" {
  value = sum(concat([0], data.vix_guest_files.logs.files[*].size))
}
