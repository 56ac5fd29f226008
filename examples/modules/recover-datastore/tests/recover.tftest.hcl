# Run by make test against a simulated host that has these files; by hand, set
# VIX_HOSTNAME and its like and lay them out on a host of your own.
variables {
  datastores = ["LocalDS_0"]
  hosts      = ["/DC0/host/DC0_C0/DC0_C0_H0", "/DC0/host/DC0_C0/DC0_C0_H1"]
  name_regex = "^(web|db|golden|old|torn|half|copy)"
  exceptions = {
    "/DC0:[LocalDS_0] old/old.vmx"     = { skip = true }
    "/DC0:[LocalDS_0] web-1/web-1.vmx" = { name = "web, restored", host = "DC0_C0_H1" }
  }
}

run "plan" {
  command = plan

  assert {
    condition = toset(keys(vix_registration.this)) == toset([
      "/DC0:[LocalDS_0] copy/copy.vmx", "/DC0:[LocalDS_0] db/db.vmx", "/DC0:[LocalDS_0] golden/golden.vmtx",
      "/DC0:[LocalDS_0] half/half.vmx", "/DC0:[LocalDS_0] web-1/web-1.vmx", "/DC0:[LocalDS_0] web-2/web-2 [100%] größe.vmx",
    ])
    error_message = "It would register ${join(", ", keys(vix_registration.this))}."
  }

  assert {
    condition = (
      output.left_out["/DC0:[LocalDS_0] .snapshot/daily/web-1/web-1.vmx"] == "exclude: .snapshot" &&
      output.left_out["/DC0:[LocalDS_0] old/old.vmx"] == "skip in exceptions" &&
      output.left_out["/DC0:[LocalDS_0] lab/lab.vmx"] == "name_regex" &&
      startswith(output.left_out["/DC0:[LocalDS_0] torn/torn.vmx"], "The file cannot be understood") &&
      length(output.left_out) == 4
    )
    error_message = "It leaves out ${jsonencode(output.left_out)}."
  }

  assert {
    condition = (
      keys(output.summary) == ["/DC0:[LocalDS_0]"] && output.summary["/DC0:[LocalDS_0]"].vms == 6 &&
      output.summary["/DC0:[LocalDS_0]"].adopted == 1 && output.summary["/DC0:[LocalDS_0]"].kept == 6 &&
      output.summary["/DC0:[LocalDS_0]"].left_out["exclude: .snapshot"] == 1 && length(output.summary["/DC0:[LocalDS_0]"].left_out) == 4
    )
    error_message = "The summary is ${jsonencode(output.summary)}."
  }

  assert {
    condition     = vix_registration.this["/DC0:[LocalDS_0] golden/golden.vmtx"].template && !vix_registration.this["/DC0:[LocalDS_0] db/db.vmx"].template
    error_message = "A template is not planned as one, or a VM is."
  }

  assert {
    condition     = output.missing_disks == { "/DC0:[LocalDS_0] half/half.vmx" = ["half.vmdk"] }
    error_message = "It misses ${jsonencode(output.missing_disks)}."
  }

  assert {
    condition     = output.copies["/DC0:[LocalDS_0] copy/copy.vmx"] == tolist(["/DC0:[LocalDS_0] web-1/web-1.vmx"])
    error_message = "The copies are ${jsonencode(output.copies)}."
  }
}

run "apply" {
  assert {
    condition     = length(output.registrations) == 6
    error_message = "It registered ${jsonencode(output.registrations)}."
  }

  assert {
    condition     = [for key, vm in output.registrations : key if vm.adopted] == ["/DC0:[LocalDS_0] db/db.vmx"]
    error_message = "It adopted ${jsonencode([for key, vm in output.registrations : key if vm.adopted])}."
  }

  assert {
    condition = (
      output.registrations["/DC0:[LocalDS_0] web-1/web-1.vmx"].name == "web, restored" &&
      vix_registration.this["/DC0:[LocalDS_0] web-1/web-1.vmx"].host == "DC0_C0_H1"
    )
    error_message = "The exception of web-1 was not followed."
  }

  assert {
    condition     = length(distinct([for vm in output.registrations : vm.id])) == 6
    error_message = "Copy and original have one id."
  }
}

# One host fewer moves nothing that is registered, and neither does a new file.
run "fewer_hosts" {
  variables {
    hosts = ["/DC0/host/DC0_C0/DC0_C0_H0"]
  }

  assert {
    condition = alltrue([
      for name in ["golden/golden.vmtx", "half/half.vmx", "web-2/web-2 [100%] größe.vmx"] :
      vix_registration.this["/DC0:[LocalDS_0] ${name}"].host == "/DC0/host/DC0_C0/DC0_C0_H1"
    ])
    error_message = "The hosts are ${jsonencode({ for key, vm in vix_registration.this : key => vm.host })}."
  }

  assert {
    condition     = [for key, vm in output.registrations : key if vm.adopted] == ["/DC0:[LocalDS_0] db/db.vmx"]
    error_message = "It adopted ${jsonencode([for key, vm in output.registrations : key if vm.adopted])}."
  }
}

run "pools" {
  command = plan

  variables {
    hosts          = []
    resource_pools = ["front", "/DC1/host/DC1_C0/Resources/other"]
    exceptions     = {}
  }

  assert {
    condition     = vix_registration.this["/DC0:[LocalDS_0] old/old.vmx"].resource_pool == "front"
    error_message = "What is new does not get a pool of its own datacenter."
  }
}

run "unknown_exception" {
  command = plan

  variables {
    exceptions = { "/DC0:[LocalDS_0] wbe/web.vmx" = { skip = true } }
  }

  expect_failures = [data.vix_vmx_files.this]
}

run "hosts_or_pools" {
  command = plan

  variables {
    resource_pools = ["front"]
  }

  expect_failures = [var.resource_pools]
}

# A mistake in a filter must not let go of everything that is registered.
run "malformed_name_regex" {
  command = plan

  variables {
    name_regex = "^(v0|v1"
  }

  expect_failures = [var.name_regex]
}

run "malformed_path_regex" {
  command = plan

  variables {
    path_regex = "["
  }

  expect_failures = [var.path_regex]
}

run "nothing_matches" {
  command = plan

  variables {
    name_regex = "^wbe"
    exceptions = {}
  }

  expect_failures = [data.vix_host.this]
}

run "nothing_is_allowed" {
  command = plan

  variables {
    name_regex  = "^wbe"
    exceptions  = {}
    allow_empty = true
  }

  assert {
    condition     = length(vix_registration.this) == 0
    error_message = "It would register ${join(", ", keys(vix_registration.this))}."
  }
}

run "how_it_ends" {
  command = plan

  variables {
    on_destroy           = "unregister"
    power_off_on_destroy = "guest"
    timeouts             = { delete = "30m" }
  }

  assert {
    condition     = alltrue([for vm in vix_registration.this : vm.power_off_on_destroy == "guest" && vm.timeouts.delete == "30m"])
    error_message = "The switches do not reach the registrations."
  }

  assert {
    condition     = output.summary["/DC0:[LocalDS_0]"].kept == 0
    error_message = "A destroy would keep ${output.summary["/DC0:[LocalDS_0]"].kept}."
  }
}

run "power_on" {
  command = plan

  variables {
    power_on   = true
    answers    = { "msg.uuid.altered" = "moved" }
    on_destroy = null
    exceptions = { "/DC0:[LocalDS_0] half/half.vmx" = { power_on = false } }
  }

  assert {
    condition = keys(vix_power.this) == [
      "/DC0:[LocalDS_0] copy/copy.vmx", "/DC0:[LocalDS_0] db/db.vmx", "/DC0:[LocalDS_0] old/old.vmx",
      "/DC0:[LocalDS_0] web-1/web-1.vmx", "/DC0:[LocalDS_0] web-2/web-2 [100%] größe.vmx",
    ]
    error_message = "It would power on ${join(", ", keys(vix_power.this))}."
  }

  assert {
    condition = alltrue([
      for vm in vix_power.this : vm.wait_for == "tools" && vm.answers["msg.uuid.altered"] == "moved" && vm.on_destroy == "restore"
    ])
    error_message = "The switches do not reach the VMs."
  }

  assert {
    condition     = output.power["/DC0:[LocalDS_0] db/db.vmx"].state == "on" && output.power["/DC0:[LocalDS_0] half/half.vmx"].state == null
    error_message = "It says ${jsonencode({ for key, vm in output.power : key => vm.state })}."
  }
}
