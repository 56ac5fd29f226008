// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import "strings"

// Setting is a setting of a VM in the host's own spelling, which is the one that was asked for where
// there is none: keys have no case.
func (r *Record) Setting(key string) (spelled, value string, exists bool) {
	if r.VM.Config == nil {
		return key, "", false
	}
	for _, option := range r.VM.Config.ExtraConfig {
		o := option.GetOptionValue()
		if text, ok := o.Value.(string); ok && strings.EqualFold(o.Key, key) {
			return o.Key, text, true
		}
	}
	return key, "", false
}
