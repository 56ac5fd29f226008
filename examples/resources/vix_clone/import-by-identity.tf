import {
  to = vix_clone.web
  identity = {
    server = "0b1f9a1e-3c5d-4f2b-8a47-5d2c1a9e7f10" # instance_uuid of data vix_host
    id     = "52a1c0de-0000-4000-8000-000000000001" # instance UUID of the clone
  }
}
