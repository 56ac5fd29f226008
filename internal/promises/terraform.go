// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// What Terraform itself calls a bug of the provider.
const (
	invalidPlan       = "Provider produced invalid plan"
	inconsistentPlan  = "Provider produced inconsistent final plan"
	inconsistentApply = "Provider produced inconsistent result after apply"
)

// Workspace is one state: a working folder and a workspace of it.
type Workspace struct {
	Host           *sim.Host
	User, Password string
	// Data is TF_DATA_DIR, Name is TF_WORKSPACE.
	Data, Name string
	// Provider are further attributes of the provider block.
	Provider Attributes
	State    *State
}

// State is what Terraform remembers.
type State struct {
	Current map[string]*Object
	Deposed map[string][]*Object
}

// NewState is a state in which nothing is.
func NewState() *State { return &State{Current: map[string]*Object{}, Deposed: map[string][]*Object{}} }

func (s *State) clone() *State {
	out := &State{Current: maps.Clone(s.Current), Deposed: map[string][]*Object{}}
	for address, objects := range s.Deposed {
		out.Deposed[address] = slices.Clone(objects)
	}
	return out
}

// Object is a resource instance object.
type Object struct {
	Value         tftypes.Value
	JSON          []byte // as the state file has it
	SchemaVersion int64
	Private       []byte
	Identity      *tfprotov6.ResourceIdentityData
	Tainted       bool
	Alias         string // the configuration of the provider that it is of
}

// Config is a root module.
type Config struct {
	Resources map[string]Resource
	// Moved and Removed are the blocks of that name; removed without destroying.
	Moved   map[string]string // from, to
	Removed []string
	Imports map[string]string // address, id
}

// Resource is one instance of vix_registration, or of vix_clone: see typeOf.
type Resource struct {
	Attributes
	CreateBeforeDestroy bool
	Alias               string // of the configuration of the provider; empty for the one without
}

// Action is what a plan says of an object.
type Action string

// The actions.
const (
	NoOp             Action = "no-op"
	Create           Action = "create"
	Update           Action = "update"
	Delete           Action = "delete"
	DeleteThenCreate Action = "replace"
	CreateThenDelete Action = "create, then delete"
	Forget           Action = "forget"
)

func (a Action) replaces() bool { return a == DeleteThenCreate || a == CreateThenDelete }

// takesOut reports that the object that was there goes.
func (a Action) takesOut() bool { return a.replaces() || a == Delete }

// Change is one planned change.
type Change struct {
	Address       string
	Action        Action
	Deposed       *Object // the object that it is of, if that is a deposed one
	Before        *Object
	After         tftypes.Value
	Private       []byte
	AfterIdentity *tfprotov6.ResourceIdentityData
}

// Plan is what a plan says.
type Plan struct {
	Config      Config
	Prior       *State // moved, imported, refreshed
	Changes     []*Change
	Diagnostics []Diagnostic
	options     Options
}

// Failed reports that there is nothing to apply.
func (p *Plan) Failed() bool { return failed(p.Diagnostics) }

// Change is what the plan says of an address; nil if nothing.
func (p *Plan) Change(address string) *Change {
	for _, c := range p.Changes {
		if c.Address == address && c.Deposed == nil {
			return c
		}
	}
	return nil
}

// Options are how a command is run.
type Options struct {
	Replace     []string
	NoRefresh   bool
	Destroy     bool
	Parallelism int // default 10
	Order       Order
	Kill        *Kill
	// Stop interrupts the apply once when it is called; the function may be kept.
	Stop func(stop func())
}

// Moment is when a process is killed.
type Moment string

// The moments.
const (
	BeforeRegister Moment = "before RegisterVM or CloneVM is sent"
	AfterRegister  Moment = "after RegisterVM or CloneVM, before its answer"
	AfterCreate    Moment = "during after_create"
	BeforeDelete   Moment = "before the delete begins"
)

// Kill kills Terraform and its provider while they register a path, or make a clone with a name, or delete an address with this vmx_path.
type Kill struct {
	Moment Moment
	Path   string
}

// Result is what came of an apply.
type Result struct {
	Diagnostics []Diagnostic
	Killed      bool
	// Created are the addresses whose create came through.
	Created []string
}

// Failed reports that something failed.
func (r *Result) Failed() bool { return failed(r.Diagnostics) || r.Killed }

// Diagnostic is one of the provider's, or of Terraform's.
type Diagnostic struct {
	Error                    bool
	Address, Summary, Detail string
}

func (d Diagnostic) String() string {
	kind := "warning"
	if d.Error {
		kind = "error"
	}
	return fmt.Sprintf("%s: %s: %s\n    %s", kind, d.Address, d.Summary, strings.ReplaceAll(d.Detail, "\n", "\n    "))
}

func failed(diags []Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d Diagnostic) bool { return d.Error })
}

func diagnosticsOf(address string, diags []*tfprotov6.Diagnostic) []Diagnostic {
	var out []Diagnostic
	for _, d := range diags {
		out = append(out, Diagnostic{d.Severity == tfprotov6.DiagnosticSeverityError, address, d.Summary, d.Detail})
	}
	return out
}

func failure(address string, err error) []Diagnostic {
	return []Diagnostic{{Error: true, Address: address, Summary: "The provider's process failed", Detail: err.Error()}}
}

// Run plans and applies.
func (w *Workspace) Run(config Config, options Options) (*Plan, *Result) {
	plan := w.Plan(config, options)
	if plan.Failed() {
		return plan, nil
	}
	return plan, w.Apply(plan, options)
}

// StateRm forgets an address, as terraform state rm does.
func (w *Workspace) StateRm(address string) {
	delete(w.State.Current, address)
	delete(w.State.Deposed, address)
}

// Taint taints an address, as terraform taint does.
func (w *Workspace) Taint(address string) {
	if o := w.State.Current[address]; o != nil {
		tainted := *o
		tainted.Tainted = true
		w.State.Current[address] = &tainted
	}
}

// Untaint takes that back, as terraform untaint does.
func (w *Workspace) Untaint(address string) {
	if o := w.State.Current[address]; o != nil {
		untainted := *o
		untainted.Tainted = false
		w.State.Current[address] = &untainted
	}
}
