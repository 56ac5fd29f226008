// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// attacks are all of them.
func attacks() []attack {
	return slices.Concat(replacements(), halves(), notes(), copies(), plans(), unseen(), others(),
		between(), movedAway(), names(), twoProviders(), halfway(), leftDeposed(), clones())
}

// TestAttacks makes every attack and holds it against the promises: in one order each, in every order and with every
// delay if PROMISES_FULL is set.
func TestAttacks(t *testing.T) {
	full := os.Getenv("PROMISES_FULL") != ""
	var (
		mu    sync.Mutex
		rows  = map[int]string{}
		count = map[string]int{}
		own   int
	)
	t.Run("cells", func(t *testing.T) {
		for i, a := range attacks() {
			if a.own {
				own++
			}
			for j, walk := range walks {
				for k, delay := range delays {
					if !full && (j != i%len(walks) || k != (i/len(walks))%len(delays)) {
						continue
					}
					order := fmt.Sprintf("%s, %d at a time", walk.Order, walk.Parallelism)
					t.Run(fmt.Sprintf("%s/%s/%s %s", a.cause, a.name, order, delay), func(t *testing.T) {
						t.Parallel()
						s := newScene(t, a.host, walk, delay)
						a.run(s)
						verdict, ok := s.verdict(a)
						mu.Lock()
						defer mu.Unlock()
						kind := otherwise
						if len(s.findings) > 0 {
							kind = s.findings[0].Kind
						}
						switch {
						case ok:
						default:
							count[kind]++
							t.Errorf("%s, wanted %v\nbefore %s\nafter  %s\n%s", verdict, a.want, s.before, s.after, s.said())
							verdict = "WRONG: " + verdict
						}
						rows[(i*len(walks)+j)*len(delays)+k] = strings.Join(
							[]string{a.cause, a.name, order, delay, s.before, s.after, verdict}, "\t")
					})
				}
			}
		}
	})
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "cause\tattack\torder\tdelay\tbefore: inventory | state\tafter: inventory | state\toutcome")
	for _, i := range slices.Sorted(maps.Keys(rows)) {
		_, _ = fmt.Fprintln(out, rows[i])
	}
	_ = out.Flush()
	t.Logf("every attack\n%s%d attacks, %d of them not in the list of causes; %d cells: %d lost, %d not ours, %d files changed, %d with another outcome than wanted",
		table.String(), len(attacks()), own, len(rows), count[Lost], count[NotOurs], count[FileChanged], count[otherwise])
}

// otherwise is the kind of a cell that breaks no promise of the inventory and still ends otherwise than it should.
const otherwise = "another outcome"
