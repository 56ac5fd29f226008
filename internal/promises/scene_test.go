// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// The outcomes of an attack.
const (
	kept            = "kept"
	handedOver      = "handed over"
	registeredAgain = "registered again"
	unregistered    = "unregistered, as planned"
	refusedAtPlan   = "refused at plan"
	refusedAtApply  = "refused at apply"
	inconsistent    = "inconsistent final plan"
	said            = "said in the plan"
	notSaid         = "not said in the plan"
)

// attack is a way to make the provider break a promise.
type attack struct {
	cause, name string
	own         bool // not in the issue, but in its spirit
	host        sim.Options
	run         func(s *scene)
	want        []string // the outcomes that are right
}

// delays are what is slow on the host.
var delays = []string{"", "slow unregister", "slow register"}

// walks are the orders that are forced.
var walks = []Options{
	{Parallelism: 1, Order: Order{First: "creates"}},
	{Parallelism: 1, Order: Order{First: "deletes"}},
	{Parallelism: 10, Order: Order{First: "creates"}},
	{Parallelism: 10, Order: Order{First: "deletes"}},
	{Parallelism: 50, Order: Order{Seed: 1}},
}

// scene is one attack in one order.
type scene struct {
	*testing.T
	*World
	ws      *Workspace
	host    sim.Options
	options Options
	delay   string

	about         string // the path that the outcome is about, or DATACENTER:path
	before, after string // inventory and state around the last run
	outcome       string
	findings      []Finding
	plan          *Plan
	result        *Result
}

const (
	web  = "[LocalDS_0] web/web.vmx"
	db   = "[LocalDS_0] db/db.vmx"
	webU = "50201e5a-0000-4000-8000-000000000001"
	dbU  = "50201e5a-0000-4000-8000-000000000002"
)

func newScene(t *testing.T, options sim.Options, walk Options, delay string) *scene {
	options.PlainHTTP = true
	options.Datastores = cmp.Or(options.Datastores, 2)
	options.StandaloneHosts = cmp.Or(options.StandaloneHosts, -1)
	host, err := sim.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(host.Close)
	var datasets [][2]string
	for dc := range max(options.Datacenters, 1) {
		for ds := range options.Datastores {
			datasets = append(datasets, [2]string{fmt.Sprintf("DC%d", dc), fmt.Sprintf("LocalDS_%d", ds)})
		}
	}
	s := &scene{T: t, World: NewWorld(host, datasets...), host: options, options: walk, delay: delay, about: web}
	data := filepath.Join(t.TempDir(), ".terraform")
	s.must(os.Mkdir(data, 0o700))
	s.ws = s.Workspace(data, "default")
	s.vm(web, webU)
	s.vm(db, dbU)
	switch delay {
	case "slow unregister":
		host.Fault(sim.Fault{Method: "UnregisterVM", Times: -1, Delay: 50 * time.Millisecond})
	case "slow register":
		host.OnTask(func(ctx context.Context, method string) {
			if method == "RegisterVM_Task" {
				wait, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
				<-wait.Done()
				cancel()
			}
		})
	}
	return s
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *scene) vm(path, uuid string) {
	s.Helper()
	s.must(s.Host.WriteVM("DC0", path, sim.VMX{InstanceUUID: uuid}))
}

// reg is a registration: its path, then names and values.
func reg(path string, more ...any) Resource {
	r := Resource{Attributes: Attributes{"vmx_path": path}}
	for i := 0; i < len(more); i += 2 {
		r.Attributes[more[i].(string)] = more[i+1]
	}
	return r
}

func (r Resource) with(more ...any) Resource {
	out := reg(r.Attributes["vmx_path"].(string), more...)
	for name, value := range r.Attributes {
		if _, set := out.Attributes[name]; !set {
			out.Attributes[name] = value
		}
	}
	return out
}

func cbd(r Resource) Resource { r.CreateBeforeDestroy = true; return r }

// config is addresses and their resources.
func config(pairs ...any) Config {
	c := Config{Resources: map[string]Resource{}}
	for i := 0; i < len(pairs); i += 2 {
		c.Resources[pairs[i].(string)] = pairs[i+1].(Resource)
	}
	return c
}

// given applies what must go well before the attack.
func (s *scene) given(c Config) {
	s.Helper()
	s.step(s.ws, c, s.options)
	if s.plan.Failed() || s.result.Failed() {
		s.Fatalf("the scene is not set:\n%s", s.said())
	}
}

// attack runs terraform.
func (s *scene) attack(c Config, more ...func(*Options)) {
	s.Helper()
	options := s.options
	for _, f := range more {
		f(&options)
	}
	s.step(s.ws, c, options)
}

func replace(addresses ...string) func(*Options) {
	return func(o *Options) { o.Replace = addresses }
}
func destroy(o *Options)   { o.Destroy = true }
func noRefresh(o *Options) { o.NoRefresh = true }
func kill(moment Moment, path string) func(*Options) {
	return func(o *Options) { o.Kill = &Kill{moment, path} }
}

func (s *scene) step(ws *Workspace, c Config, options Options) {
	was := s.registrationOf(s.about)
	owner := s.ownerOf(ws, was)
	s.before = s.Inventory() + " | " + s.Shown(ws.State)
	var found []Finding
	s.plan, s.result, found = s.Step(ws, c, options)
	s.judged(ws, was, owner, found)
}

// saved applies a plan that was made before.
func (s *scene) saved(plan *Plan) {
	was := s.registrationOf(s.about)
	owner := s.ownerOf(s.ws, was)
	s.before = s.Inventory() + " | " + s.Shown(s.ws.State)
	var found []Finding
	s.plan = plan
	s.result, found = s.ApplySaved(s.ws, plan, s.options)
	s.judged(s.ws, was, owner, found)
}

func (s *scene) judged(ws *Workspace, was, owner string, found []Finding) {
	s.findings = append(s.findings, found...)
	s.after = s.Inventory() + " | " + s.Shown(ws.State)
	is := s.registrationOf(s.about)
	bug := func(d Diagnostic) bool { return d.Error && strings.HasPrefix(d.Summary, "Provider produced") }
	switch {
	case s.plan.Failed():
		s.outcome = refusedAtPlan
	case slices.ContainsFunc(s.result.Diagnostics, bug):
		s.outcome = inconsistent
	case s.result.Failed():
		s.outcome = refusedAtApply
	case was != "" && is == "":
		s.outcome = unregistered
	case was != is:
		s.outcome = registeredAgain
	case owner != "" && owner != s.ownerOf(ws, is) && s.ownerOf(ws, is) != "":
		s.outcome = handedOver
	default:
		s.outcome = kept
	}
}

func (s *scene) registrationOf(path string) string {
	for _, r := range s.Host.Registered() {
		if r.Path == path || r.Datacenter+":"+r.Path == path {
			return r.ManagedObjectID
		}
	}
	return ""
}

func (s *scene) ownerOf(ws *Workspace, id string) string {
	for address, o := range ws.State.Current {
		if id != "" && text(o.Value, "managed_object_id") == id {
			return address
		}
	}
	return ""
}

// expect is what a plan has to say.
func (s *scene) expect(ok bool, what string) {
	if ok {
		s.outcome = cmp.Or(s.outcome, said)
		return
	}
	s.outcome = notSaid + ": " + what
}

// at lets somebody do something right before the host answers the nth request from now on, of one method or of any.
func (s *scene) at(n int, method string, do func()) (reached func() bool) {
	var mu sync.Mutex
	count := 0
	s.Host.OnRequest(func(is string, _ []byte) {
		mu.Lock()
		if method == "" || is == method {
			count++
		}
		now := count == n && (method == "" || is == method)
		mu.Unlock()
		if now {
			do()
		}
	})
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		return count >= n
	}
}

// every makes an attack once for each request of an apply: somebody acts right before the host answers that one. It
// ends with the first that has another outcome than wanted.
func every(want []string, given func(s *scene) *Plan, act, check func(s *scene)) func(s *scene) {
	return func(s *scene) {
		for n, more := 1, true; more; n++ {
			one := newScene(s.T, s.host, s.options, s.delay)
			plan := given(one)
			if plan.Failed() {
				s.plan = plan
				s.Fatalf("the scene is not set:\n%s", s.said())
			}
			one.Host.ResetRequests()
			reached := one.at(n, "", func() { act(one) })
			one.saved(plan)
			one.Host.OnRequest(nil)
			check(one)
			more = reached() && len(one.findings) == 0 && slices.Contains(want, one.outcome)
			s.World, s.ws, s.plan, s.result, s.findings, s.outcome = one.World, one.ws, one.plan, one.result, one.findings, one.outcome
			s.before, s.after = fmt.Sprintf("at request %d: %s", n, one.before), one.after
			one.Host.Close()
		}
	}
}

// said is what the last run said.
func (s *scene) said() string {
	var out []string
	for _, d := range s.plan.Diagnostics {
		out = append(out, d.String())
	}
	if s.result != nil {
		for _, d := range s.result.Diagnostics {
			out = append(out, d.String())
		}
	}
	return strings.Join(out, "\n")
}

func (s *scene) outside(path string) {
	s.Helper()
	s.must(s.Outside(s.Context(), sim.Outsider, "DC0", path))
}

// anew lets somebody else unregister a VM and register it again.
func (s *scene) anew(path string) {
	s.Helper()
	s.must(s.OutsideUnregisters(s.Context(), "DC0", path))
	s.outside(path)
}

// moved lets somebody move a VM to the other datastore; the outcome is about where it is then.
func (s *scene) moved(path string) string {
	s.Helper()
	to, err := s.Host.StorageVMotion(s.Context(), "DC0", path, "LocalDS_1")
	s.must(err)
	s.about = to
	return to
}

// twin writes a VM whose display name is that of another file.
func (s *scene) twin(path, name, uuid string) {
	s.Helper()
	s.must(s.Host.WriteVM("DC0", path, sim.VMX{InstanceUUID: uuid, DisplayName: name}))
}

func (s *scene) turn(path, state string) {
	s.Helper()
	s.must(s.Host.SetPower("DC0", path, state))
}

// verdict is the outcome, or the first promise that is broken.
func (s *scene) verdict(a attack) (string, bool) {
	if len(s.findings) > 0 {
		f := s.findings[0]
		return fmt.Sprintf("%s (%s)", strings.ToUpper(f.Kind), f.Text), false
	}
	return s.outcome, slices.Contains(a.want, s.outcome)
}
