// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"testing"
	"time"
)

func TestSame(t *testing.T) {
	const (
		uuid  = "50201e5a-0000-4000-8000-000000000001"
		other = "50201e5a-0000-4000-8000-000000000002"
	)
	at := func(text string) Path {
		p, err := ParsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	web, moved := at("[ds1] web/web.vmx"), at("[ds2] web/web.vmx")
	handle := Handle{ID: uuid, ManagedObjectID: "vm-1", Path: web, Wanted: web, Datacenter: "DC0"}
	vm := func(id, moref string, p Path, datacenter string) Registration {
		r := Registration{ID: id, InstanceUUID: id, ManagedObjectID: moref, Path: p, Placement: Placement{Datacenter: datacenter}}
		if id == "" {
			r.ID = moref
		}
		return r
	}
	byObject := handle
	byObject.ID = "vm-1"
	named := handle
	named.Wanted = moved
	imported := handle
	imported.ManagedObjectID = ""
	for name, test := range map[string]struct {
		handle Handle
		is     Registration
		want   Sameness
	}{
		"as it was":                                    {handle, vm(uuid, "vm-1", web, "/DC0"), Itself},
		"moved by storage vMotion":                     {handle, vm(uuid, "vm-1", moved, "/DC0"), Itself},
		"moved to another datacenter":                  {handle, vm(uuid, "vm-1", web, "/DC1"), Itself},
		"the UUID in capitals":                         {handle, vm("50201E5A-0000-4000-8000-000000000001", "vm-1", web, "/DC0"), Itself},
		"unreadable, without a UUID":                   {handle, vm("", "vm-1", Path{}, ""), Itself},
		"unreadable, and its summary says another":     {handle, vm(other, "vm-1", web, "/DC0"), Another},
		"known by its managed object alone":            {byObject, vm(other, "vm-1", moved, "/DC0"), Itself},
		"registered anew at its path":                  {handle, vm(uuid, "vm-2", web, "/DC0"), Itself},
		"registered anew as a template":                {handle, vm(uuid, "vm-2", at("[ds1] web/web.vmtx"), "/DC0"), Itself},
		"a copy at another path":                       {handle, vm(uuid, "vm-2", moved, "/DC0"), Copy},
		"a copy at its path in another datacenter":     {handle, vm(uuid, "vm-2", web, "/DC1"), Copy},
		"a copy whose path is not told":                {handle, vm(uuid, "vm-2", Path{}, "/DC0"), Copy},
		"what the configuration names":                 {named, vm(uuid, "vm-2", moved, "/DC0"), Itself},
		"imported, wherever it is":                     {imported, vm(uuid, "vm-2", moved, "/DC1"), Itself},
		"another VM at its path":                       {handle, vm(other, "vm-2", web, "/DC0"), Another},
		"a managed object of the same id, no UUID yet": {handle, vm("", "vm-2", web, "/DC0"), Another},
	} {
		if got := test.handle.Same(&test.is); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func TestAttemptCovers(t *testing.T) {
	begun := time.Date(2026, 1, 2, 3, 4, 5, 500_000_000, time.UTC)
	a := Attempt{Begun: begun, Until: begun.Add(time.Minute)}
	for name, test := range map[string]struct {
		at   time.Time
		want bool
	}{
		"as it begins":                 {begun, true},
		"a moment before":              {begun.Add(-time.Millisecond), false},
		"in the same second, rounded":  {begun.Truncate(time.Second), true},
		"in the second before":         {begun.Truncate(time.Second).Add(-time.Second), false},
		"at its end":                   {begun.Add(time.Minute), true},
		"after its end":                {begun.Add(time.Minute + time.Millisecond), false},
		"by a clock of another region": {begun.Add(time.Second).In(time.FixedZone("", 3600)), true},
	} {
		if got := a.Covers(test.at); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (Attempt{}).Covers(begun) {
		t.Error("no attempt covers anything")
	}
}

// Only the first folder below a datastore may have two names; all else is in the texts.
func TestMaySame(t *testing.T) {
	p := Path{Datastore: "vsan", File: "5f3c1e2a/Bu\u0308ro/web.vmx"}
	for q, want := range map[Path]bool{
		{Datastore: "vsan", File: "web/B\u00fcro/web.vmx"}:  true,
		{Datastore: "vsan", File: "web/web.vmx"}:            false,
		{Datastore: "vsan", File: "web.vmx"}:                false,
		{Datastore: "other", File: "web/B\u00fcro/web.vmx"}: false,
		{File: "/web/B\u00fcro/web.vmx"}:                    false,
	} {
		if p.MaySame(q) != want || q.MaySame(p) != want {
			t.Errorf("%q, %q: want %v", p, q, want)
		}
	}
	if one, other := (Path{Datastore: "vsan", File: "a.vmx"}), (Path{Datastore: "vsan", File: "b.vmx"}); one.MaySame(other) {
		t.Error("two files that are in no folder are one")
	}
}
