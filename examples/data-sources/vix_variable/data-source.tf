data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

data "vix_variable" "ready" {
  vm_id = data.vix_vm.web.id
  name  = "ready"
}

output "ready" {
  value = data.vix_variable.ready.exists
}
