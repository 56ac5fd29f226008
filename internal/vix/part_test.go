// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "testing"

// partial is a host with the methods of a Browser whose connection lacks some features.
type partial struct {
	Host
	Browser
	lacks Feature
}

func (p partial) Supports(feature Feature) error {
	if feature == p.lacks {
		return NotSupported("VMware Player", feature)
	}
	return nil
}

func TestPartAsksTheConnectionAndNamesProductAndFunction(t *testing.T) {
	if browser, err := Part[Browser](partial{}, FeatureFiles); err != nil || browser == nil {
		t.Errorf("a part that is there: %v, %v", browser, err)
	}
	browser, err := Part[Browser](partial{lacks: FeatureFiles}, FeatureFiles)
	const lacks = "Cannot use the search of datastores: " +
		"VMware Player does not support the search of datastores. VIX_E_NOT_SUPPORTED (6)"
	if browser != nil || err == nil || err.Error() != lacks {
		t.Errorf("a part that the connection lacks, whatever its type has: %v, %v", browser, err)
	}
	registrar, err := Part[Registrar](partial{}, FeatureRegister)
	if registrar != nil || CodeOf(err) != CodeNotSupported {
		t.Errorf("a part whose methods are missing: %v, %v", registrar, err)
	}
}

func TestConflictsAreWhatAdoptingCannotChange(t *testing.T) {
	is := &Registration{Placement: Placement{Datacenter: "/DC0", Host: "/DC0/host/C0/esx1"}, ConnectionState: Connected}
	spec := RegisterSpec{Datacenter: "DC0", Host: "esx2", Cluster: "C9", Template: true, Name: "other", Folder: "other"}
	got := spec.Conflicts(is)
	want := []Conflict{{FieldCluster, "C9", ""}, {FieldHost, "esx2", "/DC0/host/C0/esx1"}, {FieldTemplate, "true", "false"}}
	if len(got) != len(want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
	is.ConnectionState = Orphaned
	if got := (RegisterSpec{Template: true}).Conflicts(is); got != nil {
		t.Errorf("what an unreadable VM says of itself conflicts: %+v", got)
	}
}
