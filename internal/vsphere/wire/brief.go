// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Brief is an object of a read whose properties are all texts or lists of
// references, as an index asks for them of thousands. It is decoded without the
// types of the whole API, in two thirds of the time (BenchmarkBrief).
type Brief struct {
	Obj     types.ManagedObjectReference `xml:"obj"`
	PropSet []struct {
		Name string `xml:"name"`
		Val  struct {
			Text string                         `xml:",chardata"`
			Refs []types.ManagedObjectReference `xml:"ManagedObjectReference"`
		} `xml:"val"`
	} `xml:"propSet"`
	MissingSet []types.MissingProperty `xml:"missingSet"`
}

// Text is the text of a property; empty if the host gave none.
func (b *Brief) Text(property string) string {
	for i := range b.PropSet {
		if b.PropSet[i].Name == property {
			return b.PropSet[i].Val.Text
		}
	}
	return ""
}

// Refs are the references of a property.
func (b *Brief) Refs(property string) []types.ManagedObjectReference {
	for i := range b.PropSet {
		if b.PropSet[i].Name == property {
			return b.PropSet[i].Val.Refs
		}
	}
	return nil
}

// briefBody is an answer to RetrievePropertiesEx or ContinueRetrievePropertiesEx.
type briefBody struct {
	First  *briefResponse `xml:"RetrievePropertiesExResponse"`
	Next   *briefResponse `xml:"ContinueRetrievePropertiesExResponse"`
	Fault_ *soap.Fault    `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault,omitempty"` //nolint:revive // as govmomi names it
}

type briefResponse struct {
	Token   string  `xml:"returnval>token"`
	Objects []Brief `xml:"returnval>objects"`
}

// Fault implements soap.HasFault.
func (b *briefBody) Fault() *soap.Fault { return b.Fault_ }

// expired reports that the host withholds all because the session has ended.
func (b *briefBody) expired() bool {
	if b.First == nil {
		return false
	}
	for _, object := range b.First.Objects {
		for _, missing := range object.MissingSet {
			if _, ok := missing.Fault.Fault.(*types.NotAuthenticated); ok {
				return true
			}
		}
	}
	return false
}

// RetrieveBriefly is Retrieve of properties that are texts or references.
func (l *Line) RetrieveBriefly(ctx context.Context, specs ...types.PropertyFilterSpec) ([]Brief, error) {
	collector := l.Client.ServiceContent.PropertyCollector
	return pages(ctx, func(ctx context.Context, token string) ([]Brief, string, error) {
		var (
			body briefBody
			err  error
		)
		if token == "" {
			err = l.Client.RoundTrip(ctx, &methods.RetrievePropertiesExBody{
				Req: &types.RetrievePropertiesEx{This: collector, SpecSet: specs},
			}, &body)
		} else {
			err = l.Client.RoundTrip(ctx, &methods.ContinueRetrievePropertiesExBody{
				Req: &types.ContinueRetrievePropertiesEx{This: collector, Token: token},
			}, &body)
		}
		for _, response := range []*briefResponse{body.First, body.Next} {
			if err == nil && response != nil {
				return response.Objects, response.Token, nil
			}
		}
		return nil, "", err
	})
}
