import {
  to = vix_snapshot.before_upgrade
  id = "50201e5a-0000-0000-0000-000000000001#3"
}
