# A Packer build that ends with an unregistered .vmx on a datastore: register it,
# open it, hand its id on. The path comes from Packer's manifest post-processor
# (custom_data = { vmx_path = "[storage1] ..." }).
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {
  datacenter = "DC1"
}

variable "manifest" {
  description = "Path of the manifest that Packer wrote."
  type        = string
  default     = "packer-manifest.json"
}

locals {
  manifest = jsondecode(file(var.manifest))
  last     = one([for build in local.manifest.builds : build if build.packer_run_uuid == local.manifest.last_run_uuid])
}

resource "vix_registration" "image" {
  vmx_path = local.last.custom_data.vmx_path
  name     = "${local.last.name}-${local.last.build_time}"
  folder   = "Packer"
  cluster  = "Cluster1"
}

data "vix_vm" "image" {
  vmx_path = vix_registration.image.registered_path
}

output "image" {
  value = {
    id       = data.vix_vm.image.id
    name     = data.vix_vm.image.name
    guest_os = data.vix_vm.image.guest_os
    hardware = data.vix_vm.image.hardware_version
  }
}
