# What `make demo` shows to be an error: after ../main.tf two datacenters have a
# VM with this path, and no datacenter says which one is meant.
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {}

data "vix_vm" "web" {
  vmx_path = "[LocalDS_0] web-01/web-01.vmx"
}
