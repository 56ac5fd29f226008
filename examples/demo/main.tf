# What `make demo` applies: VMs that lie on the datastores of two datacenters,
# unregistered, are registered, one is powered on, and all are opened. Host, user and password come from the
# environment (VIX_HOSTNAME, VIX_USERNAME, VIX_PASSWORD, VIX_CA_FILE); `make sim`
# starts a vCenter to try this with by hand.
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {}

locals {
  vms = {
    web-01 = { datacenter = "DC0", cluster = "DC0_C0", vmx_path = "[LocalDS_0] web-01/web-01.vmx" }
    web-02 = { datacenter = "DC0", cluster = "DC0_C0", vmx_path = "[LocalDS_0] web-02/web-02.vmx" }
    db-01  = { datacenter = "DC0", cluster = "DC0_C0", vmx_path = "[LocalDS_0] db-01/db-01.vmx" }
    mail   = { datacenter = "DC0", cluster = "DC0_C0", vmx_path = "[LocalDS_0] restored (copy)/mail server.vmx" }

    # Another VM under the very path of the first one.
    web-01-in-dc1 = { datacenter = "DC1", cluster = "DC1_C0", vmx_path = "[LocalDS_0] web-01/web-01.vmx" }
  }
}

# VixHost_RegisterVM
resource "vix_registration" "this" {
  for_each   = local.vms
  vmx_path   = each.value.vmx_path
  datacenter = each.value.datacenter
  cluster    = each.value.cluster
}

# VixVM_PowerOn and VixVM_WaitForToolsInGuest. Its files were copied here, which it asks about.
resource "vix_power" "web" {
  vm_id    = vix_registration.this["web-01"].id
  state    = "on"
  wait_for = "ip"
  answers  = { "msg.uuid.altered" = "moved" }
}

# VixVM_CreateSnapshot
resource "vix_snapshot" "web" {
  vm_id = vix_power.web.id
  name  = "as restored"
}

# VixVM_WriteVariable
resource "vix_variable" "web" {
  vm_id      = vix_power.web.id
  name       = "stage"
  value      = "restored"
  depends_on = [vix_snapshot.web]
}

# VixVM_Open. It refers to the registration, so that it is read after it; and after what is done with web-01.
data "vix_vm" "this" {
  for_each   = vix_registration.this
  vmx_path   = each.value.registered_path
  datacenter = each.value.datacenter
  depends_on = [vix_variable.web]
}
