import {
  to = vix_clone.web
  id = "/Berlin/DC1:[storage1] web/web.vmx"
}
