data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

data "vix_guest_file" "machine_id" {
  vm_id        = data.vix_vm.web.id
  path         = "/etc/machine-id"
  read_content = true
}

output "machine_id" {
  value = data.vix_guest_file.machine_id.exists ? trimspace(data.vix_guest_file.machine_id.content) : null
}
