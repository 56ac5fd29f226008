// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// ranOnce is what is run: it notes each start, and says something.
var ranOnce = vix.GuestRun{Script: "echo x >>/root/starts\necho said\necho warned >&2\nexit 3\n", Capture: true}

// starts is how often the program ran, as it counts itself in the guest.
func (v *inside) starts(t testing.TB) int {
	t.Helper()
	data, err := v.guest.ReadFile("/root/starts")
	if err != nil {
		return 0
	}
	return strings.Count(string(data), "x")
}

// attempted is a run, and whether its start was noted before it was sent.
type attempted struct {
	result  *vix.GuestResult
	err     error
	attempt vix.Attempt
}

// try makes an attempt at a run, as a process of its own that knows of the one before.
func (v *inside) try(ctx context.Context, h *host, run vix.GuestRun, before vix.Attempt) attempted {
	out := attempted{attempt: before}
	run.Attempt = before
	run.Sending = func(now time.Time) error {
		out.attempt = vix.Attempt{Begun: now, Until: now.Add(time.Minute), Sent: 1}
		return nil
	}
	out.result, out.err = h.RunInGuest(ctx, v.handle, v.login, run)
	return out
}

// outcome is an attempt in a word. An error that says nothing of doubt has started nothing.
func (v *inside) outcome(t *testing.T, a attempted) string {
	t.Helper()
	n := v.starts(t)
	if n > 1 {
		t.Errorf("the program ran %d times", n)
	}
	var e *vix.Error
	switch {
	case a.err == nil:
		if r := a.result; n != 1 || r.ExitCode != 3 || string(r.Stdout) != "said\n" || string(r.Stderr) != "warned\n" {
			t.Errorf("%d starts, and the result is %+v", n, r)
		}
		return "the result"
	case !errors.As(a.err, &e):
		t.Errorf("got %v", a.err)
	case e.Doubt:
		return "unknown"
	case n != 0:
		t.Errorf("the program ran, and that is not in doubt: %v", a.err)
	}
	return "not started"
}

// onceRow is a row of the table.
type onceRow struct{ cut, moment, first, then string }

// TestNeverTwice: the line is cut at each request of a run, before it is carried out, after it, and for good, and the program, the guest
// and the host do what they may meanwhile. The program never runs twice; what an attempt does not know it says, and
// the next attempt, a process of its own, ends with the one run's result wherever that can be known.
func TestNeverTwice(t *testing.T) {
	counted := visited(t)
	counted.sim.ResetRequests()
	counted.run(t, ranOnce)
	requests := counted.sim.Requests()
	counted.leavesNothing(t)
	var (
		mu    sync.Mutex
		table []onceRow
		total int
	)
	for _, n := range requests {
		total += n
	}
	t.Cleanup(func() {
		slices.SortFunc(table, func(a, b onceRow) int { return strings.Compare(a.cut+a.moment, b.cut+b.moment) })
		t.Logf("a run is %d requests: %v", total, requests)
		t.Logf("%-30s %-42s %-12s %s", "cut", "moment", "attempt", "next attempt (starts 1 in all where there is a result, else at most 1)")
		for _, row := range table {
			t.Logf("%-30s %-42s %-12s %s", row.cut, row.moment, row.first, row.then)
		}
	})
	cell := func(cut, moment, script string, prepare func(v *inside)) {
		t.Run(cut+"/"+moment, func(t *testing.T) {
			t.Parallel()
			v := visited(t)
			v.host = connected(t, v.sim, func(o *vix.ConnectOptions) { o.RequestTimeout = 3 * time.Second })
			must(t, second(v.GuestProcesses(t.Context(), v.handle, v.login))) // what is asked once a connection
			run := ranOnce
			run.Token, run.Script = aToken(), strings.Replace(run.Script, "echo said", script+"echo said", 1)
			var kept atomic.Bool
			run.Progress = func(_ *vix.VM, what string) {
				if strings.HasPrefix(what, "could not delete ") {
					kept.Store(true)
				}
			}
			prepare(v)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			first := v.try(ctx, v.host, run, vix.Attempt{})
			row := onceRow{cut, moment, v.outcome(t, first), "-"}
			v.sim.ClearFaults()
			v.guest.StopRefusing()
			if first.err != nil {
				then := v.try(t.Context(), connected(t, v.sim), run, first.attempt)
				// What ends with the guest tells nobody how.
				if row.then = v.outcome(t, then); row.then != "the result" && !strings.Contains(moment, "restarted") {
					t.Errorf("nothing was in the way any more: %v", then.err)
				}
				first = then
			}
			// Where the line is cut for good once the result is here, what cannot be deleted is told.
			if first.err == nil && (!kept.Load() || cut != "everything") {
				v.leavesNothing(t)
			}
			v.idle(t)
			mu.Lock()
			defer mu.Unlock()
			table = append(table, row)
		})
	}
	for _, method := range slices.Sorted(maps.Keys(requests)) {
		for i := range min(requests[method], 6) {
			name := fmt.Sprintf("%s %d", strings.TrimSuffix(method, "InGuest"), i+1)
			for moment, after := range map[string]bool{"before it is carried out": false, "in the answer": true} {
				cell(name, moment, "", func(v *inside) { v.sim.Fault(sim.Fault{Method: method, Skip: i, Cut: true, After: after}) })
			}
		}
	}
	for _, method := range []string{"StartProgramInGuest", "MoveDirectoryInGuest"} {
		cell(strings.TrimSuffix(method, "InGuest"), "the answer never comes", "", func(v *inside) {
			v.sim.Fault(sim.Fault{Method: "StartProgramInGuest", Cut: true, Skip: 0})
			if method == "StartProgramInGuest" {
				v.sim.ClearFaults()
			}
			v.sim.Fault(sim.Fault{Method: method, Cut: true, After: true, Hang: true})
		})
	}
	for i := range total {
		cell("everything", fmt.Sprintf("from request %02d on", i+1), "", func(v *inside) {
			v.sim.Fault(sim.Fault{Method: "*", Skip: i, Times: -1, Cut: true, After: i%2 == 0})
		})
	}
	for moment, do := range map[string]func(*inside){
		"the agent forgets":           func(v *inside) { v.guest.RestartAgent() },
		"the agent is away":           func(v *inside) { v.guest.Refuse(sim.VixFault(3016, 0), 3) },
		"moved to another host":       func(v *inside) { must(t, v.sim.VMotion("DC0", v.path)); v.guest.Refuse(sim.VixFault(5, 0), 2) },
		"the guest is restarted":      func(v *inside) { v.guest.Reset(); v.guest.Refuse(sim.VixFault(3016, 0), 3) },
		"the clock is a year forward": func(v *inside) { v.guest.SetClock(365 * 24 * time.Hour) },
	} {
		cell("nothing", moment+" while it runs", "sleep 2\n", func(v *inside) {
			v.guest.OnStart(func(guestos.Spec) {
				go func() {
					for range 500 {
						if v.starts(t) > 0 {
							do(v)
							return
						}
						wire.Pause(t.Context(), 10*time.Millisecond)
					}
				}()
			})
		})
	}
}
