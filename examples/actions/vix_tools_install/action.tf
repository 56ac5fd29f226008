# terraform apply -invoke=action.vix_tools_install.upgrade
data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

action "vix_tools_install" "upgrade" {
  config {
    vm_id = data.vix_vm.web.id
    mode  = "upgrade"
  }
}
