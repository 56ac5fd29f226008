# VM_ID:KIND:NAME
terraform import vix_variable.owner 50201e5a-0000-0000-0000-000000000001:guest:owner
