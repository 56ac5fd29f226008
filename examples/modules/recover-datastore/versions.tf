terraform {
  required_version = ">= 1.5"

  required_providers {
    vix = {
      source = "terraform-vix/vix"
    }
  }
}
