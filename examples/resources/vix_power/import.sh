# By the id of the VM:
terraform import vix_power.web 52a1c0de-0000-4000-8000-000000000001
