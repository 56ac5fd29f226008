// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform layer: it turns configuration into calls of
// a vix.Host and what the host says into state and diagnostics. It knows no
// service provider; main hands them to New.
//
// A file holds one Terraform thing, and its name begins with its noun:
// vm_data_source.go, registration_resource.go. Conversions between Terraform's
// values and the domain are pure and stand in *_model.go.
package provider
