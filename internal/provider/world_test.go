// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// world drives the provider by its protocol as Terraform does, with what newer
// CLIs send too: identity and deferral. It keeps no state; tests do.
type world struct {
	t    *testing.T
	host *fakeHost
	// resource is the resource that plans, applies and reads are of.
	resource string
	// connector is what the provider connects by: the fake's, if not another.
	connector vix.Connect
	provider  *Provider
	server    tfprotov6.ProviderServer
	schemas   *tfprotov6.GetProviderSchemaResponse
	identity  tftypes.Type
	// configured is what the provider was configured with, planned whether something was planned
	// since: what comes after another plan is another walk, for which Terraform starts
	// another provider.
	configured args
	planned    bool
}

// walk begins another walk of Terraform over the configuration.
func (w *world) walk() {
	w.t.Helper()
	w.planned = false
	if w.configured == nil {
		return
	}
	before := len(w.host.calls)
	refused := w.host.fail["Connect"]
	delete(w.host.fail, "Connect")
	w.configure(w.configured).none(w.t)
	if refused != nil {
		w.host.fail["Connect"] = refused
	}
	w.host.calls = w.host.calls[:before]
}

// object is what Terraform keeps of a resource.
type object struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// outcome is the outcome of a plan.
type outcome struct {
	object
	replace []string
	diags   diagnostics
}

// args are attributes by name; what is left out is null.
type args map[string]any

type unknownValue struct{}

// unknown is a value that is not known yet.
var unknown = unknownValue{}

const registration = "vix_registration"

// newWorld is a world whose provider is configured and connected to a fake.
func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, registration)
}

// newWorldOf is newWorld for another resource.
func newWorldOf(t *testing.T, resource string) *world {
	t.Helper()
	w := newBareWorld(t)
	w.becomes(resource)
	w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
	w.host.made()
	return w
}

// newBareWorld is a world whose provider is not configured yet. The environment
// is empty: the developer's own must not count.
func newBareWorld(t *testing.T) *world {
	t.Helper()
	for _, names := range environment {
		for _, name := range names {
			t.Setenv(name, "")
		}
	}
	t.Setenv("TF_DATA_DIR", t.TempDir())
	w := &world{t: t, host: newFakeHost(), resource: registration}
	w.connector = w.host.connect
	w.restart()
	return w
}

// restart is a new process of the provider. The system takes the locks of the one before away with it.
func (w *world) restart() {
	w.t.Helper()
	locks, err := filepath.Glob(filepath.Join(os.Getenv("TF_DATA_DIR"), "vix-processes", "*", "*", "lock"))
	w.must(err)
	for _, lock := range locks {
		w.must(os.Remove(lock))
	}
	w.configured, w.planned = nil, false
	w.provider = New("test", map[vix.ServiceProvider]vix.Connect{vix.VIServer: w.connector})
	server := w.provider.Server()
	w.server = server
	w.schemas, err = server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	w.must(err)
	diagnostics(w.schemas.Diagnostics).none(w.t)
	w.becomes(w.resource)
}

// becomes makes another resource the one that plans, applies and reads are of.
func (w *world) becomes(resource string) {
	w.t.Helper()
	w.resource = resource
	identities, err := w.server.GetResourceIdentitySchemas(
		context.Background(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	w.must(err)
	w.identity = identities.IdentitySchemas[resource].ValueType()
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) kind() tftypes.Type { return w.schemas.ResourceSchemas[w.resource].ValueType() }

func (w *world) configure(config args) diagnostics {
	w.t.Helper()
	diags, _ := w.configureAs(config, false)
	if !diags.failed() {
		w.configured = config
	}
	return diags
}

func (w *world) configureAs(config args, deferral bool) (diagnostics, *tfprotov6.ConfigureProviderResponse) {
	w.t.Helper()
	kind := w.schemas.Provider.ValueType()
	checked, err := w.server.ValidateProviderConfig(context.Background(),
		&tfprotov6.ValidateProviderConfigRequest{Config: w.dynamic(kind, build(kind, config))})
	w.must(err)
	if len(checked.Diagnostics) > 0 {
		return checked.Diagnostics, nil
	}
	resp, err := w.server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.99.0", Config: w.dynamic(kind, build(kind, config)),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: deferral},
	})
	w.must(err)
	return resp.Diagnostics, resp
}

func (w *world) dynamic(kind tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	w.t.Helper()
	d, err := tfprotov6.NewDynamicValue(kind, value)
	w.must(err)
	return &d
}

func (w *world) value(kind tftypes.Type, d *tfprotov6.DynamicValue) tftypes.Value {
	w.t.Helper()
	if d == nil {
		return tftypes.NewValue(kind, nil)
	}
	v, err := d.Unmarshal(kind)
	w.must(err)
	return v
}

// build makes the object of a configuration.
func build(kind tftypes.Type, values args) tftypes.Value {
	object := kind.(tftypes.Object)
	fields := map[string]tftypes.Value{}
	for name, t := range object.AttributeTypes {
		fields[name] = field(t, values[name])
	}
	for name := range values {
		if _, ok := object.AttributeTypes[name]; !ok {
			panic("no attribute " + name)
		}
	}
	return tftypes.NewValue(kind, fields)
}

func field(t tftypes.Type, v any) tftypes.Value {
	switch v := v.(type) {
	case unknownValue:
		return tftypes.NewValue(t, tftypes.UnknownValue)
	case args:
		return build(t, v)
	default:
		return tftypes.NewValue(t, v)
	}
}

// fields are an object's attributes as Go values; unknown ones as unknown.
func fields(v tftypes.Value) args {
	out := args{}
	var raw map[string]tftypes.Value
	if v.IsNull() || v.As(&raw) != nil {
		return out
	}
	for name, f := range raw {
		switch {
		case !f.IsFullyKnown():
			out[name] = unknown
		case f.IsNull():
			out[name] = nil
		case f.Type().Is(tftypes.String):
			var s string
			_ = f.As(&s)
			out[name] = s
		case f.Type().Is(tftypes.Bool):
			var b bool
			_ = f.As(&b)
			out[name] = b
		default:
			out[name] = f.String()
		}
	}
	return out
}

func (w *world) validate(config args) diagnostics {
	w.t.Helper()
	resp, err := w.server.ValidateResourceConfig(context.Background(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: w.resource, Config: w.dynamic(w.kind(), build(w.kind(), config)),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	w.must(err)
	return resp.Diagnostics
}

// plan plans config after prior, as Terraform does: a replacement is planned a
// second time as if nothing were there.
func (w *world) plan(prior *object, config args) outcome {
	w.t.Helper()
	if w.planned {
		w.walk()
	}
	return w.planToo(prior, config)
}

// planToo is plan in the same walk as the plan before.
func (w *world) planToo(prior *object, config args) outcome {
	w.t.Helper()
	w.planned = true
	p := w.planOnce(prior, build(w.kind(), config))
	if len(p.replace) == 0 || p.diags.failed() {
		return p
	}
	second := w.planOnce(&object{value: tftypes.NewValue(w.kind(), nil), private: p.private}, build(w.kind(), config))
	second.replace = p.replace
	second.diags = append(p.diags, second.diags...)
	return second
}

func (w *world) planOnce(prior *object, config tftypes.Value) outcome {
	w.t.Helper()
	if prior == nil {
		prior = &object{value: tftypes.NewValue(w.kind(), nil)}
	}
	resp, err := w.server.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: w.resource, PriorState: w.dynamic(w.kind(), prior.value), Config: w.dynamic(w.kind(), config),
		ProposedNewState: w.dynamic(w.kind(), w.propose(prior.value, config)), PriorPrivate: prior.private,
		PriorIdentity: prior.identity,
	})
	w.must(err)
	p := outcome{
		object: object{value: w.value(w.kind(), resp.PlannedState), private: resp.PlannedPrivate, identity: resp.PlannedIdentity},
		diags:  resp.Diagnostics,
	}
	for _, at := range resp.RequiresReplace {
		p.replace = append(p.replace, at.String())
	}
	if !p.diags.failed() {
		w.legal(prior.value, config, p.value)
	}
	return p
}

// propose is what Terraform proposes: what is not configured stays.
func (w *world) propose(prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() {
		return config
	}
	var was, want map[string]tftypes.Value
	_ = config.As(&want)
	if !prior.IsNull() {
		_ = prior.As(&was)
	}
	out := maps.Clone(want)
	for _, a := range w.schemas.ResourceSchemas[w.resource].Block.Attributes {
		if !want[a.Name].IsNull() || !a.Computed {
			continue
		}
		if was == nil {
			out[a.Name] = tftypes.NewValue(a.Type, tftypes.UnknownValue)
		} else {
			out[a.Name] = was[a.Name]
		}
	}
	return tftypes.NewValue(w.kind(), out)
}

// legal holds the plan against Terraform's own rule: what is configured is
// planned as configured or as it was before.
func (w *world) legal(prior, config, plan tftypes.Value) {
	w.t.Helper()
	was, want, is := fields(prior), fields(config), fields(plan)
	if plan.IsNull() {
		return
	}
	for name, v := range want {
		if v != nil && is[name] != v && is[name] != was[name] {
			w.t.Errorf("illegal plan: %s is configured as %v, was %v and is planned as %v", name, v, was[name], is[name])
		}
	}
}

// apply applies a plan.
func (w *world) apply(prior *object, p outcome, config args) (*object, diagnostics) {
	w.t.Helper()
	w.walk()
	defer w.walk()
	before := tftypes.NewValue(w.kind(), nil)
	if prior != nil {
		before = prior.value
	}
	after := tftypes.NewValue(w.kind(), nil)
	if config != nil {
		after = build(w.kind(), config)
	}
	resp, err := w.server.ApplyResourceChange(context.Background(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: w.resource, PriorState: w.dynamic(w.kind(), before), PlannedState: w.dynamic(w.kind(), p.value),
		Config: w.dynamic(w.kind(), after), PlannedPrivate: p.private, PlannedIdentity: p.identity,
	})
	w.must(err)
	o := &object{value: w.value(w.kind(), resp.NewState), private: resp.Private, identity: resp.NewIdentity}
	if diags := diagnostics(resp.Diagnostics); !diags.failed() {
		// Terraform's rule: what was planned as known is what comes of it.
		is := fields(o.value)
		for name, v := range fields(p.value) {
			if v != any(unknown) && is[name] != v {
				w.t.Errorf("inconsistent apply: %s was planned as %v and is %v", name, v, is[name])
			}
		}
	}
	return o, resp.Diagnostics
}

// create plans and applies config from nothing.
func (w *world) create(config args) *object {
	w.t.Helper()
	p := w.plan(nil, config)
	p.diags.none(w.t)
	o, diags := w.apply(nil, p, config)
	diags.none(w.t)
	return o
}

// adopt is create of what is there already, which the plan says.
func (w *world) adopt(config args) *object {
	w.t.Helper()
	p := w.plan(nil, config)
	p.diags.has(w.t, "WARNING: A VM is registered already, and is adopted")
	o, diags := w.apply(nil, p, config)
	diags.none(w.t)
	return o
}
