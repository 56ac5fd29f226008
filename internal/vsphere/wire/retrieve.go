// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// Retrieve reads properties, in as many pages as the host makes of them. Those that
// its API does not have yet stay empty.
func (l *Line) Retrieve(ctx context.Context, specs ...types.PropertyFilterSpec) (content []types.ObjectContent, err error) {
	err = l.AskKnown(specs, func(known []types.PropertyFilterSpec) error {
		content, err = l.retrieve(ctx, known)
		return err
	})
	return content, err
}

func (l *Line) retrieve(ctx context.Context, specs []types.PropertyFilterSpec) ([]types.ObjectContent, error) {
	collector := l.Client.ServiceContent.PropertyCollector
	return pages(ctx, func(ctx context.Context, token string) ([]types.ObjectContent, string, error) {
		if token != "" {
			request := types.ContinueRetrievePropertiesEx{This: collector, Token: token}
			next, err := methods.ContinueRetrievePropertiesEx(ctx, l.Client, &request)
			if err != nil {
				return nil, "", err
			}
			return next.Returnval.Objects, next.Returnval.Token, nil
		}
		first, err := methods.RetrievePropertiesEx(ctx, l.Client, &types.RetrievePropertiesEx{This: collector, SpecSet: specs})
		if err != nil || first.Returnval == nil {
			return nil, "", err
		}
		return first.Returnval.Objects, first.Returnval.Token, nil
	})
}

// maxReads is how often in all a read begins whose pages are swallowed.
const maxReads = 5

// pages reads a page, the first without a token, until there are no more. A page is
// given once: where the line swallows one, or the session that has the others ends,
// the read begins anew.
func pages[T any](ctx context.Context, read func(ctx context.Context, token string) ([]T, string, error)) ([]T, error) {
	rest := firstPause
	for tries := 1; ; tries++ {
		content, token, err := read(ctx, "")
		for err == nil && token != "" {
			var more []T
			if more, token, err = read(ctx, token); err != nil {
				err = cutError{err}
			}
			content = append(content, more...)
		}
		cut, ok := errors.AsType[cutError](err)
		if !ok {
			return content, err
		}
		if !cut.mayBeginAnew() || tries == maxReads || ctx.Err() != nil {
			return nil, cut.error
		}
		Pause(ctx, rest)
		rest = min(2*rest, longestPause)
	}
}

// cutError is why a read ended before its last page.
type cutError struct{ error }

func (e cutError) Unwrap() error { return e.error }

// mayBeginAnew reports that the line failed, or that the host does not know the
// pages any more: they belong to the session that asked for them.
func (e cutError) mayBeginAnew() bool {
	return LineFailed(e.error) || fault.Is(e.error, &types.InvalidArgument{}) || fault.Is(e.error, &types.InvalidProperty{})
}

// Traverse selects what path of a type of objects leads to, and from there on what the named
// selections select.
func Traverse(name, ofType, path string, then ...string) *types.TraversalSpec {
	return &types.TraversalSpec{SelectionSpec: types.SelectionSpec{Name: name}, Type: ofType, Path: path, SelectSet: Selected(then...)}
}

// Selected refers to selections that the same filter specification says elsewhere.
func Selected(selections ...string) []types.BaseSelectionSpec {
	var out []types.BaseSelectionSpec
	for _, name := range selections {
		out = append(out, &types.SelectionSpec{Name: name})
	}
	return out
}

// Load fills dst with the properties of o that the host gave; what it withheld
// stays empty, and who needs it looks at o.MissingSet.
func Load[T any](o types.ObjectContent, dst *T) {
	o.MissingSet = nil
	// The error could only be of a type that this client does not know, which the
	// SOAP decoder would have refused before.
	_ = mo.LoadObjectContent([]types.ObjectContent{o}, dst)
}
