// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Call is a process of vmrun that was started.
type Call struct {
	N       int      `json:"n"`       // counted from 1, in the order of starting
	Command string   `json:"command"` // in lower case; "" for none
	VM      string   `json:"vm"`      // the real path of the .vmx that it is about
	Args    []string `json:"args"`    // all arguments, passwords included: a test proves with them that others hide them
	PID     int      `json:"pid"`

	Child int  `json:"-"` // a child that hangs, see Fault
	Hangs bool `json:"-"` // it came to where it does not come back by itself
	Ended bool `json:"-"` // it came to its end; one that was killed did not
	Exit  int  `json:"-"`
}

// Alive says whether the process, or its child, is still there.
func (c Call) Alive() bool { return !c.Ended && alive(c.PID) || c.Child != 0 && alive(c.Child) }

// draw returns the next number of a series.
func (d *Desktop) draw(series string, text []byte) (int, error) {
	// Not with its parents: a process that was forgotten must not make a product again that is gone.
	if err := os.Mkdir(d.state("counts", series), 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return 0, err
	}
	for n := d.count(series) + 1; ; n++ {
		f, err := os.OpenFile(d.state("counts", series, fmt.Sprintf("%06d", n)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		_, err = f.Write(text)
		return n, errors.Join(err, f.Close())
	}
}

// count is how many numbers of a series were drawn.
func (d *Desktop) count(series string) int {
	entries, err := os.ReadDir(d.state("counts", series))
	if err != nil {
		return 0
	}
	return len(entries)
}

// Begin records a process and returns its number.
func (d *Desktop) Begin(c Call) (n int, err error) {
	if n, err = d.draw("all", nil); err != nil {
		return 0, err
	}
	c.N = n
	return n, d.writeJSON(d.state("calls", fmt.Sprintf("%06d.json", n)), c)
}

// End records that a process came to its end.
func (d *Desktop) End(n, exit int) error {
	return replace(d.state("calls", fmt.Sprintf("%06d.end", n)), []byte(fmt.Sprint(exit)))
}

// Bear records a child of a process.
func (d *Desktop) Bear(n, pid int) error {
	return replace(d.state("calls", fmt.Sprintf("%06d.child", n)), []byte(fmt.Sprint(pid)))
}

// Hang records that a process does not come back by itself.
func (d *Desktop) Hang(n int) error {
	return replace(d.state("calls", fmt.Sprintf("%06d.hang", n)), []byte("1"))
}

// Calls are the processes that were started, in order.
func (d *Desktop) Calls() ([]Call, error) {
	paths, err := filepath.Glob(d.state("calls", "*.json"))
	if err != nil {
		return nil, err
	}
	sort.Strings(paths)
	var calls []Call
	for _, path := range paths {
		var c Call
		if err := readJSON(path, &c); err != nil {
			return nil, err
		}
		stem := strings.TrimSuffix(path, ".json")
		if c.Ended, err = readNumber(stem+".end", &c.Exit); err != nil {
			return nil, err
		}
		if _, err = readNumber(stem+".child", &c.Child); err != nil {
			return nil, err
		}
		var hang int
		if c.Hangs, err = readNumber(stem+".hang", &hang); err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

func readNumber(path string, n *int) (bool, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = fmt.Sscan(string(text), n)
	return true, err
}
