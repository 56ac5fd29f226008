# Every file is looked for, registered or not: what is listed must not change
# because the apply succeeded. See the guide "Recover a datastore".
data "vix_vmx_files" "this" {
  datacenter  = var.datacenter
  datastores  = var.datastores
  path        = var.path
  match       = var.templates ? "*.vm*x" : "*.vmx"
  exclude     = var.exclude
  read_config = true

  lifecycle {
    postcondition {
      condition     = length(setsubtract(keys(var.exceptions), keys(self.by_path))) == 0
      error_message = "exceptions has keys that no file has: ${join(", ", setsubtract(keys(var.exceptions), keys(self.by_path)))}."
    }
  }
}

locals {
  files = data.vix_vmx_files.this.by_path

  # The file's own name, without its ending.
  names = {
    for key, file in local.files :
    key => replace(basename(regex("^\\[[^]]*\\] (.*)$", file.vmx_path)[0]), "/\\.[^.]*$/", "")
  }

  # Why a file is not registered; null if it is. A damaged file is left out only while
  # no VM has it: what is registered stays.
  reasons = {
    for key, file in local.files : key => (
      try(var.exceptions[key].skip, false) ? "skip in exceptions" :
      !can(regex(var.name_regex, local.names[key])) ? "name_regex" :
      !can(regex(var.path_regex, key)) ? "path_regex" :
      !file.registered && file.problem != null ? file.problem : null
    )
  }

  wanted = { for key, file in local.files : key => file if local.reasons[key] == null }

  left_out = merge(
    { for file in data.vix_vmx_files.this.left_out : "${file.datacenter}:${file.vmx_path}" => "exclude: ${file.by}" },
    { for key, reason in local.reasons : key => reason if reason != null },
  )

  # The datastore of a key, as /DATACENTER:[datastore].
  stores = { for key in concat(keys(local.wanted), keys(local.left_out)) : key => regex("^.*?:\\[[^]]*\\]", key) }

  # A number of the key's own, so that a file that joins moves no other.
  numbers = { for key, file in local.wanted : key => parseint(substr(sha256(key), 0, 8), 16) }

  hosts = {
    for key, file in local.wanted :
    key => [for host in var.hosts : host if !startswith(host, "/") || startswith(host, "${file.datacenter}/host/")]
  }

  pools = {
    for key, file in local.wanted :
    key => [for pool in var.resource_pools : pool if !startswith(pool, "/") || startswith(pool, "${file.datacenter}/host/")]
  }

  # Where to register what is not registered. A VM that is, stays where it is: another
  # list of hosts must not register it again.
  hosts_for = {
    for key, file in local.wanted : key => (
      file.registered ? null :
      try(var.exceptions[key].host, null) != null ? var.exceptions[key].host :
      try(var.exceptions[key].resource_pool, null) != null || length(local.hosts[key]) == 0 ? null :
      local.hosts[key][local.numbers[key] % length(local.hosts[key])]
    )
  }

  pools_for = {
    for key, file in local.wanted : key => (
      file.registered || file.template ? null :
      try(var.exceptions[key].resource_pool, null) != null ? var.exceptions[key].resource_pool :
      try(var.exceptions[key].host, null) != null || length(local.pools[key]) == 0 ? null :
      local.pools[key][local.numbers[key] % length(local.pools[key])]
    )
  }

  # Terraform goes through all of for_each for each of its members: a thousand whole
  # files would take it half a minute. This is what a registration needs of them.
  registrations = {
    for key, file in local.wanted : key => {
      vmx_path   = file.vmx_path
      datacenter = file.datacenter
      template   = file.template
      name       = try(var.exceptions[key].name, null)
      folder     = try(var.exceptions[key].folder, null) != null || file.registered ? try(var.exceptions[key].folder, null) : var.folder
      host       = local.hosts_for[key]
      pool       = local.pools_for[key]
      cluster    = file.registered || local.hosts_for[key] != null || local.pools_for[key] != null ? null : var.cluster
    }
  }

  # What to power on. A template has no power.
  powered = toset([
    for key, file in local.wanted : key if var.power_on && !file.template && try(var.exceptions[key].power_on, true)
  ])
}

# Read for its condition alone: the registrations depend on it, so that a plan with
# -target, which leaves out outputs, is checked too.
data "vix_host" "this" {
  lifecycle {
    precondition {
      condition     = var.allow_empty || length(local.wanted) > 0
      error_message = "No file is to be registered: ${length(local.left_out)} were found and left out, the first because of: ${try(values(local.left_out)[0], "-")}. Whatever this module has registered would be let go. Look at datastores, path, exclude and the filters; if that is meant, set allow_empty = true."
    }
  }
}

resource "vix_registration" "this" {
  depends_on = [data.vix_host.this]

  for_each = local.registrations

  vmx_path      = each.value.vmx_path
  datacenter    = each.value.datacenter
  template      = each.value.template
  name          = each.value.name
  folder        = each.value.folder
  cluster       = each.value.cluster
  host          = each.value.host
  resource_pool = each.value.pool

  if_registered = "adopt"
  on_destroy    = var.on_destroy

  power_off_on_destroy = var.power_off_on_destroy
  timeouts             = var.timeouts
}

# All are powered on together, once the last one is registered. One that fails stops no other.
resource "vix_power" "this" {
  for_each = local.powered

  vm_id      = vix_registration.this[each.key].id
  state      = "on"
  wait_for   = var.wait_for
  answers    = var.answers
  mode       = var.power_off_on_destroy == "hard" ? "hard" : "soft"
  on_destroy = var.on_destroy == "keep" ? "keep" : "restore"
  timeouts   = var.power_timeouts
}
