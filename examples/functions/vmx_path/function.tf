variable "names" {
  type    = set(string)
  default = ["web-1", "web-2"]
}

resource "vix_registration" "web" {
  for_each = var.names
  vmx_path = provider::vix::vmx_path("storage1", "${each.key}/${each.key}.vmx")
}
