data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

resource "vix_guest_file" "motd" {
  vm_id       = data.vix_vm.web.id
  path        = "/etc/motd"
  content     = "Managed by Terraform.\n"
  permissions = "0644"
  overwrite   = true
}

# The new file is checked in the guest before it takes the place of the old one.
resource "vix_guest_file" "sudoers" {
  vm_id       = data.vix_vm.web.id
  path        = "/etc/sudoers.d/app"
  content     = "app ALL=(root) NOPASSWD: /usr/bin/systemctl restart app\n"
  permissions = "0440"
  validate    = "/usr/sbin/visudo -cf %s"
}

# A file of any size, streamed; another content of it is another content in the guest.
resource "vix_guest_file" "installer" {
  vm_id              = data.vix_vm.web.id
  path               = "/opt/app/installer.run"
  source             = "${path.module}/resource.tf"
  create_directories = true
}
