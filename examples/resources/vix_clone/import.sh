# By id, the instance UUID of the clone:
terraform import vix_clone.web 52a1c0de-0000-4000-8000-000000000001

# By datacenter and path; an inventory path (/Berlin/DC1) tells equal names apart:
terraform import vix_clone.web 'DC1:[storage1] web/web.vmx'

# By path alone, if one datacenter only has a VM there:
terraform import vix_clone.web '[storage1] web/web.vmx'
