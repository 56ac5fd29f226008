data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

data "vix_guest_processes" "web" {
  vm_id = data.vix_vm.web.id
}

output "of_root" {
  value = [for process in data.vix_guest_processes.web.processes : process.name if process.owner == "root"]
}
