// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// providerModel is the configuration as written.
type providerModel struct {
	ServiceProvider types.String `tfsdk:"service_provider"`
	Hostname        types.String `tfsdk:"hostname"`
	Port            types.Int64  `tfsdk:"port"`
	Username        types.String `tfsdk:"username"`
	Password        types.String `tfsdk:"password"`
	Insecure        types.Bool   `tfsdk:"insecure"`
	CAFile          types.String `tfsdk:"ca_file"`
	Thumbprint      types.String `tfsdk:"thumbprint"`
	Datacenter      types.String `tfsdk:"datacenter"`
	SessionCache    types.Bool   `tfsdk:"session_cache"`
	RequestTimeout  types.String `tfsdk:"request_timeout"`
	VMRunPath       types.String `tfsdk:"vmrun_path"`
	VMRestURL       types.String `tfsdk:"vmrest_url"`
	VMPassword      types.String `tfsdk:"vm_password"`
	GuestUsername   types.String `tfsdk:"guest_username"`
	GuestPassword   types.String `tfsdk:"guest_password"`
}

// settings is the configuration as it counts: with the environment and the defaults.
type settings struct {
	serviceProvider vix.ServiceProvider
	options         vix.ConnectOptions
	// guest is the login of what works in a guest, where that has none of its own.
	guest providerLogin
}

// environment names the variables of each attribute, the one that counts first.
var environment = map[string][]string{
	"service_provider": {"VIX_SERVICE_PROVIDER"},
	"hostname":         {"VIX_HOSTNAME", "VSPHERE_SERVER"},
	"port":             {"VIX_PORT"},
	"username":         {"VIX_USERNAME", "VSPHERE_USER"},
	"password":         {"VIX_PASSWORD", "VSPHERE_PASSWORD"},
	"insecure":         {"VIX_INSECURE", "VSPHERE_ALLOW_UNVERIFIED_SSL"},
	"ca_file":          {"VIX_CA_FILE"},
	"thumbprint":       {"VIX_THUMBPRINT"},
	"datacenter":       {"VIX_DATACENTER"},
	"session_cache":    {"VIX_SESSION_CACHE"},
	"request_timeout":  {"VIX_REQUEST_TIMEOUT"},
	"vmrun_path":       {"VIX_VMRUN_PATH"},
	"vmrest_url":       {"VIX_VMREST_URL"},
	"vm_password":      {"VIX_VM_PASSWORD"},
	"guest_username":   {"VIX_GUEST_USERNAME"},
	"guest_password":   {"VIX_GUEST_PASSWORD"},
}

// unknown names the attributes without which nothing can be connected to and whose values are not known yet, sorted. The guest's
// login is none of them.
func (m *providerModel) unknown() []string {
	var names []string
	for name, value := range map[string]attr.Value{
		"service_provider": m.ServiceProvider, "hostname": m.Hostname, "port": m.Port, "username": m.Username,
		"password": m.Password, "insecure": m.Insecure, "ca_file": m.CAFile, "thumbprint": m.Thumbprint,
		"datacenter": m.Datacenter, "session_cache": m.SessionCache, "request_timeout": m.RequestTimeout,
		"vmrun_path": m.VMRunPath, "vmrest_url": m.VMRestURL, "vm_password": m.VMPassword,
	} {
		if value.IsUnknown() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// resolve adds the environment and the defaults, and finds what is wrong or missing.
func (m *providerModel) resolve() (settings, diag.Diagnostics) {
	r := &resolver{source: map[string]string{}}
	kind := vix.ServiceProvider(r.text("service_provider", m.ServiceProvider))
	if kind == "" {
		kind = vix.VIServer
	}
	r.vsphere = kind == vix.VIServer
	s := settings{
		serviceProvider: kind,
		options: vix.ConnectOptions{
			Hostname:       r.text("hostname", m.Hostname),
			Port:           r.port("port", m.Port),
			Username:       r.text("username", m.Username),
			Password:       r.text("password", m.Password),
			Insecure:       r.bool("insecure", m.Insecure),
			CA:             r.text("ca_file", m.CAFile),
			Thumbprint:     r.text("thumbprint", m.Thumbprint),
			Datacenter:     r.text("datacenter", m.Datacenter),
			SessionCache:   r.bool("session_cache", m.SessionCache),
			RequestTimeout: r.duration("request_timeout", m.RequestTimeout),
			VMRunPath:      r.text("vmrun_path", m.VMRunPath),
			VMRestURL:      r.text("vmrest_url", m.VMRestURL),
			VMPassword:     r.text("vm_password", m.VMPassword),
		},
		guest: providerLogin{
			username: r.text("guest_username", m.GuestUsername), password: r.text("guest_password", m.GuestPassword),
			unknown: m.GuestUsername.IsUnknown() || m.GuestPassword.IsUnknown(),
		},
	}
	if !slices.Contains(serviceProviders, string(s.serviceProvider)) {
		r.bad("service_provider", fmt.Sprintf("%q is none of %v.", s.serviceProvider, serviceProviders))
	}
	if reason := badThumbprint(s.options.Thumbprint); s.options.Thumbprint != "" && reason != "" {
		r.bad("thumbprint", reason)
	}
	if s.options.Insecure && s.options.Thumbprint != "" {
		addTrustConflict(&r.diags, r.source["insecure"], r.source["thumbprint"])
	}
	if s.serviceProvider == vix.VIServer {
		r.require("hostname", "host to connect to", s.options.Hostname)
		r.require("username", "user to log in as", s.options.Username)
		r.require("password", "password to log in with", s.options.Password)
	}
	return s, r.diags
}

// resolver picks each value from the first place that has it, and remembers
// which that was, to name it in an error.
type resolver struct {
	source map[string]string
	diags  diag.Diagnostics
	// vsphere is set where the variables of vSphere's users count: what logs in to
	// a vCenter is not sent to anything else.
	vsphere bool
}

// vsphereOnly are the arguments that have no effect on a product on a desktop, wherever they are set.
var vsphereOnly = []string{"hostname", "port", "ca_file", "thumbprint", "datacenter", "session_cache"}

// idle reports an argument that has no effect.
func (r *resolver) idle(name string) bool { return !r.vsphere && slices.Contains(vsphereOnly, name) }

// lookup is the value from the environment; empty where nothing sets it, or it has no effect.
func (r *resolver) lookup(name string) string {
	if r.idle(name) {
		return ""
	}
	for _, variable := range environment[name] {
		if !r.vsphere && strings.HasPrefix(variable, "VSPHERE_") {
			continue
		}
		if value := os.Getenv(variable); value != "" {
			r.source[name] = variable
			return value
		}
	}
	return ""
}

func (r *resolver) text(name string, configured types.String) string {
	if value := configured.ValueString(); value != "" && !r.idle(name) {
		r.source[name] = name
		return value
	}
	return r.lookup(name)
}

func (r *resolver) bool(name string, configured types.Bool) bool {
	if !configured.IsNull() {
		r.source[name] = name
		return configured.ValueBool()
	}
	text := r.lookup(name)
	if text == "" {
		return false
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		r.bad(name, fmt.Sprintf("%q is neither true nor false.", text))
	}
	return value
}

func (r *resolver) port(name string, configured types.Int64) int {
	if !configured.IsNull() {
		return int(configured.ValueInt64())
	}
	text := r.lookup(name)
	if text == "" {
		return 0
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 || value > 65535 {
		r.bad(name, fmt.Sprintf("%q is no port: a number from 1 to 65535.", text))
	}
	return value
}

func (r *resolver) duration(name string, configured types.String) time.Duration {
	text := r.text(name, configured)
	if text == "" {
		return vix.DefaultRequestTimeout
	}
	if reason := badDuration(text); reason != "" {
		r.bad(name, reason)
		return 0
	}
	value, _ := time.ParseDuration(text)
	return value
}

// bad reports a value from the environment: those of the configuration have
// been through the validators.
func (r *resolver) bad(name, reason string) {
	addAt(&r.diags, name, "Bad value in the environment variable "+r.source[name], reason)
}

func (r *resolver) require(name, what, value string) {
	if value != "" {
		return
	}
	addAt(&r.diags, name, "No "+what, fmt.Sprintf(
		"Set %s in the provider's configuration, or the environment variable %s or %s.",
		name, environment[name][0], environment[name][1]))
}

// addTrustConflict says that accepting any certificate and one only cannot both be meant.
func addTrustConflict(diags *diag.Diagnostics, insecure, thumbprint string) {
	addAt(diags, "insecure", "insecure and thumbprint contradict each other", fmt.Sprintf(
		"%s accepts any certificate, %s trusts a single one. Remove one of them.", insecure, thumbprint))
}
