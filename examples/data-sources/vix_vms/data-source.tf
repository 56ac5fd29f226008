# The VMs that run in a folder, by name.
data "vix_vms" "web" {
  find       = "running"
  datacenter = "DC1"
  folder     = "Linux"
  name_regex = "^web-[0-9]+$"
}

output "running" {
  value = { for vm in data.vix_vms.web.vms : vm.name => vm.id }
}
