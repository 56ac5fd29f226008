// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"slices"
	"strings"
	"testing"
)

// What a file holds in the encodings that VMware's products write, byte for byte.
var encodedFiles = []struct {
	encoding string // as the file has it; "-" for none
	name     string // the bytes of displayName, as they stand in the file
	disk     string // the bytes of the disk's fileName
	wantName string
	wantDisk string
}{
	{"-", "B\xc3\xbcro", "B\xc3\xbcro.vmdk", "Büro", "Büro.vmdk"},
	{"UTF-8", "Ubuntu 64 \xe4\xbd\x8d", "Ubuntu 64 \xe4\xbd\x8d.vmdk", "Ubuntu 64 位", "Ubuntu 64 位.vmdk"},
	{"windows-65001", "B\xc3\xbcro", "B\xc3\xbcro.vmdk", "Büro", "Büro.vmdk"},
	// These bytes are valid UTF-8, too, and would read as the Greek λ.
	{"GBK", "Ubuntu 64 \xce\xbb", "Ubuntu 64 \xce\xbb.vmdk", "Ubuntu 64 位", "Ubuntu 64 位.vmdk"},
	{"windows-936", "\xcf\xb5\xcd\xb3", "\xcf\xb5\xcd\xb3.vmdk", "系统", "系统.vmdk"},
	{"gb18030", "\xcf\xb5\xcd\xb3 \x81\x30\x84\x36", "a.vmdk", "系统 ¥", "a.vmdk"},
	{"Shift_JIS", "\x93\xfa\x96\x7b", "\x93\xfa\x96\x7b.vmdk", "日本", "日本.vmdk"},
	// The second byte of 表 is a backslash, that of ポ a bar, which is written as an escape.
	{"Shift_JIS", "\x95\x5c\x83|7C", "\x95\x5c.vmdk", "表ポ", "表.vmdk"},
	{"windows-932", "\x83T\x81[\x83o", "\x83T\x81[\x83o.vmdk", "サーバ", "サーバ.vmdk"},
	{"Big5", "\xb4\xfa\xb8\xd5", "\xb4\xfa\xb8\xd5.vmdk", "測試", "測試.vmdk"},
	{"windows-950", "\xb7|7C", "\xb7|7C.vmdk", "會", "會.vmdk"},
	{"windows-949", "\xb0\xa1\xbb\xf3", "\xb0\xa1\xbb\xf3.vmdk", "가상", "가상.vmdk"},
	{"windows-949-2000", "\x8c\x63", "\x8c\x63.vmdk", "똠", "똠.vmdk"},
	{"EUC-KR", "\xb0\xa1", "\xb0\xa1.vmdk", "가", "가.vmdk"},
	{"windows-874", "\xe4\xb7\xc2", "\xe4\xb7\xc2.vmdk", "ไทย", "ไทย.vmdk"},
	{"windows-1250", "\x8e\xedla", "\x8e\xedla.vmdk", "Žíla", "Žíla.vmdk"},
	{"windows-1251", "\xd1\xe5\xf0\xe2\xe5\xf0", "\xd1\xe5\xf0\xe2\xe5\xf0.vmdk", "Сервер", "Сервер.vmdk"},
	{"windows-1252", "\x80 f\xfcr\x81", "f\xfcr.vmdk", "€ für\u0081", "für.vmdk"},
	{"Windows-1252", "f\xfcr", "f\xfcr.vmdk", "für", "für.vmdk"},
	{"windows-1253", "\xc1\xe8\xde\xed\xe1", "a.vmdk", "Αθήνα", "a.vmdk"},
	{"windows-1254", "\xdeif\xf0", "a.vmdk", "Şifğ", "a.vmdk"},
	{"windows-1255", "\xf9\xec\xe5\xed", "a.vmdk", "שלום", "a.vmdk"},
	{"windows-1256", "\xda\xd1\xc8", "a.vmdk", "عرب", "a.vmdk"},
	{"windows-1257", "\xd0\xfa", "a.vmdk", "Šś", "a.vmdk"},
	{"windows-1258", "\xd0", "a.vmdk", "Đ", "a.vmdk"},
	{"ISO-8859-1", "f\xfcr", "f\xfcr.vmdk", "für", "für.vmdk"},
	{"windows-28591", "f\xfcr", "f\xfcr.vmdk", "für", "für.vmdk"},
	{"iso_8859_2", "\xae", "a.vmdk", "Ž", "a.vmdk"},
	{"ISO-8859-5", "\xc1", "a.vmdk", "С", "a.vmdk"},
	{"ISO-8859-15", "\xa4", "a.vmdk", "€", "a.vmdk"},
	{"latin1", "\xa4", "a.vmdk", "¤", "a.vmdk"},
	{"IBM850", "f\x81r", "f\x81r.vmdk", "für", "für.vmdk"},
	{"cp866", "\x91", "a.vmdk", "С", "a.vmdk"},
	{"ISO-2022-JP", "\x1b$BF|7C\x1b(B", "a.vmdk", "日", "a.vmdk"},
	{"US-ASCII", "plain", "plain.vmdk", "plain", "plain.vmdk"},
	{"Klingon", "plain", "plain.vmdk", "plain", "plain.vmdk"},
}

func encodedFile(encoding, name, disk string) string {
	text := "config.version = \"8\"\ndisplayName = \"" + name + "\"\nscsi0:0.present = \"TRUE\"\nscsi0:0.fileName = \"" + disk + "\"\n"
	if encoding == "-" {
		return text
	}
	return ".encoding = \"" + encoding + "\"\n" + text
}

// A file is read as VMware reads it, and what is written into it reads back.
func TestEncodings(t *testing.T) {
	for _, c := range encodedFiles {
		t.Run(c.encoding+" "+c.wantName, func(t *testing.T) {
			text := encodedFile(c.encoding, c.name, c.disk)
			f := mustParse(t, text)
			disks := f.Disks()
			if f.DisplayName() != c.wantName || len(disks) != 1 || disks[0].FileName != c.wantDisk {
				t.Errorf("reads %q with %v, want %q with %q", f.DisplayName(), disks, c.wantName, c.wantDisk)
			}
			if d := f.Defects(); len(d) != 0 {
				t.Errorf("defects: %v", d)
			}
			if err := f.Set("displayName", c.wantName); err != nil || string(f.Bytes()) != text {
				t.Errorf("setting what is there gave %q, %v", f.Bytes(), err)
			}
			if err := f.Set("annotation", c.wantName); err != nil {
				t.Error(err)
			}
			if again := mustParse(t, string(f.Bytes())); again.Annotation() != c.wantName || !strings.HasPrefix(string(f.Bytes()), text) {
				t.Errorf("wrote %q", f.Bytes())
			}
		})
	}
}

// Bytes that are no text in the file's encoding are said, with the line, and never guessed.
func TestWhatCannotBeDecodedIsSaid(t *testing.T) {
	for name, c := range map[string]struct{ encoding, name, want string }{
		"not UTF-8":           {"UTF-8", "f\xfcr", "line 3 has a value of displayName that is no text in the file's encoding, UTF-8"},
		"no encoding":         {"-", "f\xfcr", "line 2 has a value of displayName that is not UTF-8, and the file names no other encoding"},
		"unknown encoding":    {"Klingon", "f\xfcr", `line 3 has a value of displayName that cannot be read: its encoding, "Klingon", is not known`},
		"encoding of signs":   {"--", "f\xfcr", `line 3 has a value of displayName that cannot be read: its encoding, "--", is not known`},
		"half a character":    {"Shift_JIS", "\x93", "line 3 has a value of displayName that is no text in the file's encoding, Shift_JIS"},
		"not GBK":             {"GBK", "\xff\xff", "line 3 has a value of displayName that is no text in the file's encoding, GBK"},
		"unused byte":         {"windows-1255", "\xd9", "line 3 has a value of displayName that is no text in the file's encoding, windows-1255"},
		"more than ASCII":     {"us-ascii", "f\xfcr", "line 3 has a value of displayName that is no text in the file's encoding, us-ascii"},
		"known to Windows":    {"windows-57002", "\xa4", `line 3 has a value of displayName that cannot be read: its encoding, "windows-57002", is not known`},
		"character cut apart": {"Big5", "\xb4", "line 3 has a value of displayName that is no text in the file's encoding, Big5"},
	} {
		t.Run(name, func(t *testing.T) {
			text := encodedFile(c.encoding, c.name, "a.vmdk")
			f := mustParse(t, text)
			if got := f.Defects(); len(got) != 1 || got[0].String() != c.want {
				t.Errorf("defects %v, want %s", got, c.want)
			}
			if !strings.Contains(f.DisplayName(), "\ufffd") {
				t.Errorf("guessed %q", f.DisplayName())
			}
			if err := f.Set("config.version", "8"); err != nil || string(f.Bytes()) != text {
				t.Errorf("bytes changed: %q, %v", f.Bytes(), err)
			}
		})
	}
}

// What an encoding cannot hold is not written, nor as something similar.
func TestEncodingsThatCannotHoldIt(t *testing.T) {
	for _, c := range [][2]string{
		{"windows-1252", "日本"}, {"Shift_JIS", "für"}, {"GBK", "😀"}, {"US-ASCII", "für"}, {"Klingon", "für"}, {"ISO-8859-1", "€"}, {"UTF-8", "\xff"},
	} {
		f := mustParse(t, ".encoding = \""+c[0]+"\"\nx = y\n")
		before := string(f.Bytes())
		if f.Set("displayName", c[1]) == nil || string(f.Bytes()) != before {
			t.Errorf("%s wrote %q", c[0], f.Bytes())
		}
	}
}

// Every name in the tables belongs to one encoding only.
func TestNamesOfEncodings(t *testing.T) {
	seen := map[string]bool{}
	for _, table := range tables {
		for name := range strings.FieldsSeq(table.names) {
			if seen[name] {
				t.Errorf("%s twice", name)
			}
			seen[name] = true
			if codecOf(strings.ToUpper(name)).table != table.table {
				t.Errorf("%s is another encoding", name)
			}
		}
	}
	if !slices.Contains(strings.Fields(tables[0].names), "iso88591") {
		t.Error("the first is not ISO 8859-1")
	}
}
