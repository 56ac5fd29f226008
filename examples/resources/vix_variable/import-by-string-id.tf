import {
  to = vix_variable.owner
  id = "50201e5a-0000-0000-0000-000000000001:guest:owner"
}
