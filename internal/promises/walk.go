// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
)

// Order is the order of nodes that do not depend on each other. Terraform leaves it to chance.
type Order struct {
	First string // "creates", "deletes", or "" for one by the seed
	Seed  uint64
}

func (o Order) String() string {
	if o.First == "" {
		return "by chance"
	}
	return o.First + " first"
}

// node is a node of a walk's graph.
type node struct {
	name    string
	deletes bool
	after   *node // at most one in a graph without references
	run     func() bool

	rank                  uint64
	begun, done, wentWell bool
}

// walk runs every node, as many at a time as parallelism says. What depends on a node that failed is left out; what
// has not begun when stopped reports true is, too.
func walk(nodes []*node, order Order, parallelism int, stopped func() bool) {
	random := rand.New(rand.NewPCG(order.Seed, 17)) //nolint:gosec // an order, no secret
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.name, b.name) })
	for _, n := range nodes {
		n.rank = random.Uint64() >> 1
		if order.First != "" && n.deletes != (order.First == "deletes") {
			n.rank |= 1 << 63
		}
	}
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.rank, b.rank) })

	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	next := func() (n *node, over bool) {
		over = true
		for _, n := range nodes {
			if n.begun {
				continue
			}
			if stopped() || n.after != nil && n.after.done && !n.after.wentWell {
				n.begun, n.done = true, true
				continue
			}
			over = false
			if n.after == nil || n.after.done {
				return n, false
			}
		}
		return nil, over
	}
	var workers sync.WaitGroup
	for range cmp.Or(parallelism, 10) {
		workers.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for {
				n, over := next()
				if over {
					changed.Broadcast()
					return
				}
				if n == nil {
					changed.Wait()
					continue
				}
				n.begun = true
				mu.Unlock()
				ok := n.run()
				mu.Lock()
				n.done, n.wentWell = true, ok
				changed.Broadcast()
			}
		})
	}
	workers.Wait()
}
