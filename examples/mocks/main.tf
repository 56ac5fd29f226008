# A module that works with this provider; tests/module.tftest.hcl tests it without a host.
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

variable "datacenter" {
  type = string
}

data "vix_vmx_files" "lab" {
  datacenter = var.datacenter
  path       = "lab"
}

resource "vix_registration" "lab" {
  for_each = data.vix_vmx_files.lab.by_path

  vmx_path      = each.value.vmx_path
  datacenter    = each.value.datacenter
  if_registered = "adopt"
}

data "vix_vm" "lab" {
  for_each = vix_registration.lab

  vmx_path   = each.value.registered_path
  datacenter = each.value.datacenter
}

output "addresses" {
  value = { for key, vm in data.vix_vm.lab : key => vm.guest.ip_address }
}
