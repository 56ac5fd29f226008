# One vCenter, several datacenters that use the same names for datastores, folders
# and files. The datacenter of each VM is named, so that none is taken for another.
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {}

locals {
  sites = {
    berlin = "/Europe/DC1"
    boston = "/America/DC1"
  }
}

resource "vix_registration" "web" {
  for_each   = local.sites
  vmx_path   = "[storage1] web/web.vmx"
  datacenter = each.value
  folder     = "Web"
  cluster    = "Cluster1"
}

data "vix_vm" "web" {
  for_each   = vix_registration.web
  vmx_path   = each.value.registered_path
  datacenter = each.value.datacenter
}

output "web" {
  value = { for site, vm in data.vix_vm.web : site => "${vm.id} on ${vm.host}" }
}
