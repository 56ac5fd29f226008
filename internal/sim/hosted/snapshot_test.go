// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

func TestSnapshots(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	ws(t, p, "listSnapshots", m.Path()).want(t, m, "Total snapshots: 0\n", 0)
	ws(t, p, "snapshot", m.Path(), "s1").silent(t)
	ws(t, p, "snapshot", m.Path(), "s2 with space").silent(t)
	ws(t, p, "snapshot", m.Path(), "s2 with space").want(t, m, "Error: A snapshot with the name already exists\n", failed)
	if disk := setting(t, m, "scsi0:0.fileName"); disk != "a-000002.vmdk" {
		t.Errorf("the disk is %s", disk)
	}
	ws(t, p, "start", m.Path(), "nogui").silent(t)
	ws(t, p, "snapshot", m.Path(), "s3").silent(t)
	ws(t, p, "listSnapshots", m.Path()).want(t, m, "Total snapshots: 3\ns1\ns2 with space\ns3\n", 0)
	ws(t, p, "listSnapshots", m.Path(), "showTree").want(t, m, "Total snapshots: 3\ns1\n\ts2 with space\n\t\ts3\n", 0)
	s := m.Snapshots()
	if s.Current != 3 || s.LastUID != 3 || s.All[1].Live || !s.All[2].Live || s.All[2].Parent != 2 || s.All[2].Disks["scsi0:0.fileName"] != "a-000002.vmdk" {
		t.Errorf("%+v", s)
	}
	if files := names(t, m); !slices.Contains(files, "a-Snapshot3.vmem") || slices.Contains(files, "a-Snapshot2.vmem") {
		t.Errorf("%q", files)
	}
	for _, command := range []string{"deleteSnapshot", "revertToSnapshot"} {
		ws(t, p, command, m.Path(), "nope").want(t, m, "Error: The snapshot does not exist\n", failed)
	}
	ws(t, p, "revertToSnapshot", m.Path(), "s1").silent(t)
	if m.State() != "off" || m.Snapshots().Current != 1 {
		t.Errorf("%s, %+v", m.State(), m.Snapshots())
	}
	ws(t, p, "revertToSnapshot", m.Path(), "s3").silent(t)
	if m.State() != "suspended" {
		t.Errorf("the VM is %s", m.State())
	}
	ws(t, p, "deleteSnapshot", m.Path(), "s2 with space").silent(t)
	if s := m.Snapshots(); len(s.All) != 2 || s.All[1].Parent != 1 {
		t.Errorf("%+v", s)
	}
	ws(t, p, "deleteSnapshot", m.Path(), "s1", "andDeleteChildren").silent(t)
	ws(t, p, "listSnapshots", m.Path()).want(t, m, "Total snapshots: 0\n", 0)
}

// In the window two snapshots may have one name; vmrun then takes a path.
func TestSnapshotNamesThatAreNotUnique(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	m.Snapshot("base", "of the \"year\"\nwith | bars")
	m.Snapshot("daily", "")
	m.Revert("base")
	m.Snapshot("other", "")
	m.Snapshot("daily", "")
	ws(t, p, "listSnapshots", m.Path(), "showTree").want(t, m, "Total snapshots: 4\nbase\n\tdaily\n\tother\n\t\tdaily\n", 0)
	ws(t, p, "deleteSnapshot", m.Path(), "daily").want(t, m, "Error: The name does not uniquely identify one snapshot\n", failed)
	ws(t, p, "deleteSnapshot", m.Path(), "base/other/daily").silent(t)
	ws(t, p, "deleteSnapshot", m.Path(), "daily").silent(t)
	if text := m.Snapshots().All[0].Description; text != "of the \"year\"\nwith | bars" {
		t.Errorf("%q", text)
	}
}

// The file has the time as two signed halves, of which the lower is negative every other hour.
func TestSnapshotFile(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	m.Write("a.vmsd", ".encoding = \"UTF-8\"\nsnapshot.lastUID = \"7\"\nsnapshot.current = \"7\"\nsnapshot.numSnapshots = \"1\"\n"+
		"snapshot0.uid = \"7\"\nsnapshot0.filename = \"a-Snapshot7.vmsn\"\nsnapshot0.displayName = \"old\"\nsnapshot0.createTimeHigh = \"396759\"\n"+
		"snapshot0.createTimeLow = \"270606336\"\nsnapshot0.numDisks = \"0\"\n")
	if created := m.Snapshots().All[0].Created; created.Format("2006-01-02T15:04:05Z07:00") != "2024-01-01T00:00:00Z" {
		t.Error(created)
	}
	for range 2 {
		m.Snapshot("new", "")
	}
	s := m.Snapshots()
	if len(s.All) != 3 || s.All[1].UID != 8 || s.All[1].Created.Before(s.All[0].Created) || s.All[0].Created.Year() != 2024 {
		t.Errorf("%+v", s)
	}
}

func TestClone(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{Annotation: "kept"})
	dst := func(name string) string { return filepath.Join(p.VMs(), name, name+".vmx") }
	ws(t, p, "clone", m.Path(), "b.vmx", "full").want(t, m, "Error: One of the parameters was invalid\n", failed)
	ws(t, p, "clone", m.Path(), dst("b"), "linked").want(t, m, "Error: One of the parameters was invalid\n", failed)
	ws(t, p, "clone", m.Path(), dst("b"), "full", "-snapshot=nope").want(t, m, "Error: Invalid snapshot name 'nope'\n\n", failed)
	ws(t, p, "snapshot", m.Path(), "s 1").silent(t)
	ws(t, p, "clone", m.Path(), dst("b"), "full", "-cloneName=The clone").silent(t)
	b := p.VM(dst("b"))
	if setting(t, b, "displayName") != "The clone" || setting(t, b, "annotation") != "kept" || setting(t, b, "scsi0:0.fileName") != "b.vmdk" ||
		setting(t, b, "uuid.bios") == setting(t, m, "uuid.bios") {
		text, _ := os.ReadFile(b.Path())
		t.Errorf("%s", text)
	}
	ws(t, p, "clone", m.Path(), dst("b"), "full").want(t, m, "Error: The file already exists\n", failed)
	ws(t, p, "clone", m.Path(), dst("c"), "linked", "-snapshot=s 1", "-cloneName=c").silent(t)
	if s := m.Snapshots(); !slices.Equal(s.All[0].Clones, []string{dst("c")}) {
		t.Errorf("%+v", s)
	}
	if s := p.VM(dst("c")).Snapshots(); s.CloneOf != m.Path() || len(s.All) != 0 {
		t.Errorf("%+v", s)
	}
	ws(t, p, "start", dst("c"), "nogui").silent(t)
	ws(t, p, "start", m.Path(), "nogui").silent(t)
	const mustBeOff = "Error: The virtual machine should not be powered on. It is already running.\n"
	ws(t, p, "clone", m.Path(), dst("d"), "full").want(t, m, mustBeOff, failed)
	ws(t, p, "deleteVM", m.Path()).want(t, m, mustBeOff, failed)
	ws(t, p, "snapshot", m.Path(), "live").silent(t)
	ws(t, p, "stop", m.Path()).silent(t)
	ws(t, p, "clone", m.Path(), dst("d"), "full", "-snapshot=live").want(t, m, mustBeOff, failed)
	if _, err := os.Stat(filepath.Dir(dst("d"))); err == nil {
		t.Error("a clone that was refused left a folder")
	}
}

// deleteVM takes VMware's files and leaves others.
func TestDeleteVM(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	m.Snapshot("s", "")
	ws(t, p, "deleteVM", m.Path()).silent(t)
	if _, err := os.Stat(m.Dir()); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
	m = p.AddVM("b", hostedsim.Spec{})
	m.Write("notes.txt", "mine")
	ws(t, p, "deleteVM", m.Path()).silent(t)
	if left := strings.Join(names(t, m), " "); left != "notes.txt" {
		t.Errorf("%s is left", left)
	}
}
