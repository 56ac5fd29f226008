# terraform apply -invoke=action.vix_question_answer.moved
data "vix_vm" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

action "vix_question_answer" "moved" {
  config {
    vm_id   = data.vix_vm.web.id
    answers = { "msg.uuid.altered" = "moved" }
    if_none = "ignore"
  }
}
