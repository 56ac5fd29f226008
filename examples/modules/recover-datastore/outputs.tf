output "registrations" {
  description = "What is registered, by key. adopted: somebody else had registered it; on_destroy: whether a destroy keeps or unregisters it. Both are known at plan."
  value = {
    for key, vm in vix_registration.this :
    key => { id = vm.id, name = vm.name, registered_path = vm.registered_path, adopted = vm.adopted, on_destroy = vm.on_destroy }
  }
}

output "power" {
  description = "The state of each VM, by key: its power, what it was before, and its address. All are null where this module does not power the VM: power_on is false, a template, an exception."
  value = {
    for key in keys(vix_registration.this) : key => {
      state          = try(vix_power.this[key].state, null)
      previous_state = try(vix_power.this[key].previous_state, null)
      ip_address     = try(vix_power.this[key].ip_address, null)
    }
  }
}

output "left_out" {
  description = "What was found and is not registered by this module, by key, and why: the glob that excludes it, the filter that it does not match, or what is wrong with the file."
  value       = local.left_out
}

output "summary" {
  description = "For each datastore: how many VMs this module registers or has registered, how many of them it adopts and how many a destroy keeps registered, and how many files it leaves out, by reason."
  value = {
    for store in toset(values(local.stores)) : store => {
      vms     = length([for key in keys(local.wanted) : key if local.stores[key] == store])
      adopted = length([for key, vm in vix_registration.this : key if vm.adopted && local.stores[key] == store])
      kept    = length([for key, vm in vix_registration.this : key if vm.on_destroy == "keep" && local.stores[key] == store])
      left_out = {
        for reason in toset([for key, reason in local.left_out : reason if local.stores[key] == store]) :
        reason => length([for key, why in local.left_out : key if local.stores[key] == store && why == reason])
      }
    }
  }
}

output "missing_disks" {
  description = "Disks that a registered file names and that are not there, by key: such a VM does not start."
  value = {
    for key, file in local.wanted :
    key => [for disk in file.disks : disk.name if disk.exists == false]
    if anytrue([for disk in coalesce(file.disks, []) : disk.exists == false])
  }
}

output "copies" {
  description = "Files that share a UUID with other files, by key: copies and their originals."
  value       = { for key, file in local.wanted : key => file.same_uuid_as if length(coalesce(file.same_uuid_as, [])) > 0 }
}

output "encrypted" {
  description = "Keys of the VMs that need their key provider before they start."
  value       = [for key, file in local.wanted : key if coalesce(file.encrypted, false)]
}
