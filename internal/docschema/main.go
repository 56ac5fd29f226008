// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command docschema prints the provider's schema in the format of `terraform
// providers schema -json`, for tfplugindocs.
//
// Terraform itself leaves out what it does not know (identities before 1.12,
// actions and lists before 1.14, and OpenTofu the latter at all), so the
// generated pages would depend on the CLI of whoever generated them last.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
)

func main() {
	server := providerserver.NewProtocol6(provider.New("docs", nil))()
	if err := write(context.Background(), os.Stdout, server); err != nil {
		fmt.Fprintln(os.Stderr, "docschema:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, out io.Writer, server tfprotov6.ProviderServer) error {
	schema, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	identity, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return err
	}
	for _, diagnostic := range append(schema.Diagnostics, identity.Diagnostics...) {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			err = errors.Join(err, fmt.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail))
		}
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(schemasJSON{
		FormatVersion: "1.0",
		Providers:     map[string]providerJSON{"vix": newProvider(schema, identity)},
	})
}
