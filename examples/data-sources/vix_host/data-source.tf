data "vix_host" "this" {}

output "connected_to" {
  value = "${data.vix_host.this.product} ${data.vix_host.this.version} as ${data.vix_host.this.username}"
}

# Every datastore that some datacenter cannot read now.
output "inaccessible_datastores" {
  value = flatten([
    for dc in data.vix_host.this.datacenters : [
      for ds in dc.datastores : "${dc.inventory_path}: ${ds.name}" if !ds.accessible
    ]
  ])
}
