// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"fmt"
	"slices"
	"strings"
)

// Persona is a product as it is installed.
type Persona struct {
	Name    string // workstation-17, ...
	Type    string // what -T must say: ws, player or fusion
	Product string // as the product names itself
	Version string // of the product
	VMRun   string // what follows "vmrun version "
	Windows bool   // CRLF

	Hardware      int    // the newest virtualHW.version that it opens
	Remote        bool   // the usage has -h -P -u -p and register
	Usage         string // what the usage writes of -T
	HostNetworks  bool   // the usage has the commands of host networks
	NoSnapshots   bool   // neither snapshots nor clones
	NoPause       bool
	DuplicateText string // of a snapshot whose name is taken
	Library       string // the folder of vmrun below the product's own, "" for none
	Stderr        string // what vmrun writes there whatever it does
	TooOld        bool   // vmrun is older than 1.15
}

const (
	nameTaken      = "A snapshot with the name already exists"
	nameTakenOlder = "The snapshot already exists"
	oldTypes       = "(ws|server|server1|fusion|esx|vc|player|ws-shared)"
)

var personas = []Persona{
	{
		Name: "workstation-17", Type: "ws", Product: "VMware Workstation", Version: "17.6.2", VMRun: "1.17.0 build-24409262",
		Usage: "(ws|fusion||player)", HostNetworks: true, Hardware: 21, DuplicateText: nameTaken,
	},
	{
		Name: "workstation-15.5", Type: "ws", Product: "VMware Workstation", Version: "15.5.0", VMRun: "1.17.0 build-14665864",
		Usage: "(ws|fusion||player)", Hardware: 16, DuplicateText: nameTakenOlder,
	},
	{
		Name: "workstation-25h2", Type: "ws", Product: "VMware Workstation", Version: "25H2", VMRun: "1.17.0.24995812",
		Usage: "(ws|fusion||player)", HostNetworks: true, Hardware: 22, DuplicateText: nameTaken, Windows: true,
	},
	{
		Name: "workstation-26h1", Type: "ws", Product: "VMware Workstation", Version: "26.0.1", VMRun: "1.17.0.25388281",
		Usage: "(ws|fusion||player)", HostNetworks: true, Hardware: 22, DuplicateText: nameTaken, Windows: true,
	},
	{
		Name: "player-17", Type: "player", Product: "VMware Player", Version: "17.6.2", VMRun: "1.17.0 build-24409262",
		Usage: "(ws|fusion||player)", HostNetworks: true, Hardware: 21, NoSnapshots: true, NoPause: true, DuplicateText: nameTaken,
	},
	{
		Name: "fusion-13", Type: "fusion", Product: "VMware Fusion", Version: "13.6.2", VMRun: "1.17.0 build-24409261",
		Usage: "(ws|fusion)", HostNetworks: true, Hardware: 21, DuplicateText: nameTaken,
		Library: "VMware Fusion.app/Contents/Library",
		Stderr:  "objc[4711]: Class SimulatedNoise is implemented in both libvmwarebase.dylib and vmrun. One of the two will be used.\n",
	},
	{
		Name: "workstation-12", Type: "ws", Product: "VMware Workstation", Version: "12.5.0", VMRun: "1.15.6 build-4352439",
		Usage: oldTypes, Remote: true, Hardware: 12, DuplicateText: nameTakenOlder,
	},
	{
		Name: "workstation-10", Type: "ws", Product: "VMware Workstation", Version: "10.0.0", VMRun: "1.13.0 build-1295980",
		Usage: oldTypes, Remote: true, Hardware: 10, DuplicateText: nameTakenOlder, TooOld: true,
	},
	{
		Name: "fusion-3", Type: "fusion", Product: "VMware Fusion", Version: "3.1.1", VMRun: "3.1.1 build-332101",
		Usage: "(fusion|server|server1|esx|vc)", Remote: true, Hardware: 7, DuplicateText: nameTakenOlder, TooOld: true,
		Library: "Library/Application Support/VMware Fusion",
	},
}

// Personas are the names of the products that can be played; the first one is what an empty name means.
func Personas() []string {
	var names []string
	for _, p := range personas {
		names = append(names, p.Name)
	}
	return names
}

// CurrentPersonas are those whose vmrun is 1.15 or newer.
func CurrentPersonas() []string {
	var names []string
	for _, p := range personas {
		if !p.TooOld {
			names = append(names, p.Name)
		}
	}
	return names
}

// PersonaOf returns the product of a name.
func PersonaOf(name string) (Persona, error) {
	if name == "" {
		return personas[0], nil
	}
	if i := slices.IndexFunc(personas, func(p Persona) bool { return p.Name == name }); i >= 0 {
		return personas[i], nil
	}
	return Persona{}, fmt.Errorf("no persona %q; there are %s", name, strings.Join(Personas(), ", "))
}
