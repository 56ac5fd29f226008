// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// remoteOp is an operation of the provider that asks the host, a row of the matrix.
type remoteOp struct {
	name string
	// key is the call that the fault hits; write says that it changes something.
	key   string
	write bool
	// together is set where other calls are under way while the one with the key is.
	together bool
	// unregistered starts with the VM not registered, running with it switched on.
	unregistered, running bool
	run                   func(ctx context.Context, w *faultWorld) error
	// done is what the host says when the operation has been done.
	done func(w *faultWorld) bool
}

func update(change func(w *faultWorld) vix.Change) func(context.Context, *faultWorld) error {
	return func(ctx context.Context, w *faultWorld) error { return w.h.Update(ctx, w.vm, change(w)) }
}

func unregister(off vix.PowerOff) func(context.Context, *faultWorld) error {
	return func(ctx context.Context, w *faultWorld) error { return w.h.Unregister(ctx, w.vm, off) }
}

func unregistered(w *faultWorld) bool { return len(w.registrations()) == 0 }

func registeredOnce(w *faultWorld) bool {
	return len(w.registrations()) == 1
}

func ptr[T any](v T) *T { return &v }

// remoteOps are the rows of the matrix.
var remoteOps = []remoteOp{
	{name: "connect", key: "Login", run: connectAnew, done: registeredOnce},
	{name: "info", key: "RetrievePropertiesEx", run: func(ctx context.Context, w *faultWorld) error { return second(w.h.Info(ctx)) }, done: registeredOnce},
	{name: "open by path", key: "FindByDatastorePath", run: func(ctx context.Context, w *faultWorld) error {
		return second(w.h.Open(ctx, vix.Locator{Path: w.path}))
	}, done: registeredOnce},
	{name: "open by id", key: "FindAllByUuid", run: func(ctx context.Context, w *faultWorld) error { return second(w.h.OpenID(ctx, w.vm.ID)) }, done: registeredOnce},
	{name: "find", key: "RetrievePropertiesEx", run: func(ctx context.Context, w *faultWorld) error { return second(w.h.Find(ctx, vix.Query{})) }, done: registeredOnce},
	{name: "files", key: "SearchDatastoreSubFolders_Task", run: func(ctx context.Context, w *faultWorld) error {
		return second(w.h.Files(ctx, vix.FileQuery{Match: "*.vmx"}))
	}, done: registeredOnce},
	{name: "files: read one", key: "HTTP GET", run: readFile, done: registeredOnce},
	{name: "check", key: "SearchDatastore_Task", unregistered: true, run: func(ctx context.Context, w *faultWorld) error {
		return second(w.h.Check(ctx, vix.RegisterSpec{Path: w.path}))
	}, done: unregistered},
	{name: "read a registration", key: "RetrievePropertiesEx", run: func(ctx context.Context, w *faultWorld) error { return second(w.h.Registration(ctx, w.vm)) }, done: registeredOnce},
	{name: "register", key: "RegisterVM_Task", write: true, unregistered: true, run: register, done: registeredOnce},
	{name: "register: wait", key: "WaitForUpdatesEx", unregistered: true, run: register, done: registeredOnce},
	{name: "rename", key: "Rename_Task", write: true, run: update(func(*faultWorld) vix.Change { return vix.Change{Name: ptr("renamed")} }),
		done: func(w *faultWorld) bool { return w.registrations()[0].Name == "renamed" }},
	{name: "move to folder", key: "MoveIntoFolder_Task", write: true, run: update(func(*faultWorld) vix.Change { return vix.Change{Folder: ptr("Linux")} }),
		done: func(w *faultWorld) bool { return w.registrations()[0].Folder == "/DC0/vm/Linux" }},
	{name: "move to pool", key: "MoveIntoResourcePool", write: true, run: update(func(*faultWorld) vix.Change { return vix.Change{ResourcePool: ptr("front")} }),
		done: func(w *faultWorld) bool { return strings.HasSuffix(w.registrations()[0].ResourcePool, "/front") }},
	{name: "unregister", key: "UnregisterVM", write: true, run: unregister(vix.PowerOffFail), done: unregistered},
	{name: "power off, guest", key: "ShutdownGuest", write: true, together: true, running: true, run: unregister(vix.PowerOffGuest), done: unregistered},
	{name: "power off, guest: wait", key: "WaitForUpdatesEx", together: true, running: true, run: unregister(vix.PowerOffGuest), done: unregistered},
	{name: "power off, hard", key: "PowerOffVM_Task", write: true, together: true, running: true, run: unregister(vix.PowerOffHard), done: unregistered},
	{name: "disconnect", key: "Logout", run: func(ctx context.Context, w *faultWorld) error { return w.h.Disconnect(ctx) }, done: registeredOnce},
}

func second[T any](_ T, err error) error { return err }

func connectAnew(ctx context.Context, w *faultWorld) error {
	h, err := Connect(ctx, w.opts)
	if err == nil {
		err = h.Disconnect(context.WithoutCancel(ctx))
	}
	return err
}

// readFile reads what is in the configuration files, of which there is one.
func readFile(ctx context.Context, w *faultWorld) error {
	files, err := w.h.Files(ctx, vix.FileQuery{Match: "*.vmx", ReadConfig: true})
	if err == nil && (len(files.Files) != 1 || files.Files[0].Config.Problem != "") {
		err = fmt.Errorf("the answer is %+v", files.Files)
	}
	return err
}

// register registers as the resource does, which knows when it first began.
func register(ctx context.Context, w *faultWorld) error {
	spec := vix.RegisterSpec{Path: w.path}
	if w.begun.IsZero() {
		w.begun = time.Now()
	} else {
		spec.Attempt = vix.Attempt{Begun: w.begun, Until: w.begun.Add(time.Hour)}
	}
	r, err := w.h.Register(ctx, spec)
	if err == nil && r.Adopted {
		err = errors.New("our own registration counts as somebody else's")
	}
	return err
}

// expected is the outcome that a cell must have.
func expected(op remoteOp, f wireFault) string {
	switch {
	case op.name == "connect" && f.needsSession, op.key == "HTTP GET" && f.needsSOAP:
		return notMeant
	case op.name == "connect" && f.name == "slow host":
		return recovers
	case op.name == "connect", op.name == "disconnect" && !f.needsSession && f.name != "slow host" && f.name != "vCenter restarts":
		return clearError // neither waits for the host
	case op.name == "disconnect" && f.name == "vCenter restarts":
		return clearError
	case op.write:
		return f.writes
	case op.key == "WaitForUpdatesEx" && (f.name == "stalled answer" || f.name == "another certificate"):
		return f.reads
	case op.key == "WaitForUpdatesEx":
		return recovers // the wait begins anew, whatever broke it
	}
	return f.reads
}

// cell runs an operation under a fault and again when the fault is over. It gives
// the outcome of the first, and checks what must hold whatever that was.
func cell(t *testing.T, op remoteOp, f wireFault) string {
	if expected(op, f) == notMeant {
		return notMeant
	}
	w := newFaultWorld(t, op, f)
	before := w.files()
	heal := func() {}
	trip := func() {
		undo := f.inject(w)
		heal = sync.OnceFunc(undo)
		// What is not to recover meets the fault, however slow the machine is.
		if !f.lasts && expected(op, f) == recovers {
			time.AfterFunc(outage, heal)
		}
	}
	if w.h == nil {
		trip()
	} else {
		w.h.Client.Client.Transport = tripped{w.h.Client.Client.Transport, op.key, &sync.Once{}, trip}
	}
	w.sim.ResetRequests()
	limit := 5 * time.Minute
	if f.patience != 0 {
		limit = 3 * f.patience // a wait that stalls ends with the operation's own timeout
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	err := op.run(ctx, w)
	sent := w.sim.Requests()[op.key]
	heal()
	outcome := recovers
	if err != nil {
		outcome = clearError
		t.Log(err)
		var e *vix.Error
		if !errors.As(err, &e) || e.Op == "" || e.Reason == "" || e.Code == vix.CodeFail || e.Code == vix.CodeOK {
			outcome = "unknown"
			t.Errorf("%v (%T)", err, err)
		}
	}
	// A write that the host has not answered is not sent again; one that a session
	// that had ended made void is.
	most := 1
	if f.voids {
		most = 2
	}
	if op.write && sent > most {
		t.Errorf("%s was sent %d times", op.key, sent)
	}
	if op.write && f.unsent && err != nil && op.done(w) {
		t.Errorf("the host has done it although it never had the call, and the answer is %v", err)
	}
	if op.name == "disconnect" && err != nil { // it is over; the next connection ends as it should
		op.run = connectAnew
	}
	if err != nil {
		if err := op.run(t.Context(), w); err != nil {
			t.Errorf("when the fault is over: %v", err)
		}
	}
	if !op.done(w) {
		t.Errorf("the host has not done it: %+v", w.registrations())
	}
	if after := w.files(); before != after {
		t.Errorf("files before: %s, after: %s", before, after)
	}
	return outcome
}

// TestFaultMatrix exercises every remote operation under every fault of the wire
// and prints what came of it.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	outcomes := map[string]string{}
	var mu sync.Mutex
	t.Run("cells", func(t *testing.T) {
		for _, op := range remoteOps {
			for _, f := range wireFaults {
				t.Run(op.name+"/"+f.name, func(t *testing.T) {
					t.Parallel()
					got := cell(t, op, f)
					// A call that was under way beside the wait may be the one that broke.
					if want := expected(op, f); got != want && (!op.together || got != clearError) {
						t.Errorf("%s, want %s", got, want)
					}
					mu.Lock()
					defer mu.Unlock()
					outcomes[op.name+"/"+f.name] = got
				})
			}
		}
	})
	counts := map[string]int{}
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, f := range wireFaults {
		row := []string{f.name}
		for _, op := range remoteOps {
			outcome := outcomes[op.name+"/"+f.name]
			row = append(row, map[string]string{recovers: "ok", clearError: "error", notMeant: notMeant}[outcome])
			counts[outcome]++
		}
		_, _ = fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	_ = out.Flush()
	var legend strings.Builder
	for i, op := range remoteOps {
		fmt.Fprintf(&legend, "  %2d %s\n", i+1, op.name)
	}
	t.Logf("ok: recovers; error: one clear error, and the operation works when the fault is over\n%s\n%s%d cells: %d recover, %d clear errors, %d unknown; %d do not apply",
		table.String(), legend.String(), counts[recovers]+counts[clearError]+counts["unknown"], counts[recovers], counts[clearError], counts["unknown"], counts[notMeant])
}
