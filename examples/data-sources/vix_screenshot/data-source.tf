data "vix_vm" "lab" {
  vmx_path = "[storage1] lab/lab.vmx"
}

data "vix_screenshot" "now" {
  vm_id = data.vix_vm.lab.id
}

# terraform output -raw screen | base64 -d > lab.png
output "screen" {
  value = data.vix_screenshot.now.png_base64
}
