// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// told is what the folder of a run tells of it.
type told struct {
	// last is the number of the last start that was prepared, 0 without one; permit is the one that may still begin.
	last, permit int
	// started is set once the program was begun, or is about to be; when, by the guest's clock.
	started   bool
	startedAt time.Time
	// ended is set once it has ended, with a code.
	ended   bool
	code    int
	endedAt time.Time
	// stdout and stderr are how long its outputs are.
	stdout, stderr int64
}

// look reads the folder of the run; nil if there is none.
func (r *run) look(ctx context.Context) (*told, error) {
	files, err := r.list(ctx, r.folder, "")
	var none *types.FileNotFound
	if as(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.there = true
	t := &told{}
	for _, info := range files {
		file := r.file(info)
		name := info.Path
		number := func(prefix string) (n int, ok bool) {
			text, ok := strings.CutPrefix(name, prefix)
			if !ok {
				return 0, false
			}
			n, err := strconv.Atoi(text)
			return n, err == nil
		}
		if n, ok := number(permitName); ok {
			t.last, t.permit = max(t.last, n), n
		} else if n, ok := number(voidName); ok {
			t.last = max(t.last, n)
		} else if n, ok := number(startedName); ok {
			// The folder was made with the permit, right before the start; what is in it does not change.
			t.last, t.started, t.startedAt = max(t.last, n), true, file.Modified
		} else if n, ok := number(endedName); ok {
			t.ended, t.code, t.endedAt = true, n, file.Modified
		} else if name == stdoutName {
			t.stdout = file.Size
		} else if name == stderrName {
			t.stderr = file.Size
		}
	}
	t.started = t.started || t.ended
	return t, nil
}

// places are the folders that the run's may lie in, the best first: one that a restart of the guest does not empty.
func (r *run) places(ctx context.Context) ([]string, error) {
	if !r.os.windows {
		return []string{"/var/tmp", "/tmp"}, nil
	}
	found, err := r.environment(ctx, "TEMP", "TMP")
	if err != nil {
		return nil, err
	}
	var places []string
	for _, variable := range found {
		if _, value, ok := strings.Cut(variable, "="); ok && value != "" {
			places = append(places, value)
		}
	}
	return append(places, `C:\Windows\Temp`), nil
}

// find looks for the folder that an earlier attempt has made; nil if there is none.
func (r *run) find(ctx context.Context, places []string) (*told, error) {
	for _, place := range places {
		r.folder = r.os.join(place, r.mark)
		if t, err := r.look(ctx); t != nil || err != nil {
			return t, err
		}
	}
	return nil, nil
}

// make makes the folder, for its user alone. One that is there already is an earlier attempt's.
func (r *run) make(ctx context.Context, places []string) (*told, error) {
	for i, place := range places {
		r.folder = r.os.join(place, r.mark)
		made, err := r.makeFolder(ctx, r.folder, false)
		var none *types.FileNotFound
		if as(err, &none) && i+1 < len(places) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if made {
			r.there = true
			return &told{}, nil
		}
		return r.look(ctx)
	}
	return nil, nil
}

// clear deletes the folder, whatever has become of ctx. What cannot be deleted is told.
func (r *run) clear(ctx context.Context) {
	ctx, cancel := afterwards(ctx)
	defer cancel()
	if err := r.removeFolder(ctx, r.folder); err != nil {
		r.tell("could not delete " + r.folder + " in the guest: " + vix.CodeOf(err).String())
	}
}
