// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "strings"

// Nearest picks at most three of the known names that look most like name, the
// likest first: what an error offers to somebody who mistyped.
func Nearest(name string, known []string) []string {
	type scored struct {
		name  string
		score int
	}
	var near []scored
	for _, k := range known {
		d := distance(strings.ToLower(name), strings.ToLower(k))
		if d <= max(2, len(name)/3) || strings.Contains(strings.ToLower(k), strings.ToLower(name)) {
			near = append(near, scored{k, d})
		}
	}
	var out []string
	for len(near) > 0 && len(out) < 3 {
		best := 0
		for i := range near {
			if near[i].score < near[best].score ||
				near[i].score == near[best].score && near[i].name < near[best].name {
				best = i
			}
		}
		out = append(out, near[best].name)
		near = append(near[:best], near[best+1:]...)
	}
	return out
}

// distance is Levenshtein's, over bytes: good enough to find a typing error.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
