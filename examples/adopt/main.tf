# VMs of which some are registered already and some are not. Those that are there
# are taken as they are, the others are registered; a destroy undoes only what
# create did: it unregisters the latter and leaves the former.
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

# A path that changes here is another key, and another key another resource. Where it is
# the same VM, say so, or its registration is handed over or made anew:
#
#   moved {
#     from = vix_registration.this["[storage1] web/web.vmx"]
#     to   = vix_registration.this["[storage2] web/web.vmx"]
#   }
variable "vmx_paths" {
  type    = set(string)
  default = ["[storage1] web/web.vmx", "[storage1] db/db.vmx"]
}

resource "vix_registration" "this" {
  for_each      = var.vmx_paths
  vmx_path      = each.value
  if_registered = "adopt"
}

output "adopted" {
  description = "The VMs that somebody else had registered."
  value       = [for path, vm in vix_registration.this : path if vm.adopted]
}
