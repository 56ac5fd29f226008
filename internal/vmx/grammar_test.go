// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// A line is read as VMware's reader does, or is malformed, as it is for that one.
func TestLines(t *testing.T) {
	for text, want := range map[string]string{
		`memSize = 4096 # x`:        "4096",
		`memSize = 4096# x`:         "4096",
		`memSize=4096`:              "4096",
		"\tmemSize\t=\t4096\t":      "4096",
		`memSize = "4096" # "x"`:    "4096",
		`memSize = "4096"# x`:       "4096",
		`memSize = "40 # 96"`:       "40 # 96",
		`memSize = "a = b"`:         "a = b",
		`memSize = `:                "",
		`memSize = # 4096`:          "",
		`memSize = ""`:              "",
		`memSize = a"b`:             `a"b`,
		`memSize = 4096 MB`:         "malformed",
		`memSize = "4096" MB`:       "malformed",
		`memSize = "4096`:           "malformed",
		`memSize = "40"96"`:         "malformed",
		`memSize : 4096`:            "malformed",
		`mem size = 4096`:           "malformed",
		`= 4096`:                    "malformed",
		`mem#size = 4096`:           "malformed",
		`memSize 4096`:              "malformed",
		`memSize`:                   "malformed",
		`<config memSize = "4096">`: "malformed",
	} {
		f := mustParse(t, "x = y\n"+text)
		got, _ := f.Get("memsize")
		if d := f.Defects(); len(d) == 1 && d[0].String() == `line 2 is malformed: it is neither key = "value" nor a comment` {
			got = "malformed"
		} else if len(d) != 0 {
			t.Errorf("%q: %v", text, d)
		}
		if got != want {
			t.Errorf("%q reads %q, want %q", text, got, want)
		}
		if string(f.Bytes()) != "x = y\n"+text {
			t.Errorf("%q became %q", text, f.Bytes())
		}
	}
	if got := mustParse(t, "memSize = 4096 # x\n").MemoryMiB(); got != 4096 {
		t.Errorf("%d MiB", got)
	}
}

// All that VMware's reader does not take is told, by its line; a value, which may be a secret, is not.
func TestDefects(t *testing.T) {
	f := mustParse(t, "\ufeff#!/usr/bin/vmware\r\n\r\nmemsize = \"32\"\rMEMSIZE = \"64\"\n  # fine\nsecret s3cret\n\xb0\xa1 = 1\n\xb0\xa2 = 2\nMemSize = 128")
	want := []string{
		"line 4 sets MEMSIZE again, which line 3 has already", `line 6 is malformed: it is neither key = "value" nor a comment`,
		"line 9 sets MemSize again, which line 3 has already",
	}
	var got []string
	for _, d := range f.Defects() {
		got = append(got, fmt.Sprint(d))
	}
	if !slices.Equal(got, want) {
		t.Errorf("defects\n%q\nwant\n%q", got, want)
	}
	if d := mustParse(t, "a = b\r\n\r\n# c\r\n").Defects(); d != nil {
		t.Errorf("defects of a sound file: %v", d)
	}
}

// Devices of the host that are passed through are no disks; a disk is one in capitals, too.
func TestWhatIsADisk(t *testing.T) {
	for _, c := range []struct {
		kind, name string
		disk       bool
	}{
		{"scsi-hardDisk", "web.vmdk", true},
		{"", "WEB.VMDK", true},
		{"disk", "[OLD] web.vmdk", true},
		{"", "WEB.ISO", false},
		{"scsi-passthru", "/vmfs/devices/genscsi/naa.1", false},
		{"scsi-passthru", "web.vmdk", false},
		{"", "/vmfs/devices/disks/naa.1", false},
		{"", "/vmfs/volumes/x/web.vmdk", true},
		{"rawDisk", `\\.\PhysicalDrive0`, false},
		{"", `\\.\PhysicalDrive0`, false},
		{"atapi-cdrom", "emptyBackingString", false},
		{"cdrom-image", "/vmimages/tools-isoimages/linux.ISO", false},
	} {
		f := mustParse(t, "scsi0:0.present = TRUE\nscsi0:0.deviceType = \""+c.kind+"\"\nscsi0:0.fileName = \""+c.name+"\"\n")
		if got := len(f.Disks()) == 1; got != c.disk {
			t.Errorf("%s %s: disk is %v", c.kind, c.name, got)
		}
	}
}

// A file that is encrypted as a whole says nothing of the machine; one encrypted in part does.
func TestSealed(t *testing.T) {
	const key = "encryption.keySafe = \"vmware:key/list/(pair/(phrase/a))\"\n"
	for text, want := range map[string]bool{
		"displayName = \"x\"\n" + key:       true,
		"virtualHW.version = \"7\"\n" + key: false,
		"config.version = \"8\"\n" + key:    false,
		"displayName = \"x\"\n":             false,
	} {
		if got := mustParse(t, text).Sealed(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got := mustParse(t, "virtualHW.version = \"7\"").HardwareVersion(); got != "vmx-07" {
		t.Errorf("hardware version %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		sample, "a=b", "\ufeffx = \"|22\"\n", ".encoding = \"windows-1252\"\r\na = \"\x80\"", "a = \"b\" c\"", "=\n==\n",
		"a = 1\rA = 2\n\xb0\xa1 = 1\n\xb0\xa2 = 2", "memSize = 4096 # x\nmemsize = 4096 x\n", "a = \"b|00c\"", "\ufeff\ufeffa = b",
	} {
		f.Add([]byte(s))
	}
	for _, c := range encodedFiles {
		f.Add([]byte(encodedFile(c.encoding, c.name, c.disk)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Parse(text)
		if err != nil {
			return
		}
		if !bytes.Equal(v.Bytes(), text) {
			t.Fatalf("bytes changed: %q to %q", text, v.Bytes())
		}
		v.Disks()
		v.NICs()
		v.GuestInfo()
		keys := v.Keys()
		settings := 0
		for _, l := range v.lines {
			if l.key != "" {
				settings++
			}
		}
		if twice := settings - len(keys); twice > len(v.Defects()) {
			t.Fatalf("%d keys stand twice, and the defects are %v", twice, v.Defects())
		}
		// Rewriting every value must not change what is read, only how it is quoted.
		want := map[string]string{}
		for _, key := range keys {
			want[key], _ = v.raw(key)
			i := v.index[fold(key)]
			v.lines[i].set(want[key], i == 0)
		}
		again, err := Parse(v.Bytes())
		if err != nil {
			t.Fatalf("%q: %v", v.Bytes(), err)
		}
		for key, val := range want {
			if got, _ := again.raw(key); got != val {
				t.Fatalf("%s: %q became %q", key, val, got)
			}
		}
	})
}

// FuzzSet proves that what is set in a file of any encoding reads back, that nothing else changes, and that a file
// which refuses it is left as it was.
func FuzzSet(f *testing.F) {
	for _, c := range encodedFiles {
		f.Add([]byte(encodedFile(c.encoding, c.name, c.disk)), "displayName", c.wantName)
	}
	f.Add([]byte("\ufeffa = b # c\r\nA = d"), "A", "\"|\n\t")
	f.Add([]byte(".encoding = \"ISO-2022-JP\"\na = b"), "A", "日本 \x1b$B")
	f.Fuzz(func(t *testing.T, text []byte, key, val string) {
		v, err := Parse(text)
		if err != nil {
			return
		}
		if err := v.Set(key, val); err != nil {
			if !bytes.Equal(v.Bytes(), text) {
				t.Fatalf("refused, and became %q", v.Bytes())
			}
			return
		}
		again, err := Parse(v.Bytes())
		if err != nil {
			t.Fatalf("%q: %v", v.Bytes(), err)
		}
		if got, ok := again.Get(key); got != val || !ok {
			t.Fatalf("%s: %q became %q in %q", key, val, got, v.Bytes())
		}
		for _, other := range v.Keys() {
			old, _ := v.raw(other)
			if got, _ := again.raw(other); got != old {
				t.Fatalf("%s changed from %q to %q", other, old, got)
			}
		}
	})
}
