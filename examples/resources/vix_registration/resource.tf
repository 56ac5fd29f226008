# The least: what is not given is derived where only one answer is sensible.
resource "vix_registration" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

# Everything about the place.
resource "vix_registration" "db" {
  vmx_path      = "[storage1] db/db.vmx"
  datacenter    = "/Berlin/DC1"
  name          = "db-01"
  folder        = "/Berlin/DC1/vm/Databases"
  cluster       = "Cluster1"
  resource_pool = "gold"

  power_off_on_destroy = "guest"
  timeouts = {
    delete = "20m"
  }
}
