terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

# The host, the user and the password can come from VIX_HOSTNAME, VIX_USERNAME
# and VIX_PASSWORD instead.
provider "vix" {
  hostname = "vcenter.example.com"
  username = "terraform@vsphere.local"
  password = var.password
  ca_file  = "${path.module}/vcenter-ca.pem"
}

variable "password" {
  type      = string
  sensitive = true
}
