// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto/x509"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// simulated starts a host for one test.
func simulated(t *testing.T, options sim.Options) *sim.Host {
	t.Helper()
	s, err := sim.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestOnlyTheNamedAuthorityIsTrusted(t *testing.T) {
	s := simulated(t, sim.Options{})
	named, err := newTrust(vix.ConnectOptions{CA: s.CAPEM()})
	if err != nil {
		t.Fatal(err)
	}
	only := x509.NewCertPool()
	only.AppendCertsFromPEM([]byte(s.CAPEM()))
	if !named.roots.Equal(only) {
		t.Error("other authorities are trusted beside the one that was named")
	}
}
