# main.tf
terraform {
  required_version = ">= 1.16"

  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}

provider "vix" {
  datacenter = "DC1"
}

resource "vix_registration" "web" {
  vmx_path = "[storage1] web/web.vmx"
  cluster  = "Cluster1"
}

# Whatever hangs on the power-on hangs on this carrier, and not on the registration: an action that fails taints
# the carrier, so that the next apply makes it anew and runs the action again. What the action finds done it leaves.
resource "terraform_data" "up" {
  triggers_replace = vix_registration.web.id

  lifecycle {
    action_trigger {
      events     = [after_create]
      actions    = [action.vix_power.on]
      on_failure = taint
    }
  }
}

action "vix_power" "on" {
  config {
    vm_id     = vix_registration.web.id
    operation = "on"
    wait_for  = "tools"
    answers   = { "msg.uuid.altered" = "moved" }
  }
}

# Before the VM is unregistered its guest is shut down. This is a carrier of its own: the one above goes whenever
# an action has failed, and a VM that waits for its guest must not be shut down for that.
resource "terraform_data" "down" {
  triggers_replace = vix_registration.web.id

  lifecycle {
    action_trigger {
      events  = [before_destroy]
      actions = [action.vix_power.off]
    }
  }
}

action "vix_power" "off" {
  config {
    vm_id     = vix_registration.web.id
    operation = "off"
  }
}
