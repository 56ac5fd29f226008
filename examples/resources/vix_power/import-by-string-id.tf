import {
  to = vix_power.web
  id = "52a1c0de-0000-4000-8000-000000000001"
}
