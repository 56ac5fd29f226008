// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"slices"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestThePlacesOfEachSystem(t *testing.T) {
	const workstation, player = `SOFTWARE\VMware, Inc.\VMware Workstation`, `SOFTWARE\VMware, Inc.\VMware Player`
	const apps = `SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\`
	type key struct {
		in         view
		key, value string
	}
	for _, test := range []struct {
		name     string
		os       string
		product  vix.ServiceProvider
		env      map[string]string
		registry map[key]string
		want     []string
	}{
		{"Linux", "linux", vix.Workstation, map[string]string{"VMWARE_HOME": "/x", "FUSION_APP_PATH": "/y"}, nil,
			[]string{"/usr/bin/vmrun", "/usr/local/bin/vmrun"}},
		{"macOS", "darwin", vix.Fusion, nil, nil, []string{
			"/Applications/VMware Fusion.app/Contents/Library/vmrun", "/Applications/VMware Fusion.app/Contents/Public/vmrun",
			"/Library/Application Support/VMware Fusion/vmrun",
		}},
		{"Fusion elsewhere", "darwin", vix.Fusion, map[string]string{"FUSION_APP_PATH": "/Users/me/VMware Fusion.app/"}, nil, []string{
			"/Users/me/VMware Fusion.app/Contents/Library/vmrun", "/Users/me/VMware Fusion.app/Contents/Public/vmrun",
			"/Applications/VMware Fusion.app/Contents/Library/vmrun", "/Applications/VMware Fusion.app/Contents/Public/vmrun",
			"/Library/Application Support/VMware Fusion/vmrun",
		}},
		{"Workstation 17, 32 bits", "windows", vix.Workstation, nil, map[key]string{
			{view32, workstation, "InstallPath"}:  `D:\VMware\`,
			{view32, apps + "vmware.exe", "Path"}: `d:\vmware`,
		}, []string{
			`D:\VMware\vmrun.exe`,
			`C:\Program Files\VMware\VMware Workstation\vmrun.exe`, `C:\Program Files\VMware\VMware VIX\vmrun.exe`,
			`C:\Program Files\VMware\VMware Player\vmrun.exe`,
			`C:\Program Files (x86)\VMware\VMware Workstation\vmrun.exe`, `C:\Program Files (x86)\VMware\VMware VIX\vmrun.exe`,
			`C:\Program Files (x86)\VMware\VMware Player\vmrun.exe`,
		}},
		{"Workstation 26H1, 64 bits, beside the rest of an old one", "windows", vix.Workstation,
			map[string]string{"ProgramW6432": `E:\Programs`, "ProgramFiles": `E:\Programs (x86)`, "ProgramFiles(x86)": `E:\Programs (x86)`},
			map[key]string{
				{view64, workstation, "InstallPath"}: `E:\Programs\VMware\VMware Workstation\`,
				{view32, workstation, "InstallPath"}: `"E:\Programs (x86)\VMware\VMware Workstation"`,
			}, []string{
				`E:\Programs\VMware\VMware Workstation\vmrun.exe`, `E:\Programs (x86)\VMware\VMware Workstation\vmrun.exe`,
				`E:\Programs\VMware\VMware VIX\vmrun.exe`, `E:\Programs\VMware\VMware Player\vmrun.exe`,
				`E:\Programs (x86)\VMware\VMware VIX\vmrun.exe`, `E:\Programs (x86)\VMware\VMware Player\vmrun.exe`,
			}},
		{"Player, and a home for it", "windows", vix.Player, map[string]string{"VMWARE_HOME": `F:\vm`}, map[key]string{
			{view32, player, "InstallPath"}:         `G:\Player`,
			{view64, apps + "vmplayer.exe", "Path"}: `H:\Player`,
		}, []string{
			`F:\vm\vmrun.exe`, `H:\Player\vmrun.exe`, `G:\Player\vmrun.exe`,
			`C:\Program Files\VMware\VMware Player\vmrun.exe`, `C:\Program Files\VMware\VMware VIX\vmrun.exe`,
			`C:\Program Files\VMware\VMware Workstation\vmrun.exe`,
			`C:\Program Files (x86)\VMware\VMware Player\vmrun.exe`, `C:\Program Files (x86)\VMware\VMware VIX\vmrun.exe`,
			`C:\Program Files (x86)\VMware\VMware Workstation\vmrun.exe`,
		}},
	} {
		s := system{
			os: test.os, getenv: func(name string) string { return test.env[name] },
			registry: func(in view, name, value string) string { return test.registry[key{in, name, value}] },
		}
		if got := s.places(test.product); !slices.Equal(got, test.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", test.name, got, test.want)
		}
	}
}
