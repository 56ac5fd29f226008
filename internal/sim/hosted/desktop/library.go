// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"io/fs"
	"slices"
)

// Entry is a VM in the library of the product's window, which vmrest shows.
type Entry struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Path string `json:"path"` // as whoever put it there spelled it
}

// Library is what the product's window has.
func (d *Desktop) Library() ([]Entry, error) {
	var all []Entry
	err := readJSON(d.state("library.json"), &all)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return all, err
}

// AddToLibrary puts a VM there and returns its entry. One that is there already keeps its place.
func (d *Desktop) AddToLibrary(name, path string) (Entry, error) {
	all, err := d.Library()
	if err != nil {
		return Entry{}, err
	}
	entry := Entry{ID: libraryID(path), Name: name, Path: path}
	if d.Switch("vmrest-ids") == "new" {
		entry.ID = libraryID(rand.Text())
	}
	all = slices.DeleteFunc(all, func(e Entry) bool { return Real(e.Path) == Real(path) })
	return entry, d.writeJSON(d.state("library.json"), append(all, entry))
}

// RemoveFromLibrary takes a VM out of it, as a person may in the window.
func (d *Desktop) RemoveFromLibrary(path string) error {
	all, err := d.Library()
	if err != nil {
		return err
	}
	return d.writeJSON(d.state("library.json"), slices.DeleteFunc(all, func(e Entry) bool { return Real(e.Path) == Real(path) }))
}

// libraryID is 32 of the characters 0 to 9 and A to V.
func libraryID(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base32.HexEncoding.EncodeToString(sum[:20])
}
