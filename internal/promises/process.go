// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

// typeOf is the type of resource that an address is of: one that begins with vix_clone is a clone, another one a registration.
func typeOf(address string) string {
	if strings.HasPrefix(address, "vix_clone") {
		return "vix_clone"
	}
	return "vix_registration"
}

// environ guards the environment, which several workspaces share in one process: a provider reads it when it is
// configured.
var environ sync.Mutex

// process is one process of the provider: Terraform starts one for each walk.
type process struct {
	ctx      context.Context
	cancel   context.CancelFunc
	line     *line
	data     string // Terraform's data folder
	provider *provider.Provider
	server   tfprotov6.ProviderServer
	schemas  *tfprotov6.GetProviderSchemaResponse
}

// start starts a provider for a workspace and configures it.
func (w *Workspace) start() (*process, []Diagnostic) {
	p := &process{data: w.Data, provider: provider.New("test", map[vix.ServiceProvider]vix.Connect{vix.VIServer: vsphere.Connect})}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	server, err := providerserver.NewProtocol6WithError(p.provider)()
	if err != nil {
		panic(err)
	}
	p.server = server
	if p.schemas, err = server.GetProviderSchema(p.ctx, &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		panic(err)
	}
	if p.line, err = newLine(w.Host.URL()); err != nil {
		panic(err)
	}
	kind := p.schemas.Provider.ValueType()
	config := Attributes{"hostname": p.line.url, "username": w.User, "password": w.Password, "insecure": true}
	maps.Copy(config, w.Provider)
	resp, err := p.configure(kind, build(kind, config, true), map[string]string{"TF_DATA_DIR": w.Data, "TF_WORKSPACE": w.Name})
	if err != nil {
		panic(err)
	}
	return p, diagnosticsOf("", resp.Diagnostics)
}

// configure configures the provider in an environment of its own. It is read before the host is asked: by then the
// next one may have it.
func (p *process) configure(
	kind tftypes.Type, config tftypes.Value, environment map[string]string,
) (resp *tfprotov6.ConfigureProviderResponse, err error) {
	done := make(chan struct{})
	environ.Lock()
	restore := setEnvironment(environment)
	go func() {
		defer close(done)
		resp, err = p.server.ConfigureProvider(p.ctx, &tfprotov6.ConfigureProviderRequest{
			TerraformVersion: "1.16.0", Config: dynamic(kind, config),
		})
	}()
	select {
	case <-done:
	case <-p.line.used:
	}
	restore()
	environ.Unlock()
	<-done
	return resp, err
}

func setEnvironment(environment map[string]string) (restore func()) {
	before := map[string]string{}
	for name, value := range environment {
		if was, set := os.LookupEnv(name); set {
			before[name] = was
		}
		_ = os.Setenv(name, value)
	}
	return func() {
		for name := range environment {
			_ = os.Unsetenv(name)
			if was, set := before[name]; set {
				_ = os.Setenv(name, was)
			}
		}
	}
}

// end ends the process as Terraform ends it once a walk is over and the state is written.
func (p *process) end() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = p.provider.Close(ctx)
	p.line.cut()
	p.cancel()
}

// kill ends it as SIGKILL does: nothing of it reaches the host any more, and nobody hears of it again.
func (p *process) kill() {
	p.line.cut()
	p.cancel()
	// The system takes the locks of a process away with it; this one goes on.
	locks, _ := filepath.Glob(filepath.Join(p.data, "vix-processes", "*", "*", "lock"))
	for _, lock := range locks {
		_ = os.Remove(lock)
	}
}

func dynamic(kind tftypes.Type, v tftypes.Value) *tfprotov6.DynamicValue {
	d, err := tfprotov6.NewDynamicValue(kind, v)
	if err != nil {
		panic(fmt.Sprintf("%v in %s", err, v))
	}
	return &d
}

func (p *process) value(address string, d *tfprotov6.DynamicValue) tftypes.Value {
	if d == nil {
		return tftypes.NewValue(p.kind(address), nil)
	}
	v, err := d.Unmarshal(p.kind(address))
	if err != nil {
		panic(err)
	}
	return v
}

func (p *process) schema(address string) *tfprotov6.Schema {
	return p.schemas.ResourceSchemas[typeOf(address)]
}

func (p *process) kind(address string) tftypes.Type { return p.schema(address).ValueType() }

func (p *process) null(address string) tftypes.Value { return tftypes.NewValue(p.kind(address), nil) }

func (p *process) validate(address string, config tftypes.Value) []Diagnostic {
	resp, err := p.server.ValidateResourceConfig(p.ctx, &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeOf(address), Config: dynamic(p.kind(address), config),
	})
	if err != nil {
		return failure(address, err)
	}
	return diagnosticsOf(address, resp.Diagnostics)
}

// upgrade reads an object from the state file.
func (p *process) upgrade(address string, o *Object) (*Object, []Diagnostic) {
	resp, err := p.server.UpgradeResourceState(p.ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: typeOf(address), Version: o.SchemaVersion, RawState: &tfprotov6.RawState{JSON: o.JSON},
	})
	if err != nil {
		return o, failure(address, err)
	}
	out := *o
	if diags := diagnosticsOf(address, resp.Diagnostics); failed(diags) {
		return o, diags
	}
	out.Value = p.value(address, resp.UpgradedState)
	return &out, diagnosticsOf(address, resp.Diagnostics)
}

// refresh reads an object from the host; nil if it is gone.
func (p *process) refresh(address string, o *Object) (*Object, []Diagnostic) {
	resp, err := p.server.ReadResource(p.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: typeOf(address), CurrentState: dynamic(p.kind(address), o.Value), Private: o.Private, CurrentIdentity: o.Identity,
	})
	if err != nil {
		return o, failure(address, err)
	}
	diags := diagnosticsOf(address, resp.Diagnostics)
	if failed(diags) {
		return o, diags
	}
	out := *o
	out.Value, out.Private, out.Identity = p.value(address, resp.NewState), resp.Private, resp.NewIdentity
	if out.Value.IsNull() {
		return nil, diags
	}
	return saved(&out), diags
}

func (p *process) importState(address, id string) (*Object, []Diagnostic) {
	resp, err := p.server.ImportResourceState(p.ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typeOf(address), ID: id})
	if err != nil {
		return nil, failure(address, err)
	}
	diags := diagnosticsOf(address, resp.Diagnostics)
	if failed(diags) || len(resp.ImportedResources) != 1 {
		return nil, diags
	}
	one := resp.ImportedResources[0]
	o, more := p.refresh(address, &Object{Value: p.value(address, one.State), Private: one.Private, Identity: one.Identity})
	return o, append(diags, more...)
}

// planned is the answer of one PlanResourceChange.
type planned struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	replaces bool
	diags    []Diagnostic
}

// planOnce is one PlanResourceChange, held against Terraform's rules.
func (p *process) planOnce(
	address string, prior, config tftypes.Value, private []byte, identity *tfprotov6.ResourceIdentityData,
) planned {
	resp, err := p.server.PlanResourceChange(p.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeOf(address), PriorState: dynamic(p.kind(address), prior), Config: dynamic(p.kind(address), config),
		ProposedNewState: dynamic(p.kind(address), propose(p.schema(address), prior, config)),
		PriorPrivate:     private, PriorIdentity: identity,
	})
	if err != nil {
		return planned{diags: failure(address, err)}
	}
	out := planned{
		value: p.value(address, resp.PlannedState), private: resp.PlannedPrivate, identity: resp.PlannedIdentity,
		diags: diagnosticsOf(address, resp.Diagnostics),
	}
	if failed(out.diags) {
		return out
	}
	for _, reason := range illegal(p.schema(address), prior, config, out.value) {
		out.diags = append(out.diags, Diagnostic{Error: true, Address: address, Summary: invalidPlan, Detail: reason})
	}
	was, is := parts(prior), parts(out.value)
	for _, at := range resp.RequiresReplace {
		if name, ok := at.Steps()[0].(tftypes.AttributeName); ok && was != nil && !is[string(name)].Equal(was[string(name)]) {
			out.replaces = true
		}
	}
	return out
}
