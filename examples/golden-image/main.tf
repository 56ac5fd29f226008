# main.tf
terraform {
  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

# The logins come from VIX_USERNAME and VIX_PASSWORD, and from VIX_GUEST_USERNAME and VIX_GUEST_PASSWORD.
provider "vix" {
  datacenter = "DC1"
}

# The second wish for the power of one VM is under another name: two of one provider are refused.
provider "vix" {
  alias      = "afterwards"
  datacenter = "DC1"
}

# VixHost_RegisterVM: the image lies on the datastore, as Packer or a copy has left it.
resource "vix_registration" "golden" {
  vmx_path = "[storage1] golden/golden.vmx"
  cluster  = "Cluster1"
}

# VixVM_PowerOn, VixVM_WaitForToolsInGuest. It is to be on for the work, and not for ever.
resource "vix_power" "on" {
  vm_id      = vix_registration.golden.id
  state      = "on"
  wait_for   = "tools"
  answers    = { "msg.uuid.altered" = "copied" }
  on_destroy = "keep"

  lifecycle {
    ignore_changes = [state]
  }
}

# VixVM_RunScriptInGuest, once.
resource "vix_guest_run" "build" {
  vm_id  = vix_power.on.id
  script = <<-EOT
    set -e
    mkdir -p /srv/app
    echo "1.4.2" > /srv/app/version
    echo "built $(cat /srv/app/version)"
  EOT
}

# VixVM_PowerOff, by the guest, once the work is done.
resource "vix_power" "off" {
  provider = vix.afterwards

  vm_id      = vix_guest_run.build.vm_id
  state      = "off"
  mode       = "soft"
  on_destroy = "keep"

  depends_on = [vix_guest_run.build]
}

# VixVM_CreateSnapshot, of a VM that is off: what linked clones are made of.
resource "vix_snapshot" "golden" {
  vm_id       = vix_power.off.id
  name        = "golden"
  description = trimspace(vix_guest_run.build.stdout)
}

# VixVM_Clone: a machine that shares the disks of the image. It goes with its files.
resource "vix_clone" "first" {
  vm_id        = vix_power.off.id
  name         = "first"
  type         = "linked"
  snapshot     = vix_snapshot.golden.id
  delete_files = true
}

output "image" {
  value = {
    built    = trimspace(vix_guest_run.build.stdout)
    vm_id    = vix_registration.golden.id
    snapshot = vix_snapshot.golden.path
    clone    = vix_clone.first.registered_path
  }
}
