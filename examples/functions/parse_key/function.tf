data "vix_vmx_files" "all" {
  match = "web*.vmx"
}

# A key says all that a registration needs.
resource "vix_registration" "web" {
  for_each   = toset(keys(data.vix_vmx_files.all.by_path))
  vmx_path   = provider::vix::parse_key(each.key).path
  datacenter = provider::vix::parse_key(each.key).datacenter
}
