// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Question is what blocks a VM until somebody answers.
type Question struct {
	ID      string
	Text    string
	Choices []string // labels; the key of a choice is its number
	Default int      // number of the choice that is offered first; 0 for none, as on hosts that do not tell
	Cancel  string   // the label that makes a power-on give up; empty for none
}

// MovedOrCopied is the question that a VM asks when it is powered on after its files were moved or copied.
var MovedOrCopied = Question{
	ID:      "1",
	Text:    "msg.uuid.altered:This virtual machine might have been moved or copied. If you don't know, answer \"I Copied It\".",
	Choices: []string{"Cancel", "button.uuid.movedTheVM", "button.uuid.copiedTheVM"},
	Default: 2,
	Cancel:  "Cancel",
}

func (q Question) info() *types.VirtualMachineQuestionInfo {
	info := &types.VirtualMachineQuestionInfo{Id: q.ID, Text: q.Text}
	if id, _, ok := strings.Cut(q.Text, ":"); ok && strings.HasPrefix(id, "msg.") {
		info.Message = []types.VirtualMachineMessage{{Id: id}}
	}
	info.Choice.DefaultIndex = int32(q.Default) //nolint:gosec // a handful of choices
	for i, label := range q.Choices {
		info.Choice.ChoiceInfo = append(info.Choice.ChoiceInfo, &types.ElementDescription{
			Description: types.Description{Label: label, Summary: label}, Key: strconv.Itoa(i),
		})
	}
	return info
}

// asked is a question that waits for its answer, or for the power-on that will raise it.
type asked struct {
	Question
	raised bool
	answer chan int // buffered, so that an answer never waits for the task
}

// Ask makes a VM ask a question now.
func (h *Host) Ask(datacenter, path string, q Question) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.questions[vm.Self] = &asked{Question: q, raised: true, answer: make(chan int, 1)}
	h.mu.Unlock()
	h.setQuestion(vm, q.info())
	return nil
}

// AskAtPowerOn makes a VM ask a question when it is next powered on. The task waits for the answer.
func (h *Host) AskAtPowerOn(datacenter, path string, q Question) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.questions[vm.Self] = &asked{Question: q, answer: make(chan int, 1)}
	return nil
}

func (h *Host) setQuestion(vm *simulator.VirtualMachine, info *types.VirtualMachineQuestionInfo) {
	var val types.AnyType
	if info != nil {
		val = info
	}
	ctx := h.context()
	ctx.WithLock(vm, func() {
		ctx.Update(vm, []types.PropertyChange{{Name: "runtime.question", Val: val}, {Name: "summary.runtime.question", Val: val}})
	})
}

// askFirst raises the question that a power-on has to wait for.
func (h *Host) askFirst(ref moref) types.BaseMethodFault {
	h.mu.Lock()
	q := h.questions[ref]
	if q != nil {
		q.raised = true
	}
	h.mu.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if q == nil || !ok {
		return nil
	}
	h.setQuestion(vm, q.info())
	select {
	case n := <-q.answer:
		if q.Cancel != "" && q.Choices[n] == q.Cancel {
			return &types.RequestCanceled{}
		}
		return nil
	case <-h.quit:
		return &types.RequestCanceled{}
	}
}

// AnswerVM answers the question that blocks a VM. The simulator lacks it.
func (m *machine) AnswerVM(ctx *simulator.Context, r *types.AnswerVM) soap.HasFault {
	m.enter(ctx)
	body := &methods.AnswerVMBody{}
	if fault := m.h.answerVM(m.Self, r); fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.AnswerVMResponse{}
	return body
}

func (h *Host) answerVM(ref moref, r *types.AnswerVM) types.BaseMethodFault {
	h.mu.Lock()
	q := h.questions[ref]
	switch {
	case q == nil || !q.raised:
		h.mu.Unlock()
		return &types.InvalidState{} // nothing is asked
	case r.QuestionId != q.ID:
		h.mu.Unlock()
		return &types.InvalidArgument{InvalidProperty: "questionId"}
	}
	n, err := strconv.Atoi(r.AnswerChoice)
	if err != nil || !slices.Contains(indexes(q.Choices), n) {
		h.mu.Unlock()
		return &types.InvalidArgument{InvalidProperty: "answerChoice"}
	}
	delete(h.questions, ref)
	h.mu.Unlock()
	if vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine); ok {
		h.setQuestion(vm, nil)
	}
	q.answer <- n
	return nil
}

func indexes(choices []string) []int {
	out := make([]int, len(choices))
	for i := range out {
		out[i] = i
	}
	return out
}
