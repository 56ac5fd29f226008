// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Acceptance is a simulated host and the provider that a real Terraform runs
// against it, within the process of the test.
type Acceptance struct {
	Host *sim.Host

	connectors map[vix.ServiceProvider]vix.Connect
	mu         sync.Mutex
	providers  []*provider.Provider
}

// NewAcceptance starts a simulated host for one test. The connectors are the
// caller's: this package knows no service provider.
func NewAcceptance(t *testing.T, options sim.Options, connectors map[vix.ServiceProvider]vix.Connect) *Acceptance {
	t.Helper()
	host, err := sim.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	a := &Acceptance{Host: host, connectors: connectors}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("log out: %v", err)
		}
		host.Close()
	})
	return a
}

// Factories are the provider for resource.TestCase. Terraform gets a new one for
// each command, as it would start a new process.
func (a *Acceptance) Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"vix": func() (tfprotov6.ProviderServer, error) {
			p := provider.New("test", a.connectors)
			a.mu.Lock()
			a.providers = append(a.providers, p)
			a.mu.Unlock()
			return p.Server(), nil
		},
	}
}

// Close logs every provider out, as main does at the end of its process.
func (a *Acceptance) Close() error {
	a.mu.Lock()
	providers := a.providers
	a.providers = nil
	a.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	for _, p := range providers {
		errs = append(errs, p.Close(ctx))
	}
	return errors.Join(errs...)
}

// Configuration is config below the provider block that reaches the host.
func (a *Acceptance) Configuration(config string) string {
	return fmt.Sprintf(`
provider "vix" {
  hostname = %q
  username = %q
  password = %q
  ca_file  = %q
}
`, a.Host.URL(), a.Host.Username(), a.Host.Password(), a.Host.CAFile()) + config
}
