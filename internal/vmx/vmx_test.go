// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const sample = "#!/usr/bin/vmware\r\n" +
	".encoding = \"UTF-8\"\r\n" +
	"\r\n" +
	"# a comment = \"not a key\"\r\n" +
	"config.version = \"8\"\r\n" +
	"virtualHW.version = \"19\"\r\n" +
	"displayName = \"Web |22one|22 |7C ü\"\r\n" +
	"guestOS = \"ubuntu-64\"\r\n" +
	"numvcpus = \"4\"\r\n" +
	"memsize = \"2048\"\r\n" +
	"annotation = \"first|0Asecond = third\"\r\n" +
	"uuid.bios = \"56 4d 2c a9 b1 12 5e 77-91 20 4f 0d 7e 1a bb c3\"\r\n" +
	"vc.uuid = \"52 AA BB CC DD EE FF 00-11 22 33 44 55 66 77 88\"\r\n" +
	"scsi0:0.virtualSSD = 1\r\n" +
	"scsi0:0.present = \"TRUE\"\r\n" +
	"scsi0:0.fileName = \"disk.vmdk\"\r\n" +
	"scsi0:1.present = \"FALSE\"\r\n" +
	"scsi0:1.fileName = \"gone.vmdk\"\r\n" +
	"nvme0:3.present = \"true\"\r\n" +
	"nvme0:3.fileName = \"fast.vmdk\"\r\n" +
	"ide1:0.present = \"TRUE\"\r\n" +
	"ide1:0.deviceType = \"atapi-cdrom\"\r\n" +
	"ide1:0.fileName = \"auto detect\"\r\n" +
	"sata0:1.present = \"TRUE\"\r\n" +
	"sata0:1.fileName = \"C:\\iso\\tools.ISO\"\r\n" +
	"sata0:2.present = \"TRUE\"\r\n" +
	"sata0:2.fileName = \"\"\r\n" +
	"ethernet0.present = \"TRUE\"\r\n" +
	"ethernet0.virtualDev = \"vmxnet3\"\r\n" +
	"ethernet0.networkName = \"VM Network\"\r\n" +
	"ethernet0.generatedAddress = \"00:0c:29:1a:bb:c3\"\r\n" +
	"guestinfo.Role = \"web\"\r\n" +
	"GuestInfo.role.kind = \"a=b\"\r\n" +
	"memSize = \"4096\"\r\n" +
	"what is this line\r\n"

func mustParse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestUnchangedFileKeepsItsBytes(t *testing.T) {
	for _, text := range []string{sample, "a=b", "\ufeffa = \"b\"\nc = d", "a = \"b\"\r\n\r\n#\n", "a = b\rb = \"unterminated"} {
		if got := string(mustParse(t, text).Bytes()); got != text {
			t.Errorf("got  %q\nwant %q", got, text)
		}
	}
}

func TestSettings(t *testing.T) {
	f := mustParse(t, sample)
	for _, c := range []struct{ name, got, want string }{
		{"DisplayName", f.DisplayName(), `Web "one" | ü`},
		{"GuestOS", f.GuestOS(), "ubuntu-64"},
		{"HardwareVersion", f.HardwareVersion(), "vmx-19"},
		{"Annotation", f.Annotation(), "first\nsecond = third"},
		{"BIOSUUID", f.BIOSUUID(), "564d2ca9-b112-5e77-9120-4f0d7e1abbc3"},
		{"InstanceUUID", f.InstanceUUID(), "52aabbcc-ddee-ff00-1122-334455667788"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.name, c.got, c.want)
		}
	}
	if f.NumCPUs() != 4 {
		t.Errorf("NumCPUs = %d", f.NumCPUs())
	}
	if f.MemoryMiB() != 4096 {
		t.Errorf("MemoryMiB = %d, the last of two lines must count", f.MemoryMiB())
	}
	if f.Encrypted() {
		t.Error("Encrypted on a plain file")
	}
	if want := map[string]string{"Role": "web", "role.kind": "a=b"}; !maps.Equal(f.GuestInfo(), want) {
		t.Errorf("GuestInfo = %v, want %v", f.GuestInfo(), want)
	}
	if v, ok := f.Get("SCSI0:0.virtualssd"); v != "1" || !ok {
		t.Errorf("unquoted value = %q, %v", v, ok)
	}
	if _, ok := f.Get("a comment"); ok {
		t.Error("a comment passes for a setting")
	}
}

func TestDefaultsOfAnAlmostEmptyFile(t *testing.T) {
	f := mustParse(t, "config.version = \"8\"\nnumvcpus = \"none\"\nmemsize = \"-1\"\nuuid.bios = \"56 4d\"\nvc.uuid = \"zz\"\n")
	if f.NumCPUs() != 1 || f.MemoryMiB() != 32 || f.HardwareVersion() != "" || f.BIOSUUID() != "" || f.InstanceUUID() != "" {
		t.Errorf("defaults: %d CPUs, %d MiB, %q, %q, %q", f.NumCPUs(), f.MemoryMiB(), f.HardwareVersion(), f.BIOSUUID(), f.InstanceUUID())
	}
	if !f.Bool("x", true) || f.Bool("x", false) {
		t.Error("Bool of an absent key")
	}
	if len(f.Disks())+len(f.NICs())+len(f.GuestInfo()) != 0 {
		t.Error("devices out of nothing")
	}
}

func TestEncrypted(t *testing.T) {
	for _, key := range []string{"encryption.keySafe", "encryption.data", "encryptedVM.guid"} {
		if !mustParse(t, "displayName = \"x\"\n"+key+" = \"vmware:key/list/(pair/(a=b,c=d))\"\n").Encrypted() {
			t.Errorf("%s is not seen", key)
		}
	}
}

func TestDisksAndNICs(t *testing.T) {
	f := mustParse(t, sample)
	var nodes []string
	for _, d := range f.Disks() {
		nodes = append(nodes, d.Node()+"="+d.FileName)
	}
	if want := []string{"nvme0:3=fast.vmdk", "scsi0:0=disk.vmdk"}; !slices.Equal(nodes, want) {
		t.Errorf("disks %v, want %v", nodes, want)
	}
	want := []NIC{{Number: 0, Network: "VM Network", VirtualDev: "vmxnet3", MAC: "00:0c:29:1a:bb:c3"}}
	if !slices.Equal(f.NICs(), want) {
		t.Errorf("NICs %v", f.NICs())
	}
	odd := mustParse(t, "scsix:0.present = \"TRUE\"\nscsix:0.fileName = \"a\"\nfloppy0.present = \"TRUE\"\nfloppy0.fileName = \"b\"\n")
	if len(odd.Disks()) != 0 {
		t.Errorf("odd nodes: %v", odd.Disks())
	}
}

func TestSetAndDelete(t *testing.T) {
	f := mustParse(t, "\ufeff.a = \"1\"\n# keep\nB = \"2\"\nb = \"3\"\nc = d")
	for key, val := range map[string]string{"B": "x\"|\n", ".A": "9", "c": "d", "new.key": ""} {
		if err := f.Set(key, val); err != nil {
			t.Fatal(err)
		}
	}
	want := "\ufeff.a = \"9\"\n# keep\nB = \"2\"\nb = \"x|22|7C|0A\"\nc = d\nnew.key = \"\"\n"
	if got := string(f.Bytes()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := f.Keys(); !slices.Equal(got, []string{".a", "b", "c", "new.key"}) {
		t.Errorf("keys %v", got)
	}
	if !f.Delete("b") || f.Delete("b") {
		t.Error("Delete must say whether the key was there")
	}
	if _, ok := f.Get("B"); ok {
		t.Error("an earlier line of a deleted key came back")
	}
	for _, key := range []string{"", "two words", "#a", "a#b", "a=b", ".encoding", "é"} {
		if f.Set(key, "x") == nil {
			t.Errorf("Set(%q) accepted", key)
		}
	}
	if f.Set("k", "\xff") == nil || f.Set("k", "\x00") == nil {
		t.Error("bytes that no text holds were accepted")
	}
}

func TestLineEndingOfAddedLines(t *testing.T) {
	f := mustParse(t, "a = \"b\"\r\n")
	if err := f.Set("c", "d"); err != nil {
		t.Fatal(err)
	}
	if got := string(f.Bytes()); got != "a = \"b\"\r\nc = \"d\"\r\n" {
		t.Errorf("got %q", got)
	}
}

func TestNotVMX(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "blank": "\n\n", "comment": "# a = b\n", "binary": "a = \"b\"\n\x00", "prose": "no setting here\nat all",
		"markup": "<html lang=\"en\">\n<p class=\"x\">", "descriptor without settings": "# Disk DescriptorFile\n",
		"large": "a = \"" + strings.Repeat("x", MaxSize) + "\"",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrNotVMX) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseReader(t *testing.T) {
	if f, err := ParseReader(strings.NewReader(sample)); err != nil || f.GuestOS() != "ubuntu-64" {
		t.Errorf("%v", err)
	}
	if _, err := ParseReader(strings.NewReader("a = \"" + strings.Repeat("x", MaxSize))); !errors.Is(err, ErrNotVMX) {
		t.Errorf("an endless stream: %v", err)
	}
	if _, err := ParseReader(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken stream: %v", err)
	}
}

func TestWriteTo(t *testing.T) {
	f := New()
	if err := f.Set("displayName", "x"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if n, err := f.WriteTo(&b); err != nil || n != int64(b.Len()) || b.String() != ".encoding = \"UTF-8\"\ndisplayName = \"x\"\n" {
		t.Errorf("%d, %v, %q", n, err, b.String())
	}
	r, w := io.Pipe()
	_ = r.Close()
	if _, err := f.WriteTo(w); err == nil {
		t.Error("a failing writer went unnoticed")
	}
}

func TestUUIDs(t *testing.T) {
	const vmx, usual = "56 4d 2c a9 b1 12 5e 77-91 20 4f 0d 7e 1a bb c3", "564d2ca9-b112-5e77-9120-4f0d7e1abbc3"
	if got := FormatUUID(usual); got != vmx {
		t.Errorf("FormatUUID = %q", got)
	}
	if got := parseUUID(vmx); got != usual {
		t.Errorf("parseUUID = %q", got)
	}
	if FormatUUID("no") != "" {
		t.Error("FormatUUID of no UUID")
	}
}

func TestBarsThatAreNoEscapes(t *testing.T) {
	if got, _ := mustParse(t, `a = "|zz |4 |41|6a"`).Get("a"); got != "|zz |4 Aj" {
		t.Errorf("got %q", got)
	}
	if got, _ := mustParse(t, "a = |41|7cb").Get("a"); got != "A|b" {
		t.Errorf("a bare value is %q", got)
	}
	if got, _ := mustParse(t, `a = "b|00c"`).Get("a"); got != "b" {
		t.Errorf("the byte 0 does not end the value: %q", got)
	}
}
