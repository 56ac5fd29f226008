// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package hostedsim gives tests a Workstation, Player or Fusion: an executable vmrun on disk, VMs as files, a vmrest.
//
// A Product is what one test has for itself:
//
//	p := hostedsim.New(t, hostedsim.Options{Persona: "fusion-13"})
//	m := p.AddVM("web 01", hostedsim.Spec{Bundle: true})
//	m.Start()
//	... p.VMRun(), m.Path(), p.Calls()
//
// What a person does at the product by hand, from outside, are the methods of Machine. The rest lies in
// internal/sim/hosted/desktop (the product) and internal/sim/hosted/vmrun (the command).
package hostedsim
