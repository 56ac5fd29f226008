# A VM that the product's window does not show yet, put into its library. vmrest, which comes with Workstation and Fusion, does it:
# start it, and give its login in VIX_USERNAME and VIX_PASSWORD.

terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {
  service_provider = "workstation" # or "fusion"
}

variable "vmx_path" {
  description = "Path of the VM's .vmx file."
  type        = string
}

resource "vix_registration" "web" {
  vmx_path      = pathexpand(var.vmx_path)
  if_registered = "adopt"
}

data "vix_vm" "web" {
  vmx_path = vix_registration.web.registered_path
}

output "web" {
  value = "${data.vix_vm.web.name}: ${data.vix_vm.web.id}"
}
