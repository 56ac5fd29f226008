# Two vCenters in one configuration: a provider each. The recovery site registers
# the replica of what the main site runs.
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

variable "passwords" {
  type      = object({ main = string, recovery = string })
  sensitive = true
}

provider "vix" {
  hostname = "vcenter.main.example.com"
  username = "terraform@vsphere.local"
  password = var.passwords.main
}

provider "vix" {
  alias      = "recovery"
  hostname   = "vcenter.recovery.example.com"
  username   = "terraform@vsphere.local"
  password   = var.passwords.recovery
  datacenter = "DC-Recovery"
}

data "vix_vm" "main" {
  vmx_path = "[storage1] web/web.vmx"
}

resource "vix_registration" "replica" {
  provider = vix.recovery
  vmx_path = "[replica-storage1] web/web.vmx"
  name     = "${data.vix_vm.main.name}-replica"
  cluster  = "Recovery"
}
