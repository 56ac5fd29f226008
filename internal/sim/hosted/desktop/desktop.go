// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Desktop is one installed product with all that it knows, on disk below Root.
type Desktop struct {
	Root   string
	Config Config
}

// Config is what a test wants of the product.
type Config struct {
	Persona  string                   `json:"persona"`
	Switches map[string]string        `json:"switches,omitempty"`
	CRLF     bool                     `json:"crlf,omitempty"`   // line ends of vmrun's output and of what it writes
	Delays   map[string]time.Duration `json:"delays,omitempty"` // by command in lower case; "" is for all others
	ListLag  int                      `json:"list_lag,omitempty"`
	Faults   []Fault                  `json:"faults,omitempty"`
	Noise    Noise                    `json:"noise"`
}

// Noise is what a vmrun writes beside its answers.
type Noise struct {
	Stderr string `json:"stderr,omitempty"` // written to stderr, whatever the outcome, as Fusion does
	Before string `json:"before,omitempty"` // a line of a log on stdout before an error
	// Encoding is that of what is written, where it is not UTF-8: windows-1252, windows-1251 or GBK, as on a Windows.
	Encoding string `json:"encoding,omitempty"`
	Miscount int    `json:"miscount,omitempty"` // list says so many more than it shows
}

const stateDir = "state"

// Create makes a product below root.
func Create(root string, config Config) (*Desktop, error) {
	if _, err := PersonaOf(config.Persona); err != nil {
		return nil, err
	}
	if err := checkSwitches(config.Switches); err != nil {
		return nil, err
	}
	d := &Desktop{Root: root, Config: config}
	for _, dir := range []string{"running", "guest", "calls", "counts", "busy", "overlaps"} {
		if err := os.MkdirAll(filepath.Join(root, stateDir, dir), 0o750); err != nil {
			return nil, err
		}
	}
	return d, d.Save()
}

// Find returns the product that the executable belongs to: the nearest folder above it that has one.
func Find(executable string) (*Desktop, error) {
	for dir := filepath.Dir(executable); ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, stateDir, "config.json"))
		if err == nil {
			d := &Desktop{Root: dir}
			return d, json.Unmarshal(text, &d.Config)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if dir == filepath.Dir(dir) {
			return nil, fmt.Errorf("%s belongs to no simulated product", executable)
		}
	}
}

// Gone says whether the product is no more, as after the test that it was for.
func Gone(root string) bool {
	_, err := os.Stat(filepath.Join(root, stateDir))
	return errors.Is(err, fs.ErrNotExist)
}

// Save writes the configuration for the processes that start from now on.
func (d *Desktop) Save() error {
	return d.writeJSON(d.state("config.json"), d.Config)
}

// Persona is the product that is played.
func (d *Desktop) Persona() Persona {
	p, _ := PersonaOf(d.Config.Persona)
	return p
}

func (d *Desktop) state(elem ...string) string {
	return filepath.Join(append([]string{d.Root, stateDir}, elem...)...)
}

func (d *Desktop) writeJSON(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return replace(path, text)
}

func readJSON(path string, value any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, value)
}

// replace writes a file as a whole, so that whoever reads it has the old text or the new one.
func replace(path string, text []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}

// Real is the path by which a VM is known: absolute, without symbolic links. What is not there keeps its name.
func Real(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	if resolved, err := filepath.EvalSymlinks(abs); err == nil {
		return resolved
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
}

// key names what is kept for a VM.
func key(path string) string {
	sum := sha256.Sum256([]byte(Real(path)))
	return hex.EncodeToString(sum[:8])
}
