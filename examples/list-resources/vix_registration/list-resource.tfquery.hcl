# terraform query                                   lists them
# terraform query -generate-config-out=imported.tf  writes configuration to import them
list "vix_registration" "web" {
  provider = vix

  config {
    datacenter = "DC1"
    name_regex = "^web-"
  }
}
