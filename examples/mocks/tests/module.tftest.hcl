# No host is asked: what a vCenter would say is made up here. The objects are whole
# because OpenTofu wants them so; Terraform makes up what one leaves out.
mock_provider "vix" {
  mock_data "vix_vmx_files" {
    defaults = {
      by_path = {
        "/DC1:[storage1] lab/web.vmx" = {
          vmx_path         = "[storage1] lab/web.vmx"
          datacenter       = "/DC1"
          datastore        = "storage1"
          name             = "web.vmx"
          size             = 2048
          modified         = "2026-01-02T03:04:05Z"
          registered       = false
          vm_id            = null
          template         = false
          display_name     = "web"
          guest_os         = "otherGuest64"
          hardware_version = 19
          num_vcpus        = 2
          memory_size      = 4096
          bios_uuid        = null
          instance_uuid    = null
          encrypted        = false
          disks            = []
          same_uuid_as     = []
          same_file_as     = []
          problem          = null
        }
      }
    }
  }

  mock_data "vix_vm" {
    defaults = {
      guest = {
        hostname     = "web"
        ip_address   = "192.0.2.10"
        ip_addresses = ["192.0.2.10"]
        full_name    = "Other (64-bit)"
        family       = "otherGuestFamily"
      }
    }
  }
}

variables {
  datacenter = "DC1"
}

run "every_file_is_registered" {
  assert {
    condition     = length(vix_registration.lab) == 1
    error_message = "It registers ${join(", ", keys(vix_registration.lab))}."
  }

  assert {
    condition     = alltrue([for vm in vix_registration.lab : vm.if_registered == "adopt"])
    error_message = "What is registered already must be adopted."
  }

  assert {
    condition     = output.addresses["/DC1:[storage1] lab/web.vmx"] == "192.0.2.10"
    error_message = "The addresses are ${jsonencode(output.addresses)}."
  }
}

run "nothing_is_there" {
  override_data {
    target = data.vix_vmx_files.lab
    values = {
      by_path = {}
    }
  }

  assert {
    condition     = length(output.addresses) == 0
    error_message = "The addresses are ${jsonencode(output.addresses)}."
  }
}
