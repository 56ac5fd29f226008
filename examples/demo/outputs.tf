output "registered" {
  description = "Where each VM was registered, and the managed object id that it got."
  value = [
    for name, vm in vix_registration.this :
    format("%-14s %-7s %s", name, vm.managed_object_id, vm.resource_pool)
  ]
}

output "opened" {
  description = "What each opened VM says of itself."
  value = [
    for name, vm in data.vix_vm.this :
    format("%-14s %-22s %-13s %d CPUs, %5d MiB, power %s%s",
      name, vm.name, vm.guest_os, vm.num_vcpus, vm.memory_size, vm.power_state,
      vm.annotation == null ? "" : "; ${vm.annotation}",
    )
  ]
}

output "running" {
  description = "The VM that was powered on: its address, its snapshots, and what was written for its guest."
  value = format("web-01, %s, at %s; snapshots: %s; guestinfo.stage: %s", data.vix_vm.this["web-01"].power_state, vix_power.web.ip_address,
  join(", ", data.vix_vm.this["web-01"].snapshots[*].path), data.vix_vm.this["web-01"].variables["stage"])
}
