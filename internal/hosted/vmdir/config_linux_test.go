// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

const small = "config.version = \"8\"\nvirtualHW.version = \"21\"\ndisplayName = \"web\"\n"

func write(t *testing.T, at, text string) string {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWhatIsNoConfigurationIsSaid(t *testing.T) {
	root := tree(t)
	for _, test := range []struct {
		name, text string
		code       vix.Code
		says       string
	}{
		{"good.vmx", small, vix.CodeOK, ""},
		{"sealed.vmx", "displayName = \"x\"\nencryption.keySafe = \"vmware:key\"\nencryption.data = \"AAAA\"\n", vix.CodeOK, ""},
		{"empty.vmx", "", vix.CodeCannotReadVMConfig, "empty"},
		{"text.vmx", "this is not it\n", vix.CodeCannotReadVMConfig, "no configuration"},
		{"binary.vmx", "KDMV\x01\x00\x00", vix.CodeCannotReadVMConfig, "binary"},
		{"version.vmx", "virtualHW.version = \"21\"\n", vix.CodeCannotReadVMConfig, "config.version"},
		{"hardware.vmx", "config.version = \"8\"\n", vix.CodeCannotReadVMConfig, "virtualHW.version"},
		{"twice.vmx", small + "displayName = \"db\"\n", vix.CodeCannotReadVMConfig, "line 4"},
		{"large.vmx", small + strings.Repeat("#", vmx.MaxSize), vix.CodeCannotReadVMConfig, "more than"},
	} {
		_, err := ReadConfig("open", write(t, filepath.Join(root, test.name), test.text))
		if vix.CodeOf(err) != test.code || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(root, "dir.vmx"), 0o755), syscall.Mkfifo(filepath.Join(root, "pipe.vmx"), 0o600),
		os.Symlink("/nowhere/at all.vmx", filepath.Join(root, "link.vmx"))); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		code vix.Code
		says string
	}{
		"dir.vmx": {vix.CodeNotAFile, "folder"}, "pipe.vmx": {vix.CodeNotAFile, "pipe"},
		"none.vmx": {vix.CodeVMNotFound, root}, "no/none.vmx": {vix.CodeVMNotFound, "no such folder"},
		"link.vmx": {vix.CodeVMNotFound, "/nowhere/at all.vmx"},
	} {
		_, err := ReadConfig("open", filepath.Join(root, name))
		if vix.CodeOf(err) != want.code || !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if os.Getuid() != 0 { // who may do everything may read everything
		at := write(t, filepath.Join(root, "secret.vmx"), small)
		if err := os.Chmod(at, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadConfig("open", at); vix.CodeOf(err) != vix.CodeFileAccessError {
			t.Errorf("a file that may not be read: %v", err)
		}
	}
}

func TestReadingLeavesNoTrace(t *testing.T) {
	at := write(t, filepath.Join(tree(t), "web.vmx"), small)
	old := syscall.Timespec{Sec: 1_000_000_000}
	if err := syscall.UtimesNano(at, []syscall.Timespec{old, old}); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadConfig("open", at); err != nil {
		t.Fatal(err)
	}
	var after syscall.Stat_t
	if err := syscall.Stat(at, &after); err != nil || after.Atim != old || after.Mtim != old {
		t.Errorf("the times are %v and %v, %v", after.Atim, after.Mtim, err)
	}
}

func parsed(t *testing.T, text string) *vmx.File {
	t.Helper()
	f, err := vmx.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestASuspendedVMIsKnownByItsFiles(t *testing.T) {
	const sealed = "encryption.keySafe = \"x\"\nencryption.data = \"y\"\n"
	for _, test := range []struct {
		name, text, beside string
		want               bool
	}{
		{"off", small + "checkpoint.vmState = \"\"\n", "web-1a2b3c4d.vmss", false}, // a leftover
		{"suspended", small + "checkpoint.vmState = \"web-1a2b3c4d.vmss\"\n", "", true},
		{"encrypted and off", sealed, "other-1a2b3c4d.vmss", false},
		{"encrypted, beside another VM's", sealed, "web2-1a2b3c4d.vmss", false},
		{"encrypted, beside a copy's", sealed, "web-2-1a2b3c4d.vmss", false},
		{"encrypted and suspended", sealed, "web-1a2b3c4d.vmss", true},
	} {
		root := tree(t)
		at := write(t, filepath.Join(root, "web.vmx"), test.text)
		if test.beside != "" {
			write(t, filepath.Join(root, test.beside), "")
		}
		if got := Suspended(at, parsed(t, test.text)); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

// A copy in the same folder has files whose names begin as the VM's own do.
func TestTheFilesOfACopyBesideItAreNotAVMsOwn(t *testing.T) {
	const sealed = "encryption.keySafe = \"x\"\nencryption.data = \"y\"\n"
	root := tree(t, "web-1a2b3c4d.vmx", "web-1a2b3c4d.vmss", "web-2.vmx", "web-2.vmem.lck/M1.lck", "web-2.vmdk.lck/M1.lck",
		"web.2.vmem.lck/M1.lck", "web.vmdk.lck/M1.lck", "web-000001.vmdk.lck/M1.lck", "web-5a5b5c5d.vmem.lck/M1.lck")
	at := write(t, filepath.Join(root, "web.vmx"), sealed)
	if Suspended(at, parsed(t, sealed)) {
		t.Error("it is suspended because a copy is")
	}
	if got := Locks(at, parsed(t, sealed)); !slices.Equal(got, []string{"web-000001.vmdk.lck", "web-5a5b5c5d.vmem.lck", "web.vmdk.lck"}) {
		t.Errorf("got %q", got)
	}
}

func TestLocksOfDisksAndMemoryAreToldAndNoOthers(t *testing.T) {
	const text = small + "scsi0:0.present = \"TRUE\"\nscsi0:0.fileName = \"web-000001.vmdk\"\n"
	root := tree(t, "web.vmx.lck/M1.lck", "web-000001.vmdk.lck/M1.lck", "web.vmem.lck/M2.lck", "db.vmdk.lck/M1.lck", "db.vmem.lck/M1.lck")
	if err := os.Mkdir(filepath.Join(root, "web-1.vmem.lck"), 0o755); err != nil { // left behind, with nothing in it
		t.Fatal(err)
	}
	at := write(t, filepath.Join(root, "web.vmx"), text)
	if got := Locks(at, parsed(t, text)); !slices.Equal(got, []string{"web-000001.vmdk.lck", "web.vmem.lck"}) {
		t.Errorf("got %q", got)
	}
	if got := Locks(filepath.Join(root, "other.vmx"), parsed(t, small)); got != nil {
		t.Errorf("of another VM: %q", got)
	}
}

func TestSnapshotsAreReadFromTheFileBeside(t *testing.T) {
	root := tree(t)
	at := filepath.Join(root, "web.vmx")
	if got, err := Snapshots("open", at); err != nil || got != nil {
		t.Errorf("without a file: %+v, %v", got, err)
	}
	write(t, filepath.Join(root, "web.vmsd"), "snapshot.current = \"1\"\nsnapshot0.uid = \"1\"\nsnapshot0.displayName = \"a\"\n")
	if got, err := Snapshots("open", at); err != nil || len(got) != 1 || !got[0].Current {
		t.Errorf("got %+v, %v", got, err)
	}
	write(t, filepath.Join(root, "web.vmsd"), "\x00")
	if _, err := Snapshots("open", at); vix.CodeOf(err) != vix.CodeSnapshotInval {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestTheLastErrorOfALogIsTold(t *testing.T) {
	root := tree(t)
	at := filepath.Join(root, "web.vmx")
	if got := LastPost(at); got != "" {
		t.Errorf("without a log: %q", got)
	}
	write(t, filepath.Join(root, "vmware.log"), strings.Repeat("2026-05-04T10:11:12.345Z| vmx| I125: noise\n", 10_000)+
		"2026-05-04T10:11:12.345Z| vmx| I125: Msg_Post: Error\n2026-05-04T10:11:12.345Z| vmx| I125: [msg.old] old\n"+
		"2026-05-04T10:11:12.345Z| vmx| I125: ----------------------------------------\n"+
		"2026-05-04T10:11:12.345Z| vmx| I125: Msg_Post: Error\r\n"+
		"2026-05-04T10:11:12.345Z| vmx| I125: [msg.disk.noBackEnd] Cannot open the disk 'web.vmdk'.\r\n"+
		"2026-05-04T10:11:12.345Z| vmx| I125+ One of the disks is \xe4 missing.\r\n"+
		"2026-05-04T10:11:12.345Z| vmx| I125: ----------------------------------------\r\n"+
		"2026-05-04T10:11:12.345Z| vmx| I125: more\r\n")
	want := "[msg.disk.noBackEnd] Cannot open the disk 'web.vmdk'. One of the disks is \uFFFD missing."
	if got := LastPost(at); got != want {
		t.Errorf("got %q", got)
	}
}
