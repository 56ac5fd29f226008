// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The benchmarks count what the host is asked for: requests and bytes are the
// provider's doing. Of the time, most is the simulator's, which is in the same
// process and slow where a vCenter is not: it goes through all its objects for a
// path, and copies each object that it reports by way of XML.

// traffic is what the host saw of a benchmark.
type traffic struct {
	requests, connections int
	bytes                 int64
}

// take adds what the host saw since the last time.
func (c *traffic) take(s *sim.Host) {
	c.requests += s.RequestCount()
	c.connections += s.Connections()
	c.bytes += s.BytesOut()
	s.ResetRequests()
}

// report adds the figures, for n VMs in each round, to the benchmark's own.
func (c *traffic) report(b *testing.B, n int) {
	b.Helper()
	b.ReportMetric(float64(c.requests)/float64(b.N), "requests/op")
	b.ReportMetric(float64(c.bytes)/float64(b.N), "bytes/op")
	b.ReportMetric(float64(c.connections)/float64(b.N), "connections/op")
	b.ReportMetric(float64(c.requests)/float64(b.N)/float64(n), "requests/VM")
}

// BenchmarkOpens opens N VMs of V in D datacenters, ten at a time, each time as a
// process of its own would: from the login to the logout.
func BenchmarkOpens(b *testing.B) {
	for _, v := range []int{100, 1000, 5000} {
		for _, d := range []int{1, 4} {
			s := stocked(b, v, d)
			for _, n := range []int{1, 100, 1000} {
				paths := inventoryPaths(b, n, v, d, 1)
				b.Run(fmt.Sprintf("N=%d/V=%d/D=%d", n, v, d), func(b *testing.B) {
					s.ResetRequests()
					for b.Loop() {
						h := connected(b, s)
						openAll(b, h, paths)
						must(b, h.Disconnect(b.Context()))
					}
					var c traffic
					c.take(s)
					c.report(b, n)
				})
			}
			s.Close()
		}
	}
}

// BenchmarkRegistrations plans and applies N registrations as two processes
// would, and refreshes them as a third. Unregistering them again is not counted.
func BenchmarkRegistrations(b *testing.B) {
	for _, n := range []int{100, 1000} {
		s := stocked(b, 1000, 1, func(o *sim.Options) { o.StandaloneHosts = -1 })
		specs := make([]vix.RegisterSpec, n)
		for i := range specs {
			specs[i].Path = laid(b, s, "DC0", fmt.Sprintf("[LocalDS_0] new%d/new%d.vmx", i, i), sim.VMX{NoDisk: true})
		}
		b.Run(fmt.Sprintf("plan and apply/N=%d", n), func(b *testing.B) {
			var c traffic
			for b.Loop() {
				s.ResetRequests()
				checkAll(b, connected(b, s), specs)
				handles := registerAll(b, connected(b, s), specs)
				c.take(s)
				b.StopTimer()
				unregisterAll(b, connected(b, s), handles)
				b.StartTimer()
			}
			c.report(b, n)
		})
		handles := registerAll(b, connected(b, s), specs)
		b.Run(fmt.Sprintf("refresh/N=%d", n), func(b *testing.B) {
			s.ResetRequests()
			for b.Loop() {
				refreshAll(b, connected(b, s), handles)
			}
			var c traffic
			c.take(s)
			c.report(b, n)
		})
		s.Close()
	}
}

func unregisterAll(t testing.TB, h *host, handles []vix.Handle) {
	t.Helper()
	tenAtATime(handles, func(_ int, handle vix.Handle) { must(t, h.Unregister(t.Context(), handle, vix.PowerOffFail)) })
	must(t, h.Disconnect(t.Context()))
}
