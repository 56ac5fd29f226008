// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// episode is how many steps a host lives.
const episode = 50

// sample are the seeds of the episodes of make test, which takes the same steps each time. Each kind of step is among
// theirs.
var sample = []uint64{482, 1714, 2548, 1984}

// TestRandom takes random steps and holds each against the promises: a sample of 200, or 10,000 if PROMISES_FULL is set,
// by the seed in PROMISES_SEED or one that differs each time. make promises runs the whole. A failure is shrunk to the
// steps that it needs.
func TestRandom(t *testing.T) {
	steps := 200
	if os.Getenv("PROMISES_FULL") != "" {
		steps = 10_000
	}
	if n, err := strconv.Atoi(os.Getenv("PROMISES_STEPS")); err == nil {
		steps = n
	}
	seed, err := strconv.ParseUint(os.Getenv("PROMISES_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	by := fmt.Sprintf("seed %d", seed)
	seedOf := func(i int) uint64 { return seed + uint64(i)*1000 }
	if err != nil && steps <= len(sample)*episode {
		by = fmt.Sprintf("seeds %d", sample)
		seedOf = func(i int) uint64 { return sample[i] }
	}
	t.Logf("%s, %d steps", by, steps)
	began := time.Now()
	var (
		mu     sync.Mutex
		wg     sync.WaitGroup
		counts = map[string]int{}
		tally  = map[string]int{}
		shown  = map[string]bool{}
		next   = make(chan int)
		done   int // of the steps: an episode ends with the first promise that is broken
	)
	for range 12 { // what takes time is waiting
		wg.Go(func() {
			for i := range next {
				script := compose(seedOf(i), min(episode, steps-i*episode))
				finding, ran := play(t, script, tally, &mu)
				if finding == nil {
					mu.Lock()
					done += ran
					mu.Unlock()
					continue
				}
				mu.Lock()
				counts[finding.Kind]++
				done += ran
				first := !shown[finding.Kind] && len(shown) < 4
				shown[finding.Kind] = true
				mu.Unlock()
				if !first {
					t.Errorf("%s, episode %d, step %d: %s: %s", by, i, ran, finding.Kind, finding.Text)
					continue
				}
				small := shrink(script[:ran], func(s []move) bool {
					f, _ := play(t, s, map[string]int{}, &sync.Mutex{})
					return f != nil && f.Kind == finding.Kind
				})
				again, _ := play(t, small, map[string]int{}, &sync.Mutex{})
				text := finding.Text
				if again != nil {
					text = again.Text
				}
				t.Errorf("%s, episode %d, step %d: %s: %s\nshrunk to\n%s", by, i, ran, finding.Kind, text, scriptText(small))
			}
		})
	}
	for i := range (steps + episode - 1) / episode {
		next <- i
	}
	close(next)
	wg.Wait()
	took := time.Since(began).Seconds()
	var kinds []string
	for kind, n := range tally {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, n))
	}
	slices.Sort(kinds)
	t.Logf("%s: %d steps in %.0f s (%.0f/s); broken promises by kind: %v; what was done and came of it: %s",
		by, done, took, float64(done)/took, counts, strings.Join(kinds, ", "))
}

// TestReplay takes the steps that TestRandom printed for a failure, from PROMISES_SCRIPT, and shows what was said at
// each.
func TestReplay(t *testing.T) {
	text := os.Getenv("PROMISES_SCRIPT")
	if text == "" {
		t.Skip("PROMISES_SCRIPT has no script")
	}
	var script []move
	form := regexp.MustCompile(`(?m)^\s*(\S.*?)\s+a=(\d+) b=(\d+) c=(\d+) seed=(\d+)$`)
	for _, m := range form.FindAllStringSubmatch(text, -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+2])
		}
		script = append(script, move{kind: m[1], a: n[0], b: n[1], c: n[2], seed: uint64(n[3])})
	}
	show = t.Logf
	if finding, _ := play(t, script, map[string]int{}, &sync.Mutex{}); finding != nil {
		t.Errorf("%s: %s", finding.Kind, finding.Text)
	}
}

// show says what comes of each step; nothing unless it is asked for.
var show = func(string, ...any) {}

// play runs a script on a host of its own and stops at the first promise that is broken, with the number of steps
// until then.
func play(t *testing.T, script []move, tally map[string]int, mu *sync.Mutex) (*Finding, int) {
	host, err := sim.Start(sim.Options{PlainHTTP: true, Datastores: 2, StandaloneHosts: -1, KeepDuplicateInstanceUUIDs: true})
	if err != nil {
		t.Error(err)
		return nil, 0
	}
	defer host.Close()
	data := filepath.Join(t.TempDir(), ".terraform")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Error(err)
		return nil, 0
	}
	m := newModel(t.Context(), NewWorld(host, [2]string{"DC0", "LocalDS_0"}, [2]string{"DC0", "LocalDS_1"}), data)
	for i, step := range script {
		what, finding := m.do(step)
		mu.Lock()
		tally[what]++
		mu.Unlock()
		if finding != nil {
			return finding, i + 1
		}
	}
	return nil, len(script)
}

// shrink drops steps as long as it still fails.
func shrink(script []move, fails func([]move) bool) []move {
	for size := max(len(script)/2, 1); ; size /= 2 {
		for at := 0; at+size <= len(script); {
			shorter := slices.Delete(slices.Clone(script), at, at+size)
			if fails(shorter) {
				script = shorter
			} else {
				at += size
			}
		}
		if size <= 1 {
			return script
		}
	}
}

func scriptText(script []move) string {
	var out []string
	for _, s := range script {
		out = append(out, "  "+s.String())
	}
	return cmp.Or(strings.Join(out, "\n"), "  nothing")
}
