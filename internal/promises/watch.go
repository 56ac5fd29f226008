// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// World is a host with those who work on it, and what is known of who did what.
type World struct {
	Host *sim.Host
	// made says which workspace registered a VM, by managed object id. Whatever is not in it is somebody else's.
	made map[string]*Workspace
	// others are the VMs that somebody else has registered and not unregistered himself, whenever that was.
	others   map[string]sim.Registered
	turnedOn map[string]bool            // by somebody else
	takenOut map[string]bool            // by somebody else, who may do so
	atPlan   map[*Plan][]sim.Registered // what there was when a plan was made that is applied later
	labels   map[string]string          // of managed object ids
	counts   map[string]int
	claimed  map[string]bool
	explicit map[*Workspace]map[string]bool
	files    map[string]string
	datasets [][2]string // datacenters and their datastores
	dirs     map[[2]string]string
}

// Finding is a promise that is broken.
type Finding struct{ Kind, Text string }

// The kinds of findings.
const (
	Lost        = "lost"
	NotOurs     = "not ours"
	FileChanged = "file changed"
	Twice       = "one VM at two addresses"
)

const running = "poweredOn"

// NewWorld watches a host.
func NewWorld(host *sim.Host, datasets ...[2]string) *World {
	return &World{
		Host: host, made: map[string]*Workspace{}, others: map[string]sim.Registered{}, turnedOn: map[string]bool{},
		takenOut: map[string]bool{},
		atPlan:   map[*Plan][]sim.Registered{}, labels: map[string]string{}, counts: map[string]int{},
		claimed: map[string]bool{}, explicit: map[*Workspace]map[string]bool{}, datasets: datasets, dirs: map[[2]string]string{},
	}
}

// Workspace is a new workspace of a data folder, for the host's first user.
func (w *World) Workspace(data, name string) *Workspace {
	return &Workspace{
		Host: w.Host, User: w.Host.Username(), Password: w.Host.Password(), Data: data, Name: name, State: NewState(),
	}
}

// file says which file a path is, whatever the datacenter and the name of the datastore; empty if it is none.
func (w *World) file(datacenter, at string) string {
	p, err := vix.ParsePath(at)
	if err != nil {
		return ""
	}
	key := [2]string{datacenter, p.Datastore}
	dir, ok := w.dirs[key]
	if !ok {
		if dir, err = w.Host.DatastoreDir(datacenter, p.Datastore); err != nil {
			return ""
		}
		w.dirs[key] = dir
	}
	return path.Join(dir, p.File)
}

// Forget drops what is remembered of datastores, which somebody may have renamed or mounted.
func (w *World) Forget() { clear(w.dirs) }

// files that a resource may mean.
func (w *World) filesOf(datacenter, at string) []string {
	var out []string
	for _, d := range w.datasets {
		if datacenter == "" || vix.SamePlace("/"+strings.TrimPrefix(d[0], "/"), datacenter) {
			if f := w.file(d[0], at); f != "" {
				out = append(out, f)
			}
		}
	}
	return out
}

// label names a registration: web#2 is the second one of web.
func (w *World) label(r sim.Registered) string {
	if l, ok := w.labels[r.ManagedObjectID]; ok {
		return l
	}
	stem := strings.TrimSuffix(path.Base(r.Path), path.Ext(r.Path))
	w.counts[stem]++
	l := fmt.Sprintf("%s#%d", stem, w.counts[stem])
	w.labels[r.ManagedObjectID] = l
	return l
}

// Inventory is what the host has, for people.
func (w *World) Inventory() string {
	var out []string
	for _, r := range w.Host.Registered() {
		l := w.label(r)
		if r.PowerState == running {
			l += " (on)"
		}
		out = append(out, l)
	}
	return listed(out)
}

// Shown is a state, for people.
func (w *World) Shown(s *State) string {
	var out []string
	one := func(address string, o *Object, more string) {
		l, ok := w.labels[text(o.Value, "managed_object_id")]
		if !ok {
			l = "?"
		}
		if unregisters(o) {
			l += "/unregister"
		} else {
			l += "/keep"
		}
		if o.Tainted {
			more += ", tainted"
		}
		out = append(out, address+"="+l+more)
	}
	for _, address := range slices.Sorted(maps.Keys(s.Current)) {
		one(address, s.Current[address], "")
	}
	for _, address := range slices.Sorted(maps.Keys(s.Deposed)) {
		for _, o := range s.Deposed[address] {
			one(address, o, ", deposed")
		}
	}
	return listed(out)
}

func listed(items []string) string {
	if len(items) == 0 {
		return "nothing"
	}
	return strings.Join(items, " ")
}

// unregisters reports that a destroy of an object takes its VM out of the inventory.
func unregisters(o *Object) bool {
	switch text(o.Value, "on_destroy") {
	case "unregister":
		return true
	case "keep":
		return false
	}
	return !truth(o.Value, "adopted")
}

// Step runs terraform once and holds what it did against the promises.
func (w *World) Step(ws *Workspace, config Config, options Options) (*Plan, *Result, []Finding) {
	before := w.Host.Registered()
	prior := ws.State.clone()
	w.explicitOf(ws, config)
	w.files = w.hashes()
	plan, result := ws.Run(config, options)
	if result != nil && result.Killed {
		w.settle(len(before), options.Kill)
	}
	found := w.judge(ws, before, prior, plan, result)
	w.applied(ws, config, result)
	return plan, result, found
}

// PlanLater makes a plan that ApplySaved applies.
func (w *World) PlanLater(ws *Workspace, config Config, options Options) *Plan {
	w.explicitOf(ws, config)
	plan := ws.Plan(config, options)
	w.atPlan[plan] = w.Host.Registered()
	return plan
}

// ApplySaved is Step for a plan that was made before.
func (w *World) ApplySaved(ws *Workspace, plan *Plan, options Options) (*Result, []Finding) {
	before := w.Host.Registered()
	prior := ws.State.clone()
	w.files = w.hashes()
	result := ws.Apply(plan, options)
	found := w.judge(ws, before, prior, plan, result)
	w.applied(ws, plan.Config, result)
	return result, found
}

// settle waits until what a killed process has asked for is done: the registration that killed it, at least.
func (w *World) settle(before int, kill *Kill) {
	patience := 400
	for same, n := 0, -1; same < 5 && patience > 0; patience-- {
		now := len(w.Host.Registered())
		if now == n && (kill.Moment != AfterRegister || now > before) {
			same++
		} else {
			same, n = 0, now
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		<-ctx.Done()
		cancel()
	}
}

func (w *World) hashes() map[string]string {
	out := map[string]string{}
	for _, d := range w.datasets {
		files, err := w.Host.Files(d[0], d[1])
		if err != nil {
			continue // it has another name by now
		}
		for name, sum := range files {
			out[d[0]+":"+name] = sum
		}
	}
	return out
}

func (w *World) judge(ws *Workspace, before []sim.Registered, prior *State, plan *Plan, result *Result) []Finding {
	var found []Finding
	after := map[string]sim.Registered{}
	there := map[string]bool{} // files that are registered
	had := map[string]bool{}
	for _, r := range before {
		had[r.ManagedObjectID] = true
	}
	for _, r := range w.Host.Registered() {
		after[r.ManagedObjectID] = r
		there[w.file(r.Datacenter, r.Path)] = true
		if !had[r.ManagedObjectID] && w.made[r.ManagedObjectID] == nil {
			w.made[r.ManagedObjectID] = ws
		}
		w.label(r)
	}
	renamed := map[string]bool{}
	for _, r := range before {
		is, ok := after[r.ManagedObjectID]
		switch {
		case w.takenOut[r.ManagedObjectID]:
		case !ok:
			found = append(found, w.gone(r, plan, result, there)...)
		case is.Name != r.Name || is.Folder != r.Folder || is.PowerState != r.PowerState:
			renamed[strings.TrimPrefix(r.Datacenter, "/")+":"+r.Path] = true
			found = append(found, w.changed(r, is, owns(prior, r.ManagedObjectID) || owns(ws.State, r.ManagedObjectID))...)
		}
	}
	found = append(found, w.unplugged(before, after, plan)...)
	found = append(found, w.taken(ws, after, plan)...)
	found = append(found, w.claims(ws, after)...)
	if result != nil && !result.Failed() {
		found = append(found, twice(ws.State)...)
	}
	now, deleted := w.hashes(), w.deleted(ws, before, after, plan)
	for name, sum := range w.files {
		goes := func(folder string) bool { return strings.HasPrefix(name, folder) }
		if now[name] != sum && !renamed[name] && !slices.ContainsFunc(deleted, goes) {
			found = append(found, Finding{FileChanged, name})
		}
	}
	return found
}

// deleted are the folders of the clones that a workspace has made, and that the plan, naming them, deletes with their files.
func (w *World) deleted(ws *Workspace, before []sim.Registered, after map[string]sim.Registered, plan *Plan) []string {
	var folders []string
	for _, r := range before {
		_, stays := after[r.ManagedObjectID]
		said := slices.ContainsFunc(plan.Diagnostics, func(d Diagnostic) bool {
			return d.Summary == "The files of a clone will be deleted" && strings.Contains(d.Detail, r.Path) &&
				strings.Contains(d.Detail, "("+r.ManagedObjectID+")")
		})
		if !stays && said && w.made[r.ManagedObjectID] == ws {
			folders = append(folders, strings.TrimPrefix(r.Datacenter, "/")+":"+path.Dir(r.Path)+"/")
		}
	}
	return folders
}

// changed judges a VM that has another name, place or power state. Nobody but others turns one on.
func (w *World) changed(r, is sim.Registered, owned bool) []Finding {
	var found []Finding
	off := r.PowerState == running && is.PowerState != running
	if !owned && (off || is.Name != r.Name || is.Folder != r.Folder) {
		found = append(found, Finding{NotOurs, fmt.Sprintf("%s was changed: %+v is now %+v", w.label(r), r, is)})
	}
	if off {
		found = append(found, Finding{Lost, fmt.Sprintf("%s was powered off and stays registered", w.label(r))})
	}
	return found
}

func owns(s *State, id string) bool {
	for _, o := range s.Current {
		if text(o.Value, "managed_object_id") == id {
			return true
		}
	}
	for _, objects := range s.Deposed {
		for _, o := range objects {
			if text(o.Value, "managed_object_id") == id {
				return true
			}
		}
	}
	return false
}

// gone judges a VM that left the inventory.
func (w *World) gone(r sim.Registered, plan *Plan, result *Result, there map[string]bool) []Finding {
	var by *Change
	for _, c := range plan.Changes {
		if c.Before != nil && c.Action.takesOut() && w.is(c.Before, r) && unregisters(c.Before) {
			by = c
		}
	}
	l := w.label(r)
	if by == nil {
		return []Finding{{NotOurs, l + " was unregistered, and no address of the plan that owns it was to unregister it"}}
	}
	file := w.file(r.Datacenter, r.Path)
	if there[file] || result == nil || result.Killed {
		return nil
	}
	if by.Action.replaces() && text(by.Before.Value, "vmx_path") == text(by.After, "vmx_path") {
		return []Finding{{Lost, fmt.Sprintf("%s was to be replaced at %s and is registered no more", l, by.Address)}}
	}
	if plan.options.Destroy {
		return nil
	}
	for address, resource := range plan.Config.Resources {
		at, _ := resource.Attributes["vmx_path"].(string)
		dc, _ := resource.Attributes["datacenter"].(string)
		// Or by the path that it had when its address named it, and has moved away from since.
		if slices.Contains(w.filesOf(dc, at), file) || at == text(by.Before.Value, "vmx_path") && dc == "" {
			return []Finding{{Lost, fmt.Sprintf("%s was unregistered by %s; %s wants it, and it is registered no more",
				l, by.Address, address)}}
		}
	}
	return nil
}

// twice finds addresses of a state that have the same VM. Two providers cannot see that of each other, as two workspaces
// cannot: there it counts only if both would unregister it.
func twice(s *State) []Finding {
	var found []Finding
	addresses := slices.Sorted(maps.Keys(s.Current))
	for i, one := range addresses {
		for _, two := range addresses[i+1:] {
			a, b := s.Current[one], s.Current[two]
			id := text(a.Value, "managed_object_id")
			if id == text(b.Value, "managed_object_id") && (a.Alias == b.Alias || unregisters(a) && unregisters(b)) {
				found = append(found, Finding{Twice, fmt.Sprintf("%s and %s have the VM %s", one, two, id)})
			}
		}
	}
	return found
}

// is reports that an object is a VM: its managed object id or, after an unregistration and a registration outside, its
// file is.
func (w *World) is(o *Object, r sim.Registered) bool {
	return text(o.Value, "managed_object_id") == r.ManagedObjectID ||
		w.file(r.Datacenter, text(o.Value, "registered_path")) == w.file(r.Datacenter, r.Path)
}
