// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// List gives the paths of the VMs that run, as vmrun spells them: bytes that are no text are left as they are. A list
// that does not have as many lines as it says is an error.
func (r *Runner) List(ctx context.Context) ([]string, error) {
	text, err := r.Do(ctx, Call{Command: "list"})
	if err != nil {
		return nil, err
	}
	return parseList(text)
}

func parseList(text string) ([]string, error) {
	_, rest, ok := strings.Cut("\n"+text, "\nTotal running VMs:")
	if !ok {
		return nil, fmt.Errorf("vmrun does not say which VMs run, but: %s", shown(output{text: text}))
	}
	first, rest, _ := strings.Cut(rest, "\n")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || n < 0 {
		return nil, fmt.Errorf("vmrun does not say how many VMs run, but %q", strings.TrimSpace(first))
	}
	var paths []string
	for line := range strings.Lines(rest) {
		if line = strings.TrimSuffix(line, "\n"); strings.TrimSpace(line) != "" {
			paths = append(paths, line)
		}
	}
	if len(paths) != n {
		return nil, fmt.Errorf("vmrun says that %d VMs run, and names %d", n, len(paths))
	}
	return paths, nil
}
