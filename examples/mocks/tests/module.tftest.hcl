# No host is asked: what a vCenter would say is made up here.
mock_provider "vix" {
  mock_data "vix_vmx_files" {
    defaults = {
      by_path = {
        "/DC1:[storage1] lab/web.vmx" = { vmx_path = "[storage1] lab/web.vmx", datacenter = "/DC1" }
        "/DC1:[storage1] lab/db.vmx"  = { vmx_path = "[storage1] lab/db.vmx", datacenter = "/DC1" }
      }
    }
  }

  mock_data "vix_vm" {
    defaults = {
      guest = { ip_address = "192.0.2.10" }
    }
  }
}

variables {
  datacenter = "DC1"
}

run "every_file_is_registered" {
  assert {
    condition     = length(vix_registration.lab) == 2
    error_message = "It registers ${join(", ", keys(vix_registration.lab))}."
  }

  assert {
    condition     = alltrue([for vm in vix_registration.lab : vm.if_registered == "adopt"])
    error_message = "What is registered already must be adopted."
  }

  assert {
    condition     = output.addresses["/DC1:[storage1] lab/db.vmx"] == "192.0.2.10"
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
