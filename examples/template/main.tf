# A template, whose file ends in .vmtx. It cannot run, so that it has a host but
# no resource pool.
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

resource "vix_registration" "ubuntu" {
  vmx_path = "[storage1] templates/ubuntu-24.04/ubuntu-24.04.vmtx"
  template = true
  host     = "esx01.example.com"
  folder   = "Templates"
}
