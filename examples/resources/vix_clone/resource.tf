data "vix_vm" "golden" {
  vmx_path = "[storage1] golden/golden.vmx"
}

# A full copy, beside its source. A destroy unregisters it; its files stay.
resource "vix_clone" "web" {
  vm_id = data.vix_vm.golden.id
  name  = "web"
}

# A machine for a test, gone with its files afterwards: a linked clone of a snapshot.
resource "vix_snapshot" "base" {
  vm_id = data.vix_vm.golden.id
  name  = "base"
}

resource "vix_clone" "test" {
  vm_id     = data.vix_vm.golden.id
  name      = "test-1"
  type      = "linked"
  snapshot  = vix_snapshot.base.id
  folder    = "/Berlin/DC1/vm/Tests"
  datastore = "storage2"

  delete_files         = true
  power_off_on_destroy = "hard"
}

# What a clone is used by takes its id.
resource "vix_power" "test" {
  vm_id    = vix_clone.test.id
  state    = "on"
  wait_for = "tools"
}
