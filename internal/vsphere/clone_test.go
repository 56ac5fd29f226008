// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// twoClusters is a datacenter with two clusters and two datastores.
var twoClusters = sim.Options{Clusters: 2, ClusterHosts: 2, StandaloneHosts: -1, Datastores: 2}

// golden is a registered VM to clone, in a folder and a pool of its own, on the second host of the first cluster.
func golden(t *testing.T, s *sim.Host, h *host) *vix.Registered {
	t.Helper()
	must(t, second(s.AddFolder("DC0", "Linux")))
	must(t, second(s.AddPool("DC0", "DC0_C0", "gold")))
	must(t, second(s.AddPool("DC0", "DC0_C1", "silver")))
	r, err := h.Register(t.Context(), vix.RegisterSpec{
		Path: laid(t, s, "DC0", "[LocalDS_0] golden/golden.vmx"), Folder: "Linux", ResourcePool: "gold", Host: "DC0_C0_H1",
	})
	must(t, err)
	return r
}

// What is not said is as the source's, where that can take the clone.
func TestACloneGoesWhereItsSourceIs(t *testing.T) {
	for name, test := range map[string]struct {
		spec  vix.CloneSpec
		given func(t *testing.T, s *sim.Host)
		want  vix.Placement
		ds    string
	}{
		"nothing said": {want: vix.Placement{
			Folder: "/DC0/vm/Linux", ResourcePool: "/DC0/host/DC0_C0/Resources/gold", Cluster: "/DC0/host/DC0_C0", Host: "/DC0/host/DC0_C0/DC0_C0_H1",
		}, ds: "LocalDS_0"},
		"another host of the cluster": {spec: vix.CloneSpec{Host: "DC0_C0_H0"}, want: vix.Placement{
			Folder: "/DC0/vm/Linux", ResourcePool: "/DC0/host/DC0_C0/Resources/gold", Cluster: "/DC0/host/DC0_C0", Host: "/DC0/host/DC0_C0/DC0_C0_H0",
		}, ds: "LocalDS_0"},
		"another cluster": {spec: vix.CloneSpec{Cluster: "DC0_C1"}, want: vix.Placement{
			Folder: "/DC0/vm/Linux", ResourcePool: "/DC0/host/DC0_C1/Resources", Cluster: "/DC0/host/DC0_C1",
		}, ds: "LocalDS_0"},
		"another pool, folder and datastore": {
			spec: vix.CloneSpec{ResourcePool: "silver", Folder: "/DC0/vm", Datastore: "LocalDS_1"}, want: vix.Placement{
				Folder: "/DC0/vm", ResourcePool: "/DC0/host/DC0_C1/Resources/silver", Cluster: "/DC0/host/DC0_C1",
			}, ds: "LocalDS_1",
		},
		"its host is in maintenance": {
			given: func(t *testing.T, s *sim.Host) { must(t, s.SetHostState("DC0_C0_H1", "connected", true)) }, want: vix.Placement{
				Folder: "/DC0/vm/Linux", ResourcePool: "/DC0/host/DC0_C0/Resources/gold", Cluster: "/DC0/host/DC0_C0", Host: "/DC0/host/DC0_C0/DC0_C0_H0",
			}, ds: "LocalDS_0",
		},
		"a template": {spec: vix.CloneSpec{Template: true}, want: vix.Placement{
			Folder: "/DC0/vm/Linux", Cluster: "/DC0/host/DC0_C0", Host: "/DC0/host/DC0_C0/DC0_C0_H1",
		}, ds: "LocalDS_0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulated(t, twoClusters)
			h := connected(t, s)
			spec := test.spec
			spec.Source, spec.Name = golden(t, s, h).Handle(), "web"
			if test.given != nil {
				test.given(t, s)
				h = connected(t, s)
			}
			test.want.Datacenter = "/DC0"
			check, err := h.CheckClone(t.Context(), spec)
			must(t, err)
			if check.Placement != test.want || check.Datastore != test.ds {
				t.Errorf("checked:\n%+v on %s, want\n%+v on %s", check.Placement, check.Datastore, test.want, test.ds)
			}
			made, err := h.Clone(t.Context(), spec)
			must(t, err)
			if test.want.Host == "" {
				made.Host = "" // DRS has chosen one
			}
			if made.Placement != test.want || made.Path.String() != "["+test.ds+"] web/web.vmx" && !spec.Template || made.Template != spec.Template {
				t.Errorf("made:\n%+v at %s, want\n%+v", made.Placement, made.Path, test.want)
			}
		})
	}
}

// A VM of a template goes into the root pool of where the template is.
func TestACloneOfATemplateHasAPool(t *testing.T) {
	s := simulated(t, twoClusters)
	h := connected(t, s)
	template, err := h.Clone(t.Context(), vix.CloneSpec{Source: golden(t, s, h).Handle(), Name: "template", Template: true})
	must(t, err)
	made, err := h.Clone(t.Context(), vix.CloneSpec{Source: template.Handle(), Name: "web"})
	must(t, err)
	if made.ResourcePool != "/DC0/host/DC0_C0/Resources" || made.Folder != "/DC0/vm/Linux" || made.Template {
		t.Errorf("%+v", made)
	}
}

// What would make a clone fail is an error before the host is asked, at what is wrong.
func TestCheckCloneSaysWhatIsWrong(t *testing.T) {
	s := simulated(t, twoClusters)
	h := connected(t, s)
	source := golden(t, s, h)
	for name, test := range map[string]struct {
		spec  vix.CloneSpec
		code  vix.Code
		field vix.Field
		says  string
	}{
		"datastore": {vix.CloneSpec{Datastore: "LocalDS_9"}, vix.CodeFileNotFound, vix.FieldDatastore, "There is no datastore \"LocalDS_9\""},
		"folder":    {vix.CloneSpec{Folder: "Linus"}, vix.CodeObjectNotFound, vix.FieldFolder, "/DC0/vm/Linux"},
		"pool":      {vix.CloneSpec{ResourcePool: "bronze"}, vix.CodeObjectNotFound, vix.FieldResourcePool, "There is no resource pool"},
		"cluster":   {vix.CloneSpec{Cluster: "C9"}, vix.CodeObjectNotFound, vix.FieldCluster, "/DC0/host/DC0_C0"},
		"host":      {vix.CloneSpec{Cluster: "DC0_C1", Host: "DC0_C0_H0"}, vix.CodeInvalidArg, vix.FieldHost, "is not one of"},
		"snapshot":  {vix.CloneSpec{Snapshot: vix.SnapshotName{Either: "base"}}, vix.CodeSnapshotNotFound, vix.FieldSnapshot, "has no snapshots"},
		"linked":    {vix.CloneSpec{Linked: true}, vix.CodeSnapshotNotFound, vix.FieldSnapshot, "has no snapshots"},
		"a path":    {vix.CloneSpec{Path: pathOf(t, "[LocalDS_0] a/a.vmx")}, vix.CodeNotSupported, vix.FieldPath, "chooses itself"},
		"the name":  {vix.CloneSpec{Name: "golden"}, vix.CodeDuplicateName, vix.FieldName, "The name \"golden\" is taken in the folder /DC0/vm/Linux"},
		"a template in a pool": {
			vix.CloneSpec{Template: true, ResourcePool: "gold"}, vix.CodeInvalidArg, vix.FieldResourcePool, "is in no resource pool",
		},
	} {
		spec := test.spec
		spec.Source = source.Handle()
		if spec.Name == "" {
			spec.Name = "web"
		}
		s.ResetRequests()
		e := failure(t, second(h.CheckClone(t.Context(), spec)), test.code, test.field)
		says(t, e, test.says)
		if s.Requests()["CloneVM_Task"] > 0 {
			t.Errorf("%s: it was tried", name)
		}
		failure(t, second(h.Clone(t.Context(), spec)), test.code, test.field)
	}
}

// untold makes a clone, and gives the attempt as it is known when its end was not told.
func untold(t *testing.T, h *host, spec vix.CloneSpec) (vix.Attempt, *vix.Cloned) {
	t.Helper()
	var attempt vix.Attempt
	spec.Sending = func(now time.Time) { attempt = attempt.Again(now, now.Add(time.Minute)) }
	made, err := h.Clone(t.Context(), spec)
	must(t, err)
	return attempt, made
}

// A clone that is still being made is waited for, whether or not its task is known, and not made again; a check does not wait.
func TestAClonesTaskIsJoined(t *testing.T) {
	for _, known := range []bool{true, false} {
		t.Run(fmt.Sprint(known), func(t *testing.T) {
			s := simulated(t, single)
			h := connected(t, s)
			spec := vix.CloneSpec{Source: machines(t, s, "DC0", 1)[0], Name: "web"}
			running, told, free := make(chan struct{}), make(chan struct{}), make(chan struct{})
			s.OnTask(func(ctx context.Context, _ string) {
				close(running)
				select {
				case <-free:
				case <-ctx.Done():
				}
			})
			var attempt vix.Attempt
			first := spec
			first.Sending = func(now time.Time) { attempt = attempt.Again(now, now.Add(time.Minute)) }
			first.Sent = func(task string) {
				if known {
					attempt = attempt.Made(task)
				}
				close(told)
			}
			ctx, kill := context.WithCancel(t.Context())
			go func() { _, _ = h.Clone(ctx, first) }()
			<-running
			<-told // the task may run before its name has come
			s.OnTask(nil)
			spec.Attempt = attempt
			again := connected(t, s)
			check, err := again.CheckClone(t.Context(), spec)
			if err != nil || !check.Underway {
				t.Errorf("%+v, %v", check, err)
			}
			// One who has no time leaves it alone.
			short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, err := again.Clone(short, spec); err == nil {
				t.Error("nothing was waited for")
			}
			time.AfterFunc(50*time.Millisecond, func() { close(free) })
			made, err := again.Clone(t.Context(), spec)
			must(t, err)
			if n := s.Requests()["CloneVM_Task"]; n != 1 || !made.Finished || made.Name != "web" {
				t.Errorf("%d calls, %+v", n, made)
			}
			kill()
		})
	}
}

// What an attempt has left elsewhere, or twice, is named, and nothing is made.
func TestACloneThatIsNotCertainIsNamed(t *testing.T) {
	s := simulated(t, twoClusters)
	h := connected(t, s)
	spec := vix.CloneSpec{Source: golden(t, s, h).Handle(), Name: "web"}
	attempt, made := untold(t, h, spec)
	must(t, h.Update(t.Context(), made.Handle(), vix.Change{Folder: ptr("/DC0/vm")}))
	spec.Attempt = attempt
	for _, do := range []func() error{
		func() error { return second(h.CheckClone(t.Context(), spec)) }, func() error { return second(h.Clone(t.Context(), spec)) },
	} {
		e := failure(t, do(), vix.CodeAlreadyExists, vix.FieldName)
		kind(t, e, vix.ErrCloneThere)
		says(t, e, made.ManagedObjectID, "in /DC0/vm", "An attempt at this clone was interrupted")
		if e.VM == nil || e.VM.ManagedObjectID != made.ManagedObjectID {
			t.Errorf("the VM is %+v", e.VM)
		}
	}
	if n := s.Requests()["CloneVM_Task"]; n != 1 {
		t.Errorf("%d clones", n)
	}
}

// Without a record nothing is proved: the VM that has the name is named, with why.
func TestACloneWithoutARecordIsNotOurs(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	spec := vix.CloneSpec{Source: machines(t, s, "DC0", 1)[0], Name: "web"}
	attempt, made := untold(t, h, spec)
	s.PruneEvents()
	spec.Attempt = attempt
	e := failure(t, second(h.CheckClone(t.Context(), spec)), vix.CodeDuplicateName, vix.FieldName)
	kind(t, e, vix.ErrCloneThere)
	says(t, e, made.ManagedObjectID, "the host has no event of a clone that")
	// Its tasks say that they made nothing.
	spec.Attempt = attempt.Made("task-4711")
	e = failure(t, second(h.Clone(t.Context(), spec)), vix.CodeDuplicateName, vix.FieldName)
	says(t, e, made.ManagedObjectID)
	// One that is gone is made again.
	must(t, h.Destroy(t.Context(), made.Handle(), vix.PowerOffFail))
	again, err := h.Clone(t.Context(), spec)
	if err != nil || again.Finished {
		t.Errorf("%+v, %v", again, err)
	}
}

// A clone by another user is not ours, whatever its name and time.
func TestACloneBySomebodyElseIsNotOurs(t *testing.T) {
	s := simulated(t, single)
	s.AddUser("jane@vsphere.local", "pw")
	jane := connected(t, s, func(o *vix.ConnectOptions) { o.Username, o.Password = "jane@vsphere.local", "pw" })
	spec := vix.CloneSpec{Source: machines(t, s, "DC0", 1)[0], Name: "web"}
	attempt, made := untold(t, jane, spec)
	spec.Attempt = attempt
	e := failure(t, second(connected(t, s).Clone(t.Context(), spec)), vix.CodeDuplicateName, vix.FieldName)
	kind(t, e, vix.ErrCloneThere)
	says(t, e, made.ManagedObjectID)
}

// A clone waits for what else is done with its source.
func TestACloneWaitsForItsSource(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	source := machines(t, s, "DC0", 1)[0]
	running, free := make(chan struct{}), make(chan struct{})
	s.OnTask(func(ctx context.Context, method string) {
		if method == "CreateSnapshot_Task" {
			close(running)
			select {
			case <-free:
			case <-ctx.Done():
			}
		}
	})
	snapshot := make(chan error, 1)
	go func() { snapshot <- second(h.TakeSnapshot(t.Context(), source, vix.SnapshotSpec{Name: "base"})) }()
	<-running
	time.AfterFunc(50*time.Millisecond, func() { close(free) })
	must(t, second(h.Clone(t.Context(), vix.CloneSpec{Source: source, Name: "web"})))
	must(t, <-snapshot)
}

// The host's faults come with their meaning, and point at what is wrong.
func TestCloneFaults(t *testing.T) {
	for name, test := range map[string]struct {
		fault sim.Fault
		code  vix.Code
		field vix.Field
		says  string
	}{
		"full":     {sim.Fault{Task: &types.NoDiskSpace{Datastore: "LocalDS_0"}}, vix.CodeDiskFull, vix.FieldNone, "is full"},
		"the line": {sim.Fault{Cut: true, After: true}, vix.CodeHostConnectionLost, vix.FieldNone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulated(t, single)
			h := connected(t, s)
			source := machines(t, s, "DC0", 1)[0]
			test.fault.Method = "CloneVM_Task"
			s.Fault(test.fault)
			e := failure(t, second(h.Clone(t.Context(), vix.CloneSpec{Source: source, Name: "web"})), test.code, test.field)
			says(t, e, test.says, "clone the VM m000")
			if n := s.Requests()["CloneVM_Task"]; n != 1 {
				t.Errorf("it was sent %d times", n)
			}
		})
	}
}

// What comes together is checked, made, read and taken away together.
func TestClonesTravelTogether(t *testing.T) {
	for _, n := range []int{1, 10, 50} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := simulated(t, sim.Options{PlainHTTP: true, StandaloneHosts: -1})
			source := machines(t, s, "DC0", 1)[0]
			h := connected(t, s)
			_, err := h.Info(t.Context())
			must(t, err)
			handles := make([]vix.Handle, n)
			for _, step := range []struct {
				name string
				most int
				do   func(i int) error
			}{
				{"check", n + 25, func(i int) error {
					return second(h.CheckClone(t.Context(), vix.CloneSpec{Source: source, Name: fmt.Sprintf("c%03d", i)}))
				}},
				{"make", 3*n + 25, func(i int) error {
					made, err := h.Clone(t.Context(), vix.CloneSpec{Source: source, Name: fmt.Sprintf("c%03d", i)})
					if err == nil {
						handles[i] = made.Handle()
					}
					return err
				}},
				{"read", 3*n/10 + 10, func(i int) error { return second(h.Registration(t.Context(), handles[i])) }},
				{"delete", 3*n + 25, func(i int) error { return h.Destroy(t.Context(), handles[i], vix.PowerOffFail) }},
			} {
				s.ResetRequests()
				tenAtATime(handles, func(i int, _ vix.Handle) {
					if err := step.do(i); err != nil {
						t.Errorf("%s: %v", step.name, err)
					}
				})
				total, text := besides(s)
				t.Logf("%s %d clones: %d requests:%s", step.name, n, total, text)
				if total > step.most {
					t.Errorf("%s %d clones took %d requests:%s", step.name, n, total, text)
				}
				if strings.Contains(text, "CreateFilter 2") || strings.Contains(text, "CreateListView 2") {
					t.Errorf("%s %d clones are waited for in several ways:%s", step.name, n, text)
				}
			}
		})
	}
}

// A clone is not made by a name that no path can have: the host calls its files so. Blanks at the end are kept.
func TestAClonesNameIsOneThatAPathCanHave(t *testing.T) {
	s := simulated(t, sim.Options{})
	h := connected(t, s)
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: laid(t, s, "DC0", "[LocalDS_0] golden/golden.vmx"), Host: "/DC0/host/DC0_H0/DC0_H0"})
	must(t, err)
	for _, name := range []string{" lead", "tab\tin", "\u00a0no-break", "line\nend"} {
		spec := vix.CloneSpec{Source: r.Handle(), Name: name}
		_, checked := h.CheckClone(t.Context(), spec)
		_, cloned := h.Clone(t.Context(), spec)
		for _, err := range []error{checked, cloned} {
			failure(t, err, vix.CodeInvalidArg, vix.FieldName)
		}
	}
	made, err := h.Clone(t.Context(), vix.CloneSpec{Source: r.Handle(), Name: "trail "})
	must(t, err)
	if made.Path.File != "trail /trail .vmx" || made.Name != "trail " {
		t.Errorf("%+v", made)
	}
	must(t, h.Destroy(t.Context(), made.Handle(), vix.PowerOffFail))
	files, err := s.Files("DC0", "LocalDS_0")
	must(t, err)
	for name := range files {
		if strings.Contains(name, "trail") {
			t.Errorf("%s is left", name)
		}
	}
}
