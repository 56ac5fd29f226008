# Every .vmx below a folder of two datastores, with what is in it.
data "vix_vmx_files" "restored" {
  datacenter  = "DC1"
  datastores  = ["storage1", "storage2"]
  path        = "restored"
  exclude     = ["lab-*"]
  read_config = true
}

# Registered or not, each of them is registered afterwards. What is there already is
# adopted where it is.
resource "vix_registration" "restored" {
  for_each      = data.vix_vmx_files.restored.by_path
  vmx_path      = each.value.vmx_path
  datacenter    = each.value.datacenter
  if_registered = "adopt"
  on_destroy    = "keep"
}

# A report: what no VM has.
data "vix_vmx_files" "orphans" {
  registered = false
}

output "orphans" {
  value = [for file in data.vix_vmx_files.orphans.files : "${file.datacenter}:${file.vmx_path}"]
}
