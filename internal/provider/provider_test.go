// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestProviderConfiguration(t *testing.T) {
	full := args{"hostname": "vc", "username": "user", "password": "pass"}
	with := func(more args) args {
		all := args{}
		for _, a := range []args{full, more} {
			maps.Copy(all, a)
		}
		return all
	}
	sha1 := strings.Repeat("ab", 20)
	for name, test := range map[string]struct {
		config args
		env    map[string]string
		want   string
	}{
		"no hostname": {
			config: args{"username": "u", "password": "p"},
			want: "ERROR at AttributeName(\"hostname\"): No host to connect to\n" +
				"Set hostname in the provider's configuration, or the environment variable VIX_HOSTNAME or VSPHERE_SERVER.\n\nVIX_E_INVALID_ARG (3)",
		},
		"no username": {
			config: args{"hostname": "h", "password": "p"},
			want: "ERROR at AttributeName(\"username\"): No user to log in as\n" +
				"Set username in the provider's configuration, or the environment variable VIX_USERNAME or VSPHERE_USER.\n\nVIX_E_INVALID_ARG (3)",
		},
		"no password": {
			config: args{"hostname": "h", "username": "u"},
			want: "ERROR: No password to log in with\n" +
				"Set password in the provider's configuration, or the environment variable VIX_PASSWORD or VSPHERE_PASSWORD.\n\nVIX_E_INVALID_ARG (3)",
		},
		"port": {
			config: with(args{"port": 65536}),
			want: "ERROR at AttributeName(\"port\"): Invalid Attribute Value\n" +
				"Attribute port value must be between 1 and 65535, got: 65536",
		},
		"port in the environment": {
			config: full, env: map[string]string{"VIX_PORT": "https"},
			want: "ERROR at AttributeName(\"port\"): Bad value in the environment variable VIX_PORT\n" +
				"\"https\" is no port: a number from 1 to 65535.\n\nVIX_E_INVALID_ARG (3)",
		},
		"insecure in the environment": {
			config: full, env: map[string]string{"VSPHERE_ALLOW_UNVERIFIED_SSL": "maybe"},
			want: "ERROR at AttributeName(\"insecure\"): Bad value in the environment variable VSPHERE_ALLOW_UNVERIFIED_SSL\n" +
				"\"maybe\" is neither true nor false.\n\nVIX_E_INVALID_ARG (3)",
		},
		"timeout in the environment": {
			config: full, env: map[string]string{"VIX_REQUEST_TIMEOUT": "0s"},
			want: "ERROR at AttributeName(\"request_timeout\"): Bad value in the environment variable VIX_REQUEST_TIMEOUT\n" +
				"\"0s\" is not above zero.\n\nVIX_E_INVALID_ARG (3)",
		},
		"service provider in the environment": {
			config: full, env: map[string]string{"VIX_SERVICE_PROVIDER": "esx"},
			want: "ERROR at AttributeName(\"service_provider\"): Bad value in the environment variable VIX_SERVICE_PROVIDER\n" +
				"\"esx\" is none of [vi_server workstation player fusion].\n\nVIX_E_INVALID_ARG (3)",
		},
		"thumbprint in the environment": {
			config: full, env: map[string]string{"VIX_THUMBPRINT": "ab:cd"},
			want: "ERROR at AttributeName(\"thumbprint\"): Bad value in the environment variable VIX_THUMBPRINT\n" +
				"\"ab:cd\" has 2 bytes; a SHA-256 thumbprint has 32, a SHA-1 thumbprint 20.\n\nVIX_E_INVALID_ARG (3)",
		},
		"thumbprint": {
			config: with(args{"thumbprint": "SHA1"}),
			want: "ERROR at AttributeName(\"thumbprint\"): Not a certificate thumbprint\n" +
				"\"SHA1\" is not hexadecimal. A thumbprint looks like AB:CD:…, with 32 pairs (SHA-256) or 20 pairs (SHA-1).\n\nVIX_E_INVALID_ARG (3)",
		},
		"timeout": {
			config: with(args{"request_timeout": "60"}),
			want: "ERROR at AttributeName(\"request_timeout\"): Not a duration\n" +
				"\"60\" is no duration; write a number with a unit, such as 30s, 2m or 1h30m.\n\nVIX_E_INVALID_ARG (3)",
		},
		"service provider": {
			config: with(args{"service_provider": "esx"}),
			want: "ERROR at AttributeName(\"service_provider\"): Invalid Attribute Value Match\n" +
				"Attribute service_provider value must be one of: [\"vi_server\" \"workstation\" \"player\" \"fusion\"], got: \"esx\"",
		},
		"service provider of another build": {
			config: args{"service_provider": "fusion"},
			want: "ERROR at AttributeName(\"service_provider\"): This build has no service provider \"fusion\"\n" +
				"It has: vi_server.\n\nVIX_E_WRAPPER_SERVICEPROVIDER_NOT_FOUND (22003)",
		},
		"insecure and thumbprint": {
			config: with(args{"insecure": true, "thumbprint": sha1}),
			want: "ERROR at AttributeName(\"insecure\"): insecure and thumbprint contradict each other\n" +
				"insecure accepts any certificate, thumbprint trusts a single one. Remove one of them.\n\nVIX_E_INVALID_ARG (3)",
		},
		"insecure in the environment and thumbprint": {
			config: with(args{"thumbprint": sha1}), env: map[string]string{"VIX_INSECURE": "true"},
			want: "ERROR at AttributeName(\"insecure\"): insecure and thumbprint contradict each other\n" +
				"VIX_INSECURE accepts any certificate, thumbprint trusts a single one. Remove one of them.\n\nVIX_E_INVALID_ARG (3)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newBareWorld(t)
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			w.configure(test.config).only(t, test.want)
			calls(t, w.host)
		})
	}
}

func TestProviderPrecedence(t *testing.T) {
	w := newBareWorld(t)
	for k, v := range map[string]string{
		"VSPHERE_SERVER": "vsphere-host", "VSPHERE_USER": "vsphere-user", "VSPHERE_PASSWORD": "vsphere-password",
		"VSPHERE_ALLOW_UNVERIFIED_SSL": "true",
		"VIX_USERNAME":                 "vix-user", "VIX_PASSWORD": "vix-password", "VIX_INSECURE": "false",
		"VIX_PORT": "8443", "VIX_CA_FILE": "ca.pem", "VIX_DATACENTER": "DC1", "VIX_SESSION_CACHE": "1",
		"VIX_REQUEST_TIMEOUT": "5s", "VIX_VMRUN_PATH": "/vmrun", "VIX_VMREST_URL": "http://rest", "VIX_VM_PASSWORD": "vm-secret",
		"VIX_THUMBPRINT": strings.Repeat("AB:", 31) + "AB",
	} {
		t.Setenv(k, v)
	}
	w.configure(args{"password": "configured", "port": 443, "hostname": ""}).none(t)
	want := vix.ConnectOptions{
		Hostname: "vsphere-host", Port: 443, Username: "vix-user", Password: "configured", CA: "ca.pem",
		Thumbprint: strings.Repeat("AB:", 31) + "AB", Datacenter: "DC1", SessionCache: true, RequestTimeout: 5 * time.Second,
		VMRunPath: "/vmrun", VMRestURL: "http://rest", VMPassword: "vm-secret",
		UserAgent: "terraform-provider-vix/test Terraform/1.99.0",
	}
	w.host.options.Log = nil
	if w.host.options != want {
		t.Errorf("got  %+v\nwant %+v", w.host.options, want)
	}
	w = newBareWorld(t)
	w.configure(args{"hostname": "h", "username": "u", "password": "p", "insecure": true}).none(t)
	if o := w.host.options; o.RequestTimeout != vix.DefaultRequestTimeout || !o.Insecure || o.SessionCache || o.Port != 0 {
		t.Errorf("defaults: %+v", o)
	}
}

func TestProviderLoginFails(t *testing.T) {
	w := newBareWorld(t)
	w.host.fail["Connect"] = &vix.Error{
		Op: "connect to", Object: "vc", Code: vix.CodeHostUserPermissions, Field: vix.FieldPassword, Reason: "The login was refused.",
	}
	w.configure(args{"hostname": "vc", "username": "u", "password": "p"}).only(t,
		"ERROR: Cannot connect to vc\nThe login was refused.\n\nVIX_E_HOST_USER_PERMISSIONS (3014)")
	calls(t, w.host, "Connect")
	if err := w.provider.Close(context.Background()); err != nil || w.host.closed != 0 {
		t.Errorf("closed %d hosts, %v", w.host.closed, err)
	}
}

// Terraform prints the line that a diagnostic points at: none points at a secret.
func TestNoDiagnosticPointsAtASecret(t *testing.T) {
	w := newBareWorld(t)
	secrets := 0
	for _, a := range w.schemas.Provider.Block.Attributes {
		var diags diag.Diagnostics
		addError(&diags, providerSchema(), &vix.Error{Op: "log in", Code: vix.CodeFail, Field: vix.Field(a.Name)})
		addAt(&diags, a.Name, "Bad value", "It is bad.")
		for _, d := range diags {
			if _, points := d.(diag.DiagnosticWithPath); points == a.Sensitive {
				t.Errorf("%s (sensitive %v): an error points at it: %v", a.Name, a.Sensitive, points)
			}
		}
		if a.Sensitive {
			secrets++
		}
	}
	if secrets < 2 {
		t.Errorf("%d secrets", secrets)
	}
}

// What logs in to a vCenter is not sent to anything else.
func TestVSphereVariablesAreForVSphere(t *testing.T) {
	for _, names := range environment {
		for _, name := range names {
			t.Setenv(name, "")
		}
	}
	for name, value := range map[string]string{
		"VSPHERE_SERVER": "vc", "VSPHERE_USER": "u", "VSPHERE_PASSWORD": "p", "VSPHERE_ALLOW_UNVERIFIED_SSL": "true",
	} {
		t.Setenv(name, value)
	}
	for _, kind := range serviceProviders {
		config := providerModel{ServiceProvider: types.StringValue(kind)}
		s, diags := config.resolve()
		o := s.options
		taken := o.Hostname != "" || o.Username != "" || o.Password != "" || o.Insecure
		if want := kind == string(vix.VIServer); taken != want || diags.HasError() {
			t.Errorf("%s: taken is %v, %v", kind, taken, diags)
		}
	}
}

func TestProviderClose(t *testing.T) {
	w := newBareWorld(t)
	config := args{"hostname": "vc", "username": "u", "password": "p"}
	w.configure(config).none(t)
	w.configure(config).none(t)
	refused := errors.New("refused")
	w.host.fail["Disconnect"] = refused
	if err := w.provider.Close(context.Background()); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if w.host.closed != 2 {
		t.Errorf("%d logouts for two logins", w.host.closed)
	}
	if err := w.provider.Close(context.Background()); err != nil || w.host.closed != 2 {
		t.Errorf("closed again: %d, %v", w.host.closed, err)
	}
}

func TestProviderUnknownConfiguration(t *testing.T) {
	for _, name := range []string{"hostname", "password", "datacenter", "vm_password"} {
		t.Run(name, func(t *testing.T) {
			w := newBareWorld(t)
			config := args{"hostname": "vc", "username": "user", "password": "pass"}
			config[name] = unknown
			w.configure(config).none(t)
			calls(t, w.host)
			p := w.plan(nil, args{"vmx_path": webPath})
			p.diags.none(t)
			if got := fields(p.value)["registered_path"]; got != any(unknown) {
				t.Errorf("registered_path is planned as %v", got)
			}
			_, diags := w.data("vix_vm", args{"vmx_path": webPath})
			diags.only(t, "ERROR: Cannot open "+webPath+" before the provider is connected\n"+
				"The provider is not connected: its configuration is not known yet ("+name+").\n\n"+
				"Apply what the provider's configuration depends on first, for example with terraform apply -target. A data "+
				"source that has depends_on for it is read at apply.\n\nVIX_E_HOST_NOT_CONNECTED (26)")
			_, diags = w.data("vix_host", args{})
			diags.has(t, "Cannot read the host before the provider is connected")
			_, diags = w.importing("DC0:"+webPath, nil)
			diags.has(t, "Cannot import before the provider is connected")
			_, diags = w.apply(nil, p, args{"vmx_path": webPath})
			diags.has(t, "Cannot register "+webPath+" before the provider is connected")
			calls(t, w.host)
		})
	}
}

func TestProviderDefersWhereTerraformCan(t *testing.T) {
	w := newBareWorld(t)
	diags, resp := w.configureAs(args{"hostname": unknown, "username": "u", "password": "p"}, true)
	diags.none(t)
	if resp == nil {
		t.Fatal("no response")
	}
	_, diags = w.data("vix_vm", args{"vmx_path": webPath})
	diags.none(t)
	calls(t, w.host)
}

// Every attribute says what it means: the documentation is made from it.
func TestDescriptions(t *testing.T) {
	w := newBareWorld(t)
	blocks := map[string][]string{}
	count := 0
	for name, s := range w.schemas.ResourceSchemas {
		for _, a := range s.Block.Attributes {
			count++
			if len(a.Description) < 15 {
				blocks[name] = append(blocks[name], a.Name)
			}
		}
	}
	for name, s := range w.schemas.DataSourceSchemas {
		for _, a := range s.Block.Attributes {
			count++
			if len(a.Description) < 15 {
				blocks[name] = append(blocks[name], a.Name)
			}
		}
	}
	for _, a := range w.schemas.Provider.Block.Attributes {
		count++
		variable := "VIX_" + strings.ToUpper(a.Name)
		if !strings.Contains(a.Description, variable) || !strings.Contains(a.Description, "Default") &&
			!strings.Contains(a.Description, "Required") {
			blocks["provider"] = append(blocks["provider"], a.Name)
		}
		if secret := strings.Contains(a.Name, "password"); secret != a.Sensitive {
			t.Errorf("%s: sensitive is %v", a.Name, a.Sensitive)
		}
		if !slices.Contains(environment[a.Name], variable) {
			t.Errorf("%s does not come from %s", a.Name, variable)
		}
	}
	if len(blocks) > 0 || count < 50 {
		t.Errorf("%d attributes, without a description: %v", count, blocks)
	}
}
