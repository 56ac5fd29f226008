locals {
  golden = provider::vix::parse_vmx_path("[storage1] templates/golden/golden.vmx")
}

# A copy beside the original: [storage1] templates/web/web.vmx
output "copy" {
  value = provider::vix::vmx_path(local.golden.datastore, "templates/web/web.vmx")
}

# The folder that an upload goes to: templates/golden
output "folder" {
  value = local.golden.directory
}
