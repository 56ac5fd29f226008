# VM_ID:PATH, the names from the root down
terraform import vix_snapshot.before_upgrade "50201e5a-0000-0000-0000-000000000001:before the upgrade"
# VM_ID#ID, the host's number of it
terraform import vix_snapshot.before_upgrade "50201e5a-0000-0000-0000-000000000001#3"
