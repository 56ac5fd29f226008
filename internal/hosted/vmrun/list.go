// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// List gives the paths of the VMs that run, as vmrun spells them: bytes that are no text are left as they are. A list
// that does not have as many lines as it says, or has one that is no absolute path of a configuration, is an error.
func (r *Runner) List(ctx context.Context) ([]string, error) {
	text, err := r.Do(ctx, Call{Command: "list"})
	if err != nil {
		return nil, err
	}
	return r.parseList(text)
}

func (r *Runner) parseList(text string) ([]string, error) {
	_, rest, ok := strings.Cut("\n"+text, "\nTotal running VMs:")
	if !ok {
		return nil, fmt.Errorf("vmrun does not say which VMs run, but: %s", r.shown(output{text: text}))
	}
	first, rest, _ := strings.Cut(rest, "\n")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || n < 0 {
		return nil, fmt.Errorf("vmrun does not say how many VMs run, but: %s", r.shown(output{text: first}))
	}
	var paths []string
	for line := range strings.Lines(rest) {
		switch line = strings.TrimSpace(line); {
		case line == "":
		case !isConfiguration(line):
			return nil, fmt.Errorf("vmrun lists what is no path of a VM's configuration file: %s", r.shown(output{text: line}))
		default:
			paths = append(paths, line)
		}
	}
	if len(paths) != n {
		return nil, fmt.Errorf("vmrun says that %d VMs run, and names %d", n, len(paths))
	}
	return paths, nil
}

// isConfiguration reports an absolute path, of this system or of Windows, that ends in .vmx. Its other bytes may be no text.
func isConfiguration(line string) bool {
	absolute := strings.HasPrefix(line, "/") || strings.HasPrefix(line, `\\`) || vix.HasDrive(line)
	return absolute && len(line) > len(".vmx") && strings.EqualFold(line[len(line)-len(".vmx"):], ".vmx")
}
