// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/configfile"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// landscape is a simulated host with datastores full of files, and the truth about
// them: a line for each file that a search has to find.
type landscape struct {
	t     *testing.T
	host  *sim.Host
	truth map[string]string // by key
	left  map[string]string // by key, what leaves it out
	traps int
}

// stated is what of a file is compared.
func stated(registered, name string, problem bool, twins ...string) string {
	slices.Sort(twins)
	return fmt.Sprintf("registered %q, called %q, damaged %v, like %q", registered, name, problem, twins)
}

// lay lays out a VM that is to be found unregistered.
func (l *landscape) lay(dc int, path, name string, vm sim.VMX, twins ...string) {
	l.t.Helper()
	must(l.t, l.host.WriteVM(fmt.Sprintf("DC%d", dc), path, vm))
	l.truth[fmt.Sprintf("/DC%d:%s", dc, path)] = stated("", name, false, twins...)
}

// trap is one more thing that a search could get wrong.
func (l *landscape) trap(do func(dc int)) {
	for dc := range 4 {
		do(dc)
		l.traps++
	}
}

// newLandscape lays out 4 datacenters with 12 datastores, of which two are mounted
// twice, and 2,000 VMs, half of them registered.
func newLandscape(t *testing.T) *landscape {
	t.Helper()
	l := &landscape{t: t, truth: map[string]string{}, left: map[string]string{}}
	l.host = simulated(t, sim.Options{Datacenters: 4, Datastores: 2, VMs: 250})
	for dc := range 4 {
		must(t, l.host.AddDatastore(fmt.Sprintf("DC%d", dc), fmt.Sprintf("archive-%d", dc)))
		for i := range 250 {
			name := fmt.Sprintf("DC%d_VM%d", dc, i)
			l.truth[fmt.Sprintf("/DC%d:[LocalDS_%d] %s/%s.vmx", dc, i%2, name, name)] = stated(fmt.Sprintf("/DC%d:%s", dc, name), name, false)
			store := []string{"LocalDS_0", "LocalDS_1", fmt.Sprintf("archive-%d", dc)}[i%3]
			name = fmt.Sprintf("lost-%d-%d", dc, i)
			l.lay(dc, fmt.Sprintf("[%s] %s/%s.vmx", store, name, name), name, sim.VMX{NoDisk: i%10 != 0})
		}
	}
	must(t, l.host.ShareDatastore("DC0", "archive-0", "DC1"))
	must(t, l.host.ShareDatastore("DC2", "archive-2", "DC3"))
	return l
}

// setTraps lays out what scripts get wrong.
func (l *landscape) setTraps() {
	t, h := l.t, l.host
	names := []string{"with spaces", "[brackets] 1", "100% sure", "größe 仮想 ü", "plus+hash#and&", "it's \"quoted\"", "a=b;c,d", "dots..and...", "~tilde~"}
	l.trap(func(dc int) { // two configurations in one folder
		l.lay(dc, fmt.Sprintf("[LocalDS_0] lost-%d-0/second.vmx", dc), "second", sim.VMX{NoDisk: true})
	})
	l.trap(func(dc int) { // copies that file systems and libraries keep
		glob := []string{".snapshot", ".zfs", "~snapshot", "contentlib-*"}[dc]
		path := fmt.Sprintf("[LocalDS_1] %s/daily/lost/lost.vmx", strings.ReplaceAll(glob, "*", "42"))
		must(t, h.WriteVM(fmt.Sprintf("DC%d", dc), path, sim.VMX{NoDisk: true}))
		l.left[fmt.Sprintf("/DC%d:%s", dc, path)] = glob
	})
	l.trap(func(dc int) { // what is no configuration
		content := [][]byte{{0, 1, 2, 0xff}, []byte("<html>"), make([]byte, configfile.MaxSize+1), []byte("a = \"unclosed")}[dc]
		path := "[LocalDS_0] damaged/damaged.vmx"
		must(t, h.WriteFile(fmt.Sprintf("DC%d", dc), path, content))
		l.truth[fmt.Sprintf("/DC%d:%s", dc, path)] = stated("", "", true)
	})
	l.trap(func(dc int) { // a copy beside its original
		uuid := fmt.Sprintf("52000000-0000-4000-8000-00000000000%d", dc)
		one, two := "[LocalDS_0] original/vm.vmx", fmt.Sprintf("[archive-%d] copy of original/vm.vmx", dc)
		key := fmt.Sprintf("/DC%d:", dc)
		l.lay(dc, one, "vm", sim.VMX{InstanceUUID: uuid}, key+two)
		l.lay(dc, two, "vm", sim.VMX{InstanceUUID: uuid}, key+one)
	})
	l.trap(func(dc int) { // registered where the datastore is mounted too
		path := fmt.Sprintf("[archive-%d] shared-%d/vm.vmx", dc/2*2, dc)
		home, other := fmt.Sprintf("DC%d", dc/2*2), fmt.Sprintf("DC%d", dc/2*2+1)
		must(t, h.WriteVM(home, path, sim.VMX{DisplayName: "shared"}))
		if dc%2 == 0 {
			l.truth["/"+home+":"+path] = stated("", "shared", false)
			return
		}
		_, err := h.Register(t.Context(), other, path)
		must(t, err)
		l.truth["/"+other+":"+path] = stated("/"+other+":shared", "shared", false)
	})
	for range 2 {
		l.trap(func(dc int) { // odd names
			name := names[0]
			names = append(names[1:], name+"+")
			l.lay(dc, fmt.Sprintf("[LocalDS_1] %s/%s.vmx", name, name), name, sim.VMX{})
		})
	}
	l.trap(func(dc int) { // not a VM's configuration, whatever it looks like
		name := []string{"vm.vmx.bak", "vm.vmxf", "vm.vmx~", "vm.vmtx"}[dc]
		must(t, h.WriteFile(fmt.Sprintf("DC%d", dc), "[LocalDS_0] other/"+name, []byte("displayName = \"no\"\n")))
	})
	l.trap(func(dc int) { // in the root, and far below it
		path := []string{"[LocalDS_0] root.vmx", "[LocalDS_0] a/b/c/d/e/f/g/h/deep.vmx"}[dc%2]
		l.lay(dc, path, strings.TrimSuffix(filepath.Base(path[12:]), ".vmx"), sim.VMX{NoDisk: true})
	})
	l.trap(func(dc int) { // a folder called like a file, and a file whose name no path can say
		dir, err := h.DatastoreDir(fmt.Sprintf("DC%d", dc), "LocalDS_1")
		must(t, err)
		if dc%2 == 0 {
			must(t, os.MkdirAll(filepath.Join(dir, "folder.vmx"), 0o750))
			return
		}
		must(t, os.WriteFile(filepath.Join(dir, `back\slash.vmx`), nil, 0o600))
		l.left[fmt.Sprintf(`/DC%d:[LocalDS_1] back\slash.vmx`, dc)] = vix.ByName
	})
}

// TestFilesOfALandscape holds the answer against the truth, to the last file.
func TestFilesOfALandscape(t *testing.T) {
	l := newLandscape(t)
	l.setTraps()
	if l.traps != 40 {
		t.Fatalf("%d traps", l.traps)
	}
	h := connected(t, l.host)
	for _, read := range []bool{false, true} {
		l.host.ResetRequests()
		begun := time.Now()
		got, err := h.Files(t.Context(), vix.FileQuery{Exclude: vix.DefaultExclude, ReadConfig: read})
		must(t, err)
		took := time.Since(begun)
		is, left, unregistered := map[string]string{}, map[string]string{}, 0
		for i := range got.Files {
			f := &got.Files[i]
			is[f.Locator().String()] = seen(f, l.truth[f.Locator().String()])
			if len(f.Registered) == 0 {
				unregistered++
			}
		}
		for _, f := range got.LeftOut {
			left[f.Datacenter+":"+f.Path.String()] = f.By
		}
		differ(t, "found", is, l.truth)
		differ(t, "left out", left, l.left)
		t.Logf("read_config %v: %d files, %d of them unregistered, %d left out, in %v and %d requests: %v", read, len(got.Files), unregistered,
			len(got.LeftOut), took.Round(time.Millisecond), l.host.RequestCount(), l.host.Requests())
		if n := l.host.Requests()["SearchDatastoreSubFolders_Task"]; n != 12 {
			t.Errorf("%d searches of 12 datastores", n)
		}
		if n := l.host.RequestCount(); !read && n > 60 {
			t.Errorf("%d requests for 12 datastores: something is asked for file by file", n)
		}
	}
}

// seen is the line of a file. What was not read counts as true.
func seen(f *vix.File, truth string) string {
	registered := ""
	for _, vm := range f.Registered {
		registered += vm.Datacenter + ":" + vm.Name
	}
	if f.Config == nil {
		if strings.HasPrefix(truth, fmt.Sprintf("registered %q,", registered)) {
			return truth
		}
		return stated(registered, "", false)
	}
	var twins []string
	for _, twin := range f.Config.SameUUIDAs {
		twins = append(twins, twin.String())
	}
	return stated(registered, f.Config.DisplayName, f.Config.Problem != "", twins...)
}

// differ shows what is not as it should be.
func differ(t *testing.T, what string, is, want map[string]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if _, ok := is[key]; !ok {
			t.Errorf("not %s: %s", what, key)
		} else if is[key] != want[key] {
			t.Errorf("%s: %s:\n%s\nnot\n%s", what, key, is[key], want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(is)) {
		if _, ok := want[key]; !ok {
			t.Errorf("%s too: %s", what, key)
		}
	}
}
