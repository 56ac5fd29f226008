// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// Entities are entities of the inventory with their parents, enough to tell paths.
type Entities map[types.ManagedObjectReference]Entity

// Entity is one of them.
type Entity struct {
	Name   string
	Parent *types.ManagedObjectReference
}

// NewEntities takes from content whatever has a name.
func NewEntities(content []types.ObjectContent) Entities {
	n := Entities{}
	for _, o := range content {
		var item Entity
		for _, p := range o.PropSet {
			switch v := p.Val.(type) {
			case string:
				if p.Name == "name" {
					// The host writes it so. One that does not must not make one
					// folder's name look like two folders' path.
					item.Name = strings.ReplaceAll(v, "/", "%2f")
				}
			case types.ManagedObjectReference:
				if p.Name == "parent" {
					item.Parent = &v
				}
			}
		}
		if item.Name != "" {
			n[o.Obj] = item
		}
	}
	return n
}

// Path is the inventory path of an entity, without the root folder: /DC0/vm/Web.
// Empty if the entity or one above it is not known.
func (n Entities) Path(ref types.ManagedObjectReference) string {
	var names []string
	for range maxDepth {
		item, ok := n[ref]
		if !ok {
			return ""
		}
		if item.Parent == nil {
			slices.Reverse(names)
			return "/" + strings.Join(names, "/")
		}
		names = append(names, item.Name)
		ref = *item.Parent
	}
	return ""
}

// Above is the nearest entity of a type at or above ref.
func (n Entities) Above(ref types.ManagedObjectReference, ofType string) (types.ManagedObjectReference, bool) {
	for range maxDepth {
		if ref.Type == ofType {
			return ref, true
		}
		item, ok := n[ref]
		if !ok || item.Parent == nil {
			return ref, false
		}
		ref = *item.Parent
	}
	return ref, false
}

// maxDepth bounds the walk up an inventory; vSphere nests folders far less deep.
const maxDepth = 64

// SortBy sorts items by a key.
func SortBy[T any, K cmp.Ordered](items []T, key func(T) K) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
