// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"log/slog"
	"slices"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// logHandler hands what the domain and the service providers log to Terraform's log, with
// the operation of Terraform that it belongs to and without the secrets.
type logHandler struct {
	secrets []string
	fields  []slog.Attr
}

// newLogger makes the log of a connection. TF_LOG_PROVIDER decides what of it is shown.
func newLogger(secrets ...string) *slog.Logger {
	return slog.New(logHandler{secrets: secret.Spellings(secrets...)})
}

// Enabled implements slog.Handler: Terraform's log decides itself.
func (logHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	ctx = tflog.MaskLogStrings(ctx, h.secrets...)
	fields := make(map[string]any, r.NumAttrs()+len(h.fields)+2)
	if op, object := vix.OperationOf(ctx); op != "" {
		fields["operation"], fields["object"] = op, object
	}
	for _, a := range h.fields {
		fields[a.Key] = a.Value.Any()
	}
	r.Attrs(func(a slog.Attr) bool {
		fields[a.Key] = a.Value.Any()
		return true
	})
	switch {
	case r.Level >= slog.LevelError:
		tflog.Error(ctx, r.Message, fields)
	case r.Level >= slog.LevelWarn:
		tflog.Warn(ctx, r.Message, fields)
	case r.Level >= slog.LevelInfo:
		tflog.Info(ctx, r.Message, fields)
	default:
		tflog.Debug(ctx, r.Message, fields)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.fields = slices.Concat(h.fields, attrs)
	return h
}

// WithGroup implements slog.Handler: names of fields are unique as they are.
func (h logHandler) WithGroup(string) slog.Handler { return h }
