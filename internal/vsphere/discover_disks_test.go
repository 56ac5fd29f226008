// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// withDisks is a configuration with these disks.
func withDisks(names ...string) []byte {
	var b strings.Builder
	b.WriteString("config.version = \"8\"\nvirtualHW.version = \"7\"\n")
	for i, name := range names {
		fmt.Fprintf(&b, "scsi0:%[1]d.present = \"TRUE\"\nscsi0:%[1]d.fileName = \"%[2]s\"\n", i, name)
	}
	return []byte(b.String())
}

// existence is "+" for each disk that exists, "-" for one that does not, "?" for one that nobody can tell of.
func existence(c *vix.FileConfig) string {
	out := ""
	for _, disk := range c.Disks {
		switch {
		case disk.Exists == nil:
			out += "?"
		case *disk.Exists:
			out += "+"
		default:
			out += "-"
		}
	}
	return out
}

func configAt(t *testing.T, h *host, q vix.FileQuery, file string) *vix.FileConfig {
	t.Helper()
	q.ReadConfig = true
	files, err := h.Files(t.Context(), q)
	must(t, err)
	for _, f := range files.Files {
		if f.Path.File == file {
			return f.Config
		}
	}
	t.Fatalf("%s was not found", file)
	return nil
}

// A disk is looked for where it lies: beside its VM, whatever that is called, in another folder, on another datastore.
func TestDisksAreLookedForWhereTheyLie(t *testing.T) {
	t.Parallel()
	s := simulated(t, sim.Options{Datacenters: 2, Datastores: 3})
	must(t, s.AddDatastore("DC0", "OLD")) // not what a name that begins so means, where the file is beside
	h := connected(t, s)
	outline, err := h.Outline(t.Context(), wire.NoOlderThan(0))
	must(t, err)
	volume := func(name string) string {
		u, err := url.Parse(outline.Datacenters[0].Datastores[name].URL)
		must(t, err)
		return strings.TrimRight(u.Path, "/") + "/"
	}
	for _, file := range []string{
		"[LocalDS_0] [OLD] web/[OLD] web.vmdk", "[LocalDS_0] [OLD] web/WEB.VMDK", "[LocalDS_0] other/data.vmdk", "[LocalDS_1] [OLD] web/data.vmdk",
		"[LocalDS_1] data.vmdk", "[LocalDS_1] in/in.vmdk",
	} {
		must(t, s.WriteFile("DC0", file, []byte("x")))
	}
	must(t, s.WriteFile("DC0", "[LocalDS_0] [OLD] web/[OLD] web.vmx", withDisks(
		"[OLD] web.vmdk", "WEB.VMDK", "web.vmdk", "[OLD] none.vmdk", "../other/data.vmdk", volume("LocalDS_0")+"other/data.vmdk",
		volume("LocalDS_1")+"[OLD] web/data.vmdk", volume("LocalDS_1")+"in/none.vmdk", volume("LocalDS_1")+"none/none.vmdk",
		"[LocalDS_1] data.vmdk", "[LocalDS_1] in/in.vmdk", "/vmfs/volumes/LocalDS_1/in/in.vmdk", "/vmfs/volumes/elsewhere/x.vmdk",
		"web.raw", "../../web.vmdk")))
	const file, want = "[OLD] web/[OLD] web.vmx", "++--++" + "+--" + "+++?" + "??"
	for name, q := range map[string]vix.FileQuery{
		"all":                    {},
		"one datastore":          {Datacenter: "DC0", Datastores: []string{"LocalDS_0"}},
		"one folder of that":     {Datacenter: "DC0", Datastores: []string{"LocalDS_0"}, Folder: "/[OLD] web/"},
		"what others do not see": {Datacenter: "DC0", Folder: "[OLD] web"},
	} {
		if got := existence(configAt(t, h, q, file)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// Each folder elsewhere is looked up once, whoever asks; a datastore with many of them is listed once. What the search
// has seen costs nothing.
func TestDisksElsewhereCostFewRequests(t *testing.T) {
	s := simulated(t, sim.Options{Datastores: 3})
	for i := range 20 {
		must(t, s.WriteFile("DC0", fmt.Sprintf("[LocalDS_0] vm%[1]d/vm%[1]d.vmx", i), withDisks(
			"own.vmdk", "/vmfs/volumes/LocalDS_1/shared/a.vmdk", "/vmfs/volumes/LocalDS_1/shared/b.vmdk", fmt.Sprintf("/vmfs/volumes/LocalDS_2/d%d/d.vmdk", i))))
	}
	must(t, s.WriteFile("DC0", "[LocalDS_1] shared/a.vmdk", []byte("x")))
	must(t, s.WriteFile("DC0", "[LocalDS_2] d7/d.vmdk", []byte("x")))
	h := connected(t, s)
	s.ResetRequests()
	q := vix.FileQuery{Datastores: []string{"LocalDS_0"}}
	if got := existence(configAt(t, h, q, "vm7/vm7.vmx")); got != "-+-+" {
		t.Errorf("disks are %s", got)
	}
	if one, all := s.Requests()["SearchDatastore_Task"], s.Requests()["SearchDatastoreSubFolders_Task"]; one != 1 || all != 2 {
		t.Errorf("%d folders and %d datastores were searched", one, all)
	}
	for _, other := range []string{"LocalDS_1", "LocalDS_2"} {
		must(t, s.WriteFile("DC0", "["+other+"] x/x.vmx", withDisks()))
	}
	s.ResetRequests()
	if got := existence(configAt(t, h, vix.FileQuery{}, "vm7/vm7.vmx")); got != "-+-+" {
		t.Errorf("of all datastores, disks are %s", got)
	}
	if n := s.Requests()["SearchDatastore_Task"] + s.Requests()["SearchDatastoreSubFolders_Task"]; n != 3 {
		t.Errorf("%d searches of 3 datastores", n)
	}
}

// What the host refuses to show is unknown, not missing; a host that does not answer is an error.
func TestDisksThatNobodyCanSeeAreUnknown(t *testing.T) {
	t.Parallel()
	s := simulated(t, sim.Options{Datastores: 3})
	must(t, s.WriteFile("DC0", "[LocalDS_0] web/web.vmx", withDisks("/vmfs/volumes/LocalDS_1/web/web.vmdk", "/vmfs/volumes/LocalDS_2/web/web.vmdk")))
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_2", false))
	h := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 6 * time.Second })
	q := vix.FileQuery{Datastores: []string{"LocalDS_0"}}
	s.Fault(sim.Fault{Method: "SearchDatastore_Task", Times: -1, Task: &types.CannotAccessFile{}})
	if got := existence(configAt(t, h, q, "web/web.vmx")); got != "??" {
		t.Errorf("disks are %s", got)
	}
	s.ClearFaults()
	if got := existence(configAt(t, h, q, "web/web.vmx")); got != "-?" {
		t.Errorf("disks are %s", got)
	}
	s.Fault(sim.Fault{Method: "SearchDatastore_Task", Times: -1, Cut: true})
	q.ReadConfig = true
	_, err := h.Files(t.Context(), q)
	says(t, failure(t, err, vix.CodeHostConnectionLost, vix.FieldNone), "look for disks on", "LocalDS_1 of /DC0")
}
