// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// view is one of the two registries that 64-bit Windows keeps under one name.
type view int

// A program of 64 bits writes into the one, of 32 bits into the other. Workstation
// has 64 bits since 26H1.
const (
	view64 view = iota
	view32
)

// system is what of an operating system says where vmrun is.
type system struct {
	os     string // as runtime.GOOS
	getenv func(name string) string
	// registry is a text of HKEY_LOCAL_MACHINE; empty where there is none.
	registry func(in view, key, value string) string
}

// places are where the products put vmrun, the likeliest first.
func (s system) places(product vix.ServiceProvider) []string {
	var found []string
	switch s.os {
	case "windows":
		found = s.onWindows(product)
	case "darwin":
		found = s.onMac()
	default:
		found = []string{"/usr/bin/vmrun", "/usr/local/bin/vmrun"}
	}
	return dedup(found)
}

// onMac are the places of macOS: in Fusion's bundle, or, of Fusion 3, beside it.
func (s system) onMac() []string {
	var out []string
	for _, app := range []string{s.getenv("FUSION_APP_PATH"), "/Applications/VMware Fusion.app"} {
		if app != "" {
			out = append(out, path.Join(app, "Contents/Library/vmrun"), path.Join(app, "Contents/Public/vmrun"))
		}
	}
	return append(out, "/Library/Application Support/VMware Fusion/vmrun")
}

// onWindows are the places of Windows: where the environment and the registry say, and the folders for programs.
func (s system) onWindows(product vix.ServiceProvider) []string {
	names, app := []string{"VMware Workstation", "VMware VIX", "VMware Player"}, "vmware.exe"
	if product == vix.Player {
		names, app = []string{"VMware Player", "VMware VIX", "VMware Workstation"}, "vmplayer.exe"
	}
	folders := []string{s.getenv("VMWARE_HOME")}
	for _, in := range []view{view64, view32} {
		for _, name := range names {
			folders = append(folders, s.registry(in, `SOFTWARE\VMware, Inc.\`+name, "InstallPath"))
		}
		folders = append(folders, s.registry(in, `SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\`+app, "Path"))
	}
	for _, programs := range []string{
		cmp.Or(s.getenv("ProgramW6432"), s.getenv("ProgramFiles"), `C:\Program Files`),
		cmp.Or(s.getenv("ProgramFiles(x86)"), `C:\Program Files (x86)`),
	} {
		for _, name := range names {
			folders = append(folders, programs+`\VMware\`+name)
		}
	}
	var out []string
	for _, folder := range folders {
		if folder = strings.TrimRight(strings.Trim(folder, `" `), `\/`); folder != "" {
			out = append(out, folder+`\vmrun.exe`)
		}
	}
	return out
}

// dedup leaves each place once, where it comes first. Windows does not tell letters by their case.
func dedup(places []string) []string {
	var out []string
	for _, p := range places {
		if !slices.ContainsFunc(out, func(other string) bool { return strings.EqualFold(other, p) }) {
			out = append(out, p)
		}
	}
	return out
}
