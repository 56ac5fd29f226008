// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// attacks are all of them.
func attacks() []attack {
	return slices.Concat(replacements(), halves(), notes(), copies(), plans(), unseen(), others())
}

// TestAttacks makes every attack and holds it against the promises: in one order each, in every order and with every
// delay if PROMISES_FULL is set.
func TestAttacks(t *testing.T) {
	full := os.Getenv("PROMISES_FULL") != ""
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "cause\tattack\torder\tdelay\tbefore: inventory | state\tafter: inventory | state\toutcome")
	cells, own, count := 0, 0, map[string]int{}
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
					s := newScene(t, a.host, walk, delay)
					a.run(s)
					verdict, ok := s.verdict(a)
					cells++
					if !ok {
						kind := "another outcome"
						if len(s.findings) > 0 {
							kind = s.findings[0].Kind
						}
						count[kind]++
						t.Errorf("%s, wanted %v\nbefore %s\nafter  %s\n%s", verdict, a.want, s.before, s.after, s.said())
						verdict = "WRONG: " + verdict
					}
					_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.cause, a.name, order, delay, s.before, s.after, verdict)
				})
			}
		}
	}
	_ = out.Flush()
	t.Logf("every attack\n%s%d attacks, %d of them not in the list of causes; %d cells: %d lost, %d not ours, %d files changed, %d with another outcome than wanted",
		table.String(), len(attacks()), own, cells, count[Lost], count[NotOurs], count[FileChanged], count["another outcome"])
}
