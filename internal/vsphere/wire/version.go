// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A host that is asked for one property which its API version does not have refuses
// the whole request: InvalidProperty. So nobody asks for those; and what the table
// does not know is learnt from the refusal, for as long as the connection lives.

// apiVersion is an API version, as far as it matters. The zero value is one that
// could not be read: such a host is asked for everything.
type apiVersion struct{ major, minor int }

// oldestAPI is the oldest API version that this package can talk to: the ones before
// have neither RetrievePropertiesEx nor WaitForUpdatesEx.
var oldestAPI = apiVersion{4, 1}

// parseAPI reads "8.0.3.0" and "2.5u2".
func parseAPI(text string) apiVersion {
	var v apiVersion
	if n, _ := fmt.Sscanf(text, "%d.%d", &v.major, &v.minor); n != 2 {
		return apiVersion{}
	}
	return v
}

func (v apiVersion) before(other apiVersion) bool {
	return v != apiVersion{} && (v.major < other.major || v.major == other.major && v.minor < other.minor)
}

// dated is a property that not every API version has which can be talked to.
type dated struct {
	since apiVersion
	// instead is what tells the same on an older host; empty if nothing does.
	instead string
}

// datedProperties are the optional properties of VirtualMachine. Whoever reads one
// does without it.
var datedProperties = map[string]dated{
	"guest.toolsVersionStatus2":       {apiVersion{5, 0}, "guest.toolsVersionStatus"},
	"guest.guestOperationsReady":      {apiVersion{5, 0}, ""},
	"guest.guestStateChangeSupported": {apiVersion{6, 0}, ""},
	"runtime.paused":                  {apiVersion{6, 0}, ""},
	"config.keyId":                    {apiVersion{6, 5}, ""},
	"runtime.cryptoState":             {apiVersion{6, 7}, ""},
}

// unknown are the optional properties that the host said it does not have.
type unknown struct {
	mu    sync.Mutex
	paths map[string]bool
}

// lacks reports that the host does not have a property.
func (l *Line) lacks(path string) bool {
	d, optional := datedProperties[path]
	if !optional {
		return false
	}
	l.unknown.mu.Lock()
	defer l.unknown.mu.Unlock()
	return l.unknown.paths[path] || parseAPI(l.Client.ServiceContent.About.ApiVersion).before(d.since)
}

// known leaves out of a request the properties that the host does not have.
func (l *Line) known(specs []types.PropertyFilterSpec) []types.PropertyFilterSpec {
	out := slices.Clone(specs)
	for i := range out {
		out[i].PropSet = slices.Clone(out[i].PropSet)
		for j := range out[i].PropSet {
			set := &out[i].PropSet[j]
			if set.Type == "VirtualMachine" && slices.ContainsFunc(set.PathSet, l.lacks) {
				set.PathSet = l.knownPaths(set.PathSet)
			}
		}
	}
	return out
}

func (l *Line) knownPaths(paths []string) []string {
	var out []string
	for _, path := range paths {
		if l.lacks(path) {
			path = datedProperties[path].instead
		}
		if path != "" && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// AskKnown asks for properties with ask, without those that the host does not have. Where
// it refuses one that is optional, that is remembered, and the rest is asked for again.
func (l *Line) AskKnown(specs []types.PropertyFilterSpec, ask func([]types.PropertyFilterSpec) error) error {
	for {
		asked := l.known(specs)
		err := ask(asked)
		var invalid *types.InvalidProperty
		if _, ok := fault.As(err, &invalid); !ok || !l.learn(invalid.Name, asked) {
			return err
		}
	}
}

// learn remembers that the host does not have a property that it was asked for, and
// reports whether it can do without.
func (l *Line) learn(name string, asked []types.PropertyFilterSpec) bool {
	for _, spec := range asked {
		for _, set := range spec.PropSet {
			for _, path := range set.PathSet {
				if _, optional := datedProperties[path]; !optional || set.Type != "VirtualMachine" ||
					path != name && !strings.HasSuffix(path, "."+name) {
					continue
				}
				l.unknown.mu.Lock()
				if l.unknown.paths == nil {
					l.unknown.paths = map[string]bool{}
				}
				l.unknown.paths[path] = true
				l.unknown.mu.Unlock()
				return true
			}
		}
	}
	return false
}

// supported refuses a host whose API is too old.
func (l *Line) supported(about types.AboutInfo) error {
	if !parseAPI(about.ApiVersion).before(oldestAPI) {
		return nil
	}
	return &vix.Error{
		Op: "connect to", Object: l.Endpoint.Host, Code: vix.CodeNotSupported, Field: vix.FieldHostname,
		Reason: fmt.Sprintf("The host is %s with the API version %s, and what this provider asks for came with %d.%d: "+
			"vCenter, ESX and ESXi 4.1 are the oldest that it can talk to. Nobody was logged in.",
			about.FullName, about.ApiVersion, oldestAPI.major, oldestAPI.minor),
		Remedy: "Connect to a vCenter or ESXi of 4.1 or later.",
	}
}
