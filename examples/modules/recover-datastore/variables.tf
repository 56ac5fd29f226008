variable "datastores" {
  description = "Names of the datastores to recover."
  type        = set(string)

  validation {
    condition     = length(var.datastores) > 0
    error_message = "Name the datastores. To recover all there are, list them: data vix_host knows their names."
  }
}

variable "datacenter" {
  description = "Datacenter of the datastores: an inventory path or a unique name. Default: that of the provider, else every one that has them."
  type        = string
  default     = null
}

variable "path" {
  description = "Folder of the datastores to recover. Default: all of each."
  type        = string
  default     = null
}

variable "name_regex" {
  description = "Regular expression that a file's own name, without its ending, has to match. The display name would not do: it changes when a VM is renamed."
  type        = string
  default     = ""

  validation {
    condition     = can(regexall(var.name_regex, ""))
    error_message = "This is no regular expression (RE2, as in Terraform's regex function). It would match nothing, and what it does not match is not registered."
  }
}

variable "path_regex" {
  description = "Regular expression that a file's key has to match: /DC1:[storage1] web/web.vmx."
  type        = string
  default     = ""

  validation {
    condition     = can(regexall(var.path_regex, ""))
    error_message = "This is no regular expression (RE2, as in Terraform's regex function). It would match nothing, and what it does not match is not registered."
  }
}

variable "exclude" {
  description = "Globs of folders and files to leave out, beside the snapshot and system folders that always are."
  type        = set(string)
  default     = []
}

variable "templates" {
  description = "Register templates (.vmtx) too, as templates."
  type        = bool
  default     = true
}

variable "hosts" {
  description = "ESXi hosts to spread new registrations over, by name or inventory path; of paths, those of the VM's datacenter count. Give those that are connected. Default: the provider derives the host, or DRS chooses it."
  type        = list(string)
  default     = []
}

variable "resource_pools" {
  description = "Resource pools to spread new registrations over, by name or inventory path, instead of hosts."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.resource_pools) == 0 || length(var.hosts) == 0
    error_message = "Give hosts or resource_pools: a host and a pool that are chosen apart may belong to different clusters."
  }
}

variable "cluster" {
  description = "Cluster for what has neither a host nor a resource pool. Default: the one that mounts the datastore, if there is one only."
  type        = string
  default     = null
}

variable "folder" {
  description = "VM folder for new registrations. VMs that are registered already stay in theirs. Default: the datacenter's own."
  type        = string
  default     = null
}

variable "exceptions" {
  description = "What is different for single files, by key (/DC1:[storage1] web/web.vmx). name and folder hold for VMs that are registered already too, host and resource_pool for new registrations only; power_on = false leaves a VM as it is where power_on is true. A key that no file has is an error."
  type = map(object({
    skip          = optional(bool, false)
    name          = optional(string)
    folder        = optional(string)
    host          = optional(string)
    resource_pool = optional(string)
    power_on      = optional(bool, true)
  }))
  default = {}
}

variable "allow_empty" {
  description = "Allow that no file is to be registered. Otherwise that is an error: it mostly is a mistake in a filter, and the plan would let go of everything that is registered."
  type        = bool
  default     = false
}

variable "power_on" {
  description = "Power on every VM that this module registers or adopts, templates and exceptions aside. The plan names each. Look at missing_disks, copies and encrypted before."
  type        = bool
  default     = false
}

variable "wait_for" {
  description = "What to wait for once a VM is on: none, tools (VMware Tools are ready) or ip (the guest has told an address)."
  type        = string
  default     = "tools"
}

variable "answers" {
  description = "Answers to what VMs ask when they are powered on, for all of them: { \"msg.uuid.altered\" = \"moved\" } keeps the UUIDs of VMs whose files were moved, \"copied\" gives them new ones. A question without an answer is an error that names the VM and shows every choice."
  type        = map(string)
  default     = {}
}

variable "power_timeouts" {
  description = "Longest time of powering one VM, as durations (30s, 10m): create and update with the wait for the guest, delete. Default: those of vix_power."
  type = object({
    create = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}

variable "on_destroy" {
  description = "What a destroy does: keep the VMs registered and as they are, or unregister them, also those that were adopted. null undoes what was done: what this module registered is unregistered, what others had registered is kept. With unregister and null, VMs that this module has powered on go off before, by a shutdown of the guest, or hard where power_off_on_destroy says so."
  type        = string
  default     = "keep"
}

variable "power_off_on_destroy" {
  description = "What unregistering does with a VM that runs: fail, guest (the guest shuts down) or hard (the plug is pulled). The plan says which VMs that will be."
  type        = string
  default     = "fail"
}

variable "timeouts" {
  description = "Longest time of each operation on one VM, as durations (30s, 10m): create, read, update, delete. Default: those of vix_registration."
  type = object({
    create = optional(string)
    read   = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}
