// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Overlap is two processes that worked on one VM at a time.
type Overlap struct {
	VM            string `json:"vm"`
	First, Second int    // numbers of the calls
}

type owner struct {
	PID  int `json:"pid"`
	Call int `json:"call"`
}

// Occupy makes a VM busy with a call. When another process has it, that one keeps it: busy is true and the overlap is
// recorded. release must be called otherwise.
func (d *Desktop) Occupy(vm string, call int) (release func(), busy bool, err error) {
	path := d.state("busy", key(vm))
	text, err := json.Marshal(owner{PID: os.Getpid(), Call: call})
	if err != nil {
		return nil, false, err
	}
	temp := d.state("busy", fmt.Sprintf(".%d", call))
	if err := os.WriteFile(temp, text, 0o600); err != nil {
		return nil, false, err
	}
	defer func() { _ = os.Remove(temp) }()
	for {
		// A link is made as a whole: nobody sees an owner without a name.
		err := os.Link(temp, path)
		if err == nil {
			return func() { _ = os.Remove(path) }, false, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, false, err
		}
		var other owner
		switch err := readJSON(path, &other); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, false, err
		case !alive(other.PID):
			_ = os.Remove(path)
			continue
		}
		_, err = d.draw("overlaps", mustJSON(Overlap{VM: Real(vm), First: other.Call, Second: call}))
		return func() {}, true, err
	}
}

func mustJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// Overlaps are the pairs of processes that worked on one VM at a time.
func (d *Desktop) Overlaps() ([]Overlap, error) {
	var all []Overlap
	for n := 1; n <= d.count("overlaps"); n++ {
		var o Overlap
		if err := readJSON(d.state("counts", "overlaps", fmt.Sprintf("%06d", n)), &o); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}
