# main.tf
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {
  datacenter = "DC1"
}

# VixHost_RegisterVM: the copy lies on the datastore, and no inventory knows it.
resource "vix_registration" "web" {
  vmx_path = "[storage1] web/web.vmx"
  cluster  = "Cluster1"
}

# VixVM_PowerOn and VixVM_WaitForToolsInGuest. The VM notices that its files are elsewhere, and asks.
resource "vix_power" "web" {
  vm_id    = vix_registration.web.id
  state    = "on"
  wait_for = "tools"
  answers  = { "msg.uuid.altered" = "moved" }
}

# VixVM_CreateSnapshot, once the VM is on.
resource "vix_snapshot" "arrived" {
  vm_id       = vix_power.web.id
  name        = "arrived"
  description = "as it came from the copy"
}

# VixVM_WriteVariable, once the snapshot is there: it is not part of it.
resource "vix_variable" "stage" {
  vm_id = vix_snapshot.arrived.vm_id
  name  = "stage"
  value = "arrived"

  depends_on = [vix_snapshot.arrived]
}

# VixVM_Clone, from the snapshot: a machine for a test, which the destroy deletes with its files.
resource "vix_clone" "test" {
  vm_id        = vix_power.web.id
  name         = "web-test"
  type         = "linked"
  snapshot     = vix_snapshot.arrived.id
  delete_files = true
}

# VixVM_Open, once all of it is done.
data "vix_vm" "web" {
  vmx_path   = vix_registration.web.registered_path
  depends_on = [vix_variable.stage, vix_clone.test]
}

output "web" {
  value = {
    power     = data.vix_vm.web.power_state
    tools     = data.vix_vm.web.tools_state
    address   = data.vix_vm.web.guest.ip_address
    snapshots = [for snapshot in data.vix_vm.web.snapshots : snapshot.path]
    stage     = data.vix_vm.web.variables["stage"]
    clone     = vix_clone.test.registered_path
  }
}
