# By id, the instance UUID of the VM:
terraform import vix_registration.web 52a1c0de-0000-4000-8000-000000000001

# By datacenter and path; an inventory path (/Berlin/DC1) tells equal names apart:
terraform import vix_registration.web 'DC1:[storage1] web/web.vmx'

# By path alone, if one datacenter only has a VM there:
terraform import vix_registration.web '[storage1] web/web.vmx'

# By the VM's place in the inventory, or by its managed object id, both as govc
# and the vSphere Client's address show them:
terraform import vix_registration.web /DC1/vm/Linux/web
terraform import vix_registration.web vm-42
