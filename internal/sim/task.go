// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// work is what a task does. It runs in a goroutine of its own, with a context that holds no lock.
type work func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault)

// A finished task stays readable for a while, as on vSphere, and is then forgotten, so that long runs do not drag
// thousands of them along.
const taskLifetime = 10 * time.Minute

type finishedTask struct {
	ref types.ManagedObjectReference
	at  time.Time
}

// startTask runs work as a task of an entity. The simulator's own tasks carry neither the user nor the name that
// vSphere gives them, hold the entity's lock while they run, and describe a fault by its Go type.
func (h *Host) startTask(ctx *simulator.Context, entity moref, method, description string, do work) moref {
	t := h.newTask(ctx, entity, method, description)
	h.run(ctx, t, do)
	return t.Self
}

// newTask makes a task that has not begun.
func (h *Host) newTask(ctx *simulator.Context, entity moref, method, description string) *simulator.Task {
	t := &simulator.Task{}
	t.Self = h.nextTask(time.Now())
	now := h.now()
	t.Info = types.TaskInfo{
		Key:           t.Self.Value,
		Task:          t.Self,
		Name:          method,
		DescriptionId: description,
		Entity:        &entity,
		EntityName:    h.nameOf(entity),
		State:         types.TaskInfoStateRunning,
		Reason:        &types.TaskReasonUser{UserName: ctx.Session.UserName},
		QueueTime:     now,
		StartTime:     &now,
		EventChainId:  int32(h.lastTask() & 0x7fffffff),
	}
	return t
}

// run lets a task begin.
func (h *Host) run(ctx *simulator.Context, t *simulator.Task, do work) {
	own := *ctx
	own.Context = h.context().Context
	h.context().WithLock(*t.Info.Entity, func() { h.reg.Put(t) })

	mayBegin := h.cancellable(t.Self, t.Info.Name)
	h.running.Go(func() {
		if !mayBegin() {
			do = doNothing(&types.RequestCanceled{})
		}
		result, fault := guarded(&own, do)
		h.vacate(t)
		changes := []types.PropertyChange{
			{Name: "info.completeTime", Val: h.now()},
			{Name: "info.result", Val: result},
			{Name: "info.error", Val: nil},
			{Name: "info.state", Val: types.TaskInfoStateSuccess},
		}
		if fault != nil {
			changes[1].Val = nil
			changes[2].Val = types.LocalizedMethodFault{Fault: fault, LocalizedMessage: message(fault)}
			changes[3].Val = types.TaskInfoStateError
		}
		own.WithLock(t, func() {
			if t.Info.CompleteTime == nil { // a task that was cancelled keeps its end
				own.Update(t, changes)
			}
		})
	})
}

// guarded keeps a defect of the simulator from ending the process.
func guarded(ctx *simulator.Context, do work) (result types.AnyType, fault types.BaseMethodFault) {
	defer func() {
		if p := recover(); p != nil {
			result, fault = nil, &types.SystemErrorFault{Reason: fmt.Sprint(p)}
		}
	}()
	return do(ctx)
}

func (h *Host) nextTask(now time.Time) types.ManagedObjectReference {
	h.taskSeq.Lock()
	defer h.taskSeq.Unlock()
	h.taskLast++
	ref := taskRef(h.taskLast)
	for len(h.finished) > 0 && now.Sub(h.finished[0].at) > taskLifetime {
		old := h.finished[0].ref
		h.finished = h.finished[1:]
		h.reg.Remove(h.context(), old)
	}
	h.finished = append(h.finished, finishedTask{ref, now})
	return ref
}

func taskRef(n int) types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Task", Value: fmt.Sprintf("task-%d", 1_000_000+n)}
}

// ForgetTasks removes the tasks that have ended, as a host does when they have got old.
func (h *Host) ForgetTasks() {
	h.taskSeq.Lock()
	defer h.taskSeq.Unlock()
	for _, t := range h.finished {
		h.reg.Remove(h.context(), t.ref)
	}
	h.finished = nil
}

// LastTask returns the task that was started last.
func (h *Host) LastTask() types.ManagedObjectReference { return taskRef(h.lastTask()) }

func (h *Host) lastTask() int {
	h.taskSeq.Lock()
	defer h.taskSeq.Unlock()
	return h.taskLast
}

func (h *Host) nameOf(ref types.ManagedObjectReference) string {
	name := ""
	if e := h.entity(ref); e != nil {
		h.context().WithLock(ref, func() { name = e.Entity().Name })
	}
	return name
}

// wait waits for a task of the simulator's own and returns its outcome.
func (h *Host) wait(ref types.ManagedObjectReference) (types.AnyType, types.BaseMethodFault) {
	t, ok := h.reg.Get(ref).(*simulator.Task)
	if !ok {
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	t.Wait()
	var info types.TaskInfo
	h.context().WithLock(t, func() { info = t.Info })
	if info.Error != nil {
		return nil, info.Error.Fault
	}
	return info.Result, nil
}

// adoptTask corrects the user and the entity's name of a task that the simulator made itself. The HTTP front calls
// it when the task's reference is about to leave the process, so no client sees the task as it was.
func (h *Host) adoptTask(value, user string) {
	t, ok := h.reg.Get(types.ManagedObjectReference{Type: "Task", Value: value}).(*simulator.Task)
	if !ok {
		return
	}
	h.context().WithLock(t, func() {
		if r, ok := t.Info.Reason.(*types.TaskReasonUser); !ok || r.UserName != "vcsim" {
			return
		}
		t.Info.Reason = &types.TaskReasonUser{UserName: user}
		if t.Info.Entity != nil {
			if e := h.entity(*t.Info.Entity); e != nil {
				t.Info.EntityName = e.Entity().Name
			}
		}
	})
}

// methodNames holds the tasks that the simulator names otherwise than by their method.
var methodNames = map[string]string{
	"CreateSnapshotEx": "CreateSnapshot_Task",
	"RevertSnapshot":   "RevertToSnapshot_Task",
}

// methodName returns the name that vSphere gives a task: that of the method which started it.
func methodName(name string) string {
	if strings.HasSuffix(name, "_Task") {
		return name
	}
	if m, ok := methodNames[name]; ok {
		return m
	}
	return strings.Replace(name, "Vm", "VM", 1) + "_Task"
}
