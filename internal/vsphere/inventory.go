// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// nodes are entities of the inventory with their parents, enough to tell paths.
type nodes map[types.ManagedObjectReference]node

type node struct {
	name   string
	parent *types.ManagedObjectReference
}

// newNodes takes from content whatever has a name.
func newNodes(content []types.ObjectContent) nodes {
	n := nodes{}
	for _, o := range content {
		var item node
		for _, p := range o.PropSet {
			switch v := p.Val.(type) {
			case string:
				if p.Name == "name" {
					// The host writes it so. One that does not must not make one
					// folder's name look like two folders' path.
					item.name = strings.ReplaceAll(v, "/", "%2f")
				}
			case types.ManagedObjectReference:
				if p.Name == "parent" {
					item.parent = &v
				}
			}
		}
		if item.name != "" {
			n[o.Obj] = item
		}
	}
	return n
}

// path is the inventory path of an entity, without the root folder: /DC0/vm/Web.
// Empty if the entity or one above it is not known.
func (n nodes) path(ref types.ManagedObjectReference) string {
	var names []string
	for range maxDepth {
		item, ok := n[ref]
		if !ok {
			return ""
		}
		if item.parent == nil {
			slices.Reverse(names)
			return "/" + strings.Join(names, "/")
		}
		names = append(names, item.name)
		ref = *item.parent
	}
	return ""
}

// above is the nearest entity of a kind at or above ref.
func (n nodes) above(ref types.ManagedObjectReference, kind string) (types.ManagedObjectReference, bool) {
	for range maxDepth {
		if ref.Type == kind {
			return ref, true
		}
		item, ok := n[ref]
		if !ok || item.parent == nil {
			return ref, false
		}
		ref = *item.parent
	}
	return ref, false
}

// maxDepth bounds the walk up an inventory; vSphere nests folders far less deep.
const maxDepth = 64

// sortBy sorts items by a key.
func sortBy[T any, K cmp.Ordered](items []T, key func(T) K) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
