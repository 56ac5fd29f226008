// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// serviceProviders are the values of service_provider, whether this build has
// them or not: a configuration is valid or not whatever the build.
var serviceProviders = []string{
	string(vix.VIServer), string(vix.Workstation), string(vix.Player), string(vix.Fusion),
}

// providerSchema describes the configuration of provider "vix".
func providerSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Opens and registers VMware virtual machines that exist already, by the path of their " +
			"`.vmx` file: the model of VMware's VIX API. One login a run, logged out at its end.\n\n" +
			"Every attribute can come from the environment; the configuration wins over `VIX_…`, and that over " +
			"the `VSPHERE_…` variables. An empty text counts as not set. While a value is not known yet, because another " +
			"resource makes the host, the provider does not connect: a registration is planned without checks, and a data source " +
			"is an error unless it has `depends_on` for that resource, which puts its reading off to the apply.",
		Attributes: map[string]schema.Attribute{
			"service_provider": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Kind of host: `vi_server` (vCenter or ESXi), or the product on this machine: `workstation`, " +
					"`player` or " +
					"`fusion`. On a product, `hostname`, `port`, `ca_file`, `thumbprint`, `datacenter` and `session_cache` have no " +
					"effect. " +
					"Default `vi_server`. Environment: `VIX_SERVICE_PROVIDER`.",
				Validators: []validator.String{stringvalidator.OneOf(serviceProviders...)},
			},
			"hostname": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "vCenter or ESXi host: a name or address, `host:port`, or a URL. `https` and `/sdk` are " +
					"implied; `http://` needs `insecure = true`, because it sends the password in clear. " +
					"Required for `vi_server`. Environment: `VIX_HOSTNAME`, `VSPHERE_SERVER` (as all of `VSPHERE_…` for `vi_server` only).",
			},
			"port": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "TCP port, 1 to 65535. Replaces a port in `hostname`. Default 443. " +
					"Environment: `VIX_PORT`.",
				Validators: []validator.Int64{int64validator.Between(1, 65535)},
			},
			"username": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "User to log in as. Required for `vi_server`; on `workstation` and `fusion` it is the user of " +
					"`vmrest`, and " +
					"goes to `vmrest_url` only. Environment: `VIX_USERNAME`, `VSPHERE_USER`.",
			},
			"password": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Password of `username`. It is tried once, so that a wrong one locks no account. " +
					"Required for `vi_server`. Environment: `VIX_PASSWORD`, `VSPHERE_PASSWORD`.",
			},
			"insecure": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Accept any certificate of the host, and `http://` without one. Default `false`: " +
					"it is verified. Prefer `ca_file` or " +
					"`thumbprint`. Environment: `VIX_INSECURE`, `VSPHERE_ALLOW_UNVERIFIED_SSL`.",
			},
			"ca_file": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Authorities to trust instead of the system's own: the path of a PEM bundle, or PEM text. " +
					"Default: the system's. Environment: `VIX_CA_FILE`.",
			},
			"thumbprint": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "SHA-256 or SHA-1 thumbprint of the one certificate to trust, in hexadecimal with or " +
					"without colons. The error of a failed verification prints the one that was seen. Conflicts with " +
					"`insecure = true`. Default: none. Environment: `VIX_THUMBPRINT`.",
				Validators: []validator.String{thumbprintValidator{}},
			},
			"datacenter": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Datacenter of every lookup that names none: an inventory path (`/F1/DC1`) or a unique name. " +
					"Default: all datacenters, and what answers in two of them is an error. Environment: `VIX_DATACENTER`.",
			},
			"session_cache": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Keep the login for the next run in the folder that `govc` uses too, instead of logging " +
					"out. Default `false`. Environment: `VIX_SESSION_CACHE`.",
			},
			"request_timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Longest time of a single call to the host, or of a `vmrun` that changes nothing, as a duration " +
					"(`30s`, `2m`), " +
					"more than 0. What runs longer is ended. " +
					"Default `1m`. Environment: `VIX_REQUEST_TIMEOUT`.",
				Validators: []validator.String{durationValidator{}},
			},
			"vmrun_path": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Absolute path of `vmrun` 1.15 or newer, for `workstation`, `player` and `fusion`. Default: the " +
					"first one on " +
					"`PATH`, then where the product puts it. No effect on `vi_server`. Environment: `VIX_VMRUN_PATH`.",
			},
			"vmrest_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "URL of a `vmrest` that runs, such as `http://127.0.0.1:8697`, for `workstation` and `fusion`: " +
					"with it " +
					"`vix_registration` adds VMs to the product's library. `username` and `password` are its login. `http://` to " +
					"another machine " +
					"needs `insecure = true`. Default: it is not used. No effect on `vi_server` and `player`. Environment: " +
					"`VIX_VMREST_URL`.",
			},
			"vm_password": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Password of encrypted VMs, for `workstation`, `player` and `fusion`. It is given to `vmrun` for " +
					"encrypted VMs only, as " +
					"an argument, which other users of the machine may see while it runs. Default: none. " +
					"No effect on `vi_server`. Environment: `VIX_VM_PASSWORD`.",
			},
			"guest_username": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "User in the guests of VMs (`DOMAIN\\USER` on Windows) for all that works in a guest, and for " +
					"refreshes, data sources, destroys and actions the only one. A resource may have a login of its own; another one " +
					"for the rest is another provider alias. Default: none. Environment: `VIX_GUEST_USERNAME`.",
			},
			"guest_password": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Password of `guest_username`. It may come from an ephemeral value; it is in no plan, no state " +
					"and no log. Default: none. Environment: `VIX_GUEST_PASSWORD`.",
			},
		},
	}
}
