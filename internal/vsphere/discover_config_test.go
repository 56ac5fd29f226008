// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A file in another encoding says its names, and its disks, which lie there under these, are found.
func TestFilesInOtherEncodings(t *testing.T) {
	s := simulated(t, sim.Options{})
	for _, c := range []struct{ encoding, bytes, text string }{
		{"UTF-8", "Ubuntu 64 \xe4\xbd\x8d", "Ubuntu 64 位"},
		{"GBK", "Ubuntu 64 \xce\xbb", "Ubuntu 64 位"},
		{"windows-949-2000", "\xb0\xa1\xbb\xf3", "가상"},
		{"Shift_JIS", "\x83|7C\x93\xfa", "ポ日"},
		{"Big5", "\xb4\xfa\xb8\xd5", "測試"},
		{"windows-1251", "\xd1\xe5\xf0\xe2\xe5\xf0", "Сервер"},
		{"windows-1252", "f\xfcr", "für"},
	} {
		t.Run(c.encoding, func(t *testing.T) {
			folder := "[LocalDS_0] " + c.encoding + "/"
			must(t, s.WriteFile("DC0", folder+c.text+".vmdk", []byte("x")))
			must(t, s.WriteFile("DC0", folder+"x.vmx", append([]byte(".encoding = \""+c.encoding+"\"\ndisplayName = \""+c.bytes+"\"\n"), withDisks(c.bytes+".vmdk")...)))
			got := configAt(t, connected(t, s), vix.FileQuery{Folder: c.encoding}, c.encoding+"/x.vmx")
			if got.DisplayName != c.text || len(got.Disks) != 1 || got.Disks[0].Name != c.text+".vmdk" || existence(got) != "+" || got.Problem != "" {
				t.Errorf("read %+v, disks %s", got, existence(got))
			}
		})
	}
}

// What VMware does not take is a problem, with its line; nothing of the file is told then.
func TestFilesThatVMwareDoesNotTake(t *testing.T) {
	s := simulated(t, sim.Options{})
	const whole = "config.version = \"8\"\nmemsize = \"1024\"\n"
	for name, c := range map[string]struct{ text, want string }{
		"malformed":   {whole + "memSize 4096", `line 3 is malformed: it is neither key = "value" nor a comment.`},
		"twice":       {whole + "memSize = 4096 # x\n", "line 3 sets memSize again, which line 2 has already."},
		"undecodable": {whole + "displayName = \"f\xfcr\"\n", "line 3 has a value of displayName that is not UTF-8, and the file names no other encoding."},
		"many": {whole + strings.Repeat("config.version = \"8\"\n", 5), "line 3 sets config.version again, which line 1 has already; line 4 sets config.version again, " +
			"which line 1 has already; line 5 sets config.version again, which line 1 has already; and 2 more."},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, s.WriteFile("DC0", "[LocalDS_0] "+name+"/x.vmx", []byte(c.text)))
			got := configAt(t, connected(t, s), vix.FileQuery{Folder: name}, name+"/x.vmx")
			if got.Problem != "The file cannot be understood: "+c.want || got.MemorySize != 0 || got.Disks != nil {
				t.Errorf("read %+v", got)
			}
		})
	}
	must(t, s.WriteFile("DC0", "[LocalDS_0] sound/x.vmx", []byte("config.version = 8\nvirtualHW.version = 7\nmemSize = 4096 # x\n")))
	if got := configAt(t, connected(t, s), vix.FileQuery{Folder: "sound"}, "sound/x.vmx"); got.MemorySize != 4096 || got.Problem != "" || got.HardwareVersion != "vmx-07" {
		t.Errorf("a sound file: %+v", got)
	}
}

// A file that is encrypted as a whole hides what it does not say: no default is told.
func TestFilesEncryptedAsAWhole(t *testing.T) {
	s := simulated(t, sim.Options{})
	must(t, s.WriteFile("DC0", "[LocalDS_0] x/x.vmx", []byte(".encoding = \"UTF-8\"\ndisplayName = \"x\"\nencryption.keySafe = \"vmware:key\"\nencryption.data = \"AA==\"\n")))
	laid(t, s, "DC0", "[LocalDS_0] part/part.vmx", sim.VMX{Encrypted: true, CPUs: 4})
	h := connected(t, s)
	if c := configAt(t, h, vix.FileQuery{}, "x/x.vmx"); !c.Encrypted || c.DisplayName != "x" || c.NumVCPUs != 0 || c.MemorySize != 0 || c.Disks != nil || c.HardwareVersion != "" {
		t.Errorf("as a whole: %+v", c)
	}
	if c := configAt(t, h, vix.FileQuery{}, "part/part.vmx"); !c.Encrypted || c.NumVCPUs != 4 || len(c.Disks) != 1 || c.HardwareVersion != "vmx-19" {
		t.Errorf("in part: %+v", c)
	}
}

// A VM whose file no host takes is registered as invalid.
func TestRegisterWhatVMwareDoesNotTake(t *testing.T) {
	s := simulated(t, sim.Options{})
	for name, text := range map[string]string{
		"twice": "config.version = 8\ndisplayName = a\nDisplayName = b\n", "malformed": "config.version = 8\ndisplayName a\n",
		"newer": "config.version = 8\nvirtualHW.version = 99\n",
	} {
		must(t, s.WriteFile("DC0", "[LocalDS_0] "+name+"/x.vmx", []byte(text)))
		r, err := connected(t, s).Register(t.Context(), vix.RegisterSpec{Path: pathOf(t, "[LocalDS_0] "+name+"/x.vmx"), Name: name, Cluster: "DC0_C0"})
		if err != nil || r.ConnectionState != vix.Invalid {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// A user who may not read files is told which privilege is missing, and the host is asked for one file, not for each.
func TestFilesThatTheUserMayNotRead(t *testing.T) {
	s := simulated(t, sim.Options{})
	for i := range 10 {
		laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] vm%[1]d/vm%[1]d.vmx", i), sim.VMX{NoDisk: true})
	}
	h := connected(t, s)
	s.Deny(s.Username(), "Datastore.FileManagement", "")
	s.ResetRequests()
	_, err := h.Files(t.Context(), vix.FileQuery{ReadConfig: true})
	lacks := `The user "administrator@vsphere.local" lacks the privilege Datastore.Browse or Datastore.FileManagement on the datastore /DC0/datastore/LocalDS_0.`
	says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), "Cannot read [LocalDS_0] vm", lacks, "HTTP 401 Unauthorized")
	if n := s.Requests()["HTTP GET"]; n != 1 {
		t.Errorf("the host was asked %d times", n)
	}
	s.ResetRequests()
	files, err := h.Files(t.Context(), vix.FileQuery{ReadConfig: true, SkipUnreadable: true})
	must(t, err)
	for _, f := range files.Files {
		if f.Config.Problem != "The file cannot be read. "+lacks {
			t.Errorf("%s: %+v", f.Path, f.Config)
		}
	}
	if n := s.Requests()["HTTP GET"]; len(files.Files) != 10 || n != 1 {
		t.Errorf("of %d files the host was asked %d times", len(files.Files), n)
	}
}

// A + is a + in every part of a path.
func TestFilesWithAPlus(t *testing.T) {
	s := simulated(t, sim.Options{})
	laid(t, s, "DC0", "[LocalDS_0] c++ build/c++.vmx", sim.VMX{DisplayName: "with a plus"})
	laid(t, s, "DC0", "[LocalDS_0] c   build/c  .vmx", sim.VMX{DisplayName: "with blanks"})
	if got := configAt(t, connected(t, s), vix.FileQuery{}, "c++ build/c++.vmx"); got.DisplayName != "with a plus" {
		t.Errorf("read %+v", got)
	}
}
