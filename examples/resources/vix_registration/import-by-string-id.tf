import {
  to = vix_registration.web
  id = "/Berlin/DC1:[storage1] web/web.vmx"
}
