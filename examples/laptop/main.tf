# Every VM below a folder of this machine, opened by its path. Nothing needs to be registered, and no VM needs to run.

terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {
  service_provider = "workstation" # or "player", or "fusion"
}

variable "folder" {
  description = "Folder that the VMs lie in."
  type        = string
  default     = "~/vmware"
}

data "vix_vmx_files" "mine" {
  path = pathexpand(var.folder)
}

data "vix_vm" "mine" {
  for_each = data.vix_vmx_files.mine.by_path
  vmx_path = each.value.vmx_path
}

output "vms" {
  value = [for vm in data.vix_vm.mine : format("%-12s %-10s %d CPUs, %5d MiB, power %s%s",
    vm.name, coalesce(vm.guest_os, "?"), coalesce(vm.num_vcpus, 0), coalesce(vm.memory_size, 0), vm.power_state,
  vm.guest.ip_address == null ? "" : ", ${vm.guest.ip_address}")]
}
