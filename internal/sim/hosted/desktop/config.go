// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// The reasons why a VM does not open.
var (
	ErrNotFound      = errors.New("The virtual machine cannot be found")                   //nolint:staticcheck // vmrun's text
	ErrCannotRead    = errors.New("Cannot read the virtual machine configuration file")    //nolint:staticcheck // vmrun's text
	ErrNeedPassword  = errors.New("A password is required for this operation")             //nolint:staticcheck // vmrun's text
	ErrWrongPassword = errors.New("Incorrect password")                                    //nolint:staticcheck // vmrun's text
	ErrSuffix        = errors.New("unknown file suffix")                                   // after "Cannot open VM"
	ErrPermission    = errors.New("Insufficient permissions in the host operating system") //nolint:staticcheck // vmrun's text
)

// VM is a .vmx as the product reads it.
type VM struct {
	Path  string    // real path of the .vmx
	outer *vmx.File // what the file says openly
	inner *vmx.File // what it says, the encrypted part included
}

// Load opens a VM; password is that of an encrypted one. The error is one of those above.
func (d *Desktop) Load(path, password string) (*VM, error) {
	vm, err := load(path)
	if err != nil || !vm.Encrypted() {
		return vm, err
	}
	if r, on := d.Running(path); on && r != nil && d.Switch("encrypted-running") == "free" {
		return vm, nil
	}
	switch {
	case password == "":
		return nil, ErrNeedPassword
	case !vm.unlocks(password):
		return nil, ErrWrongPassword
	}
	return vm, nil
}

// load opens a VM without asking for its password.
func load(path string) (*VM, error) {
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".vmx" && ext != ".vmtm" {
		return nil, ErrSuffix
	}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNotFound
	case errors.Is(err, fs.ErrPermission):
		return nil, ErrPermission
	case err != nil:
		return nil, ErrCannotRead
	}
	outer, err := vmx.Parse(text)
	if err != nil || len(outer.Defects()) > 0 {
		return nil, ErrCannotRead
	}
	vm := &VM{Path: Real(path), outer: outer, inner: outer}
	if outer.Sealed() {
		data, _ := outer.Get("encryption.data")
		if vm.inner, err = unseal(data); err != nil {
			return nil, ErrCannotRead
		}
	}
	for _, needed := range []string{"config.version", "virtualHW.version"} {
		if _, ok := vm.inner.Get(needed); !ok {
			return nil, ErrCannotRead
		}
	}
	return vm, nil
}

// Encrypted says whether the VM is encrypted, in full or in part.
func (vm *VM) Encrypted() bool { return vm.outer.Encrypted() }

// Get returns a setting.
func (vm *VM) Get(name string) string {
	value, _ := vm.inner.Get(name)
	return value
}

// Settings is what the VM's configuration says, the encrypted part included.
func (vm *VM) Settings() *vmx.File { return vm.inner }

// save writes the file as the products do: everything in their own order, with the line ends that it had.
func (vm *VM) save() error {
	text := reorder(vm.inner.Bytes())
	if vm.inner != vm.outer {
		if err := vm.outer.Set("encryption.data", seal(text)); err != nil {
			return err
		}
		text = vm.outer.Bytes()
	}
	return replaceKeepingMode(vm.Path, text)
}

func replaceKeepingMode(path string, text []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := replace(path, text); err != nil {
		return err
	}
	return os.Chmod(path, info.Mode().Perm())
}

// reorder sorts the settings below the encoding, by their names: comments go, as they do with the products.
func reorder(text []byte) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	var head, rest [][]byte
	for _, l := range lines {
		switch plain := bytes.TrimSpace(bytes.TrimPrefix(l, []byte("\ufeff"))); {
		case bytes.HasPrefix(plain, []byte(".encoding")), bytes.HasPrefix(plain, []byte("#!")):
			head = append(head, l)
		case len(plain) > 0 && plain[0] != '#':
			rest = append(rest, l)
		}
	}
	slices.SortStableFunc(rest, func(a, b []byte) int { return bytes.Compare(bytes.ToLower(a), bytes.ToLower(b)) })
	return bytes.Join(append(head, rest...), nil)
}

// keySafe is how to unlock a VM: it knows the password when it sees it.
func keySafe(password string) string {
	salt := rand.Text()[:16]
	return "vmware:key/list/(pair/(phrase/" + salt + "/pass2key%3dPBKDF2%2dHMAC%2dSHA%2d1%3acipher%3dAES%2d256%3arounds%3d1000%3asalt%3d" +
		salt + "," + "HMAC%2dSHA%2d1," + proof(salt, password) + "))"
}

func proof(salt, password string) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + password))
	return hex.EncodeToString(sum[:])
}

func (vm *VM) unlocks(password string) bool {
	safe, _ := vm.outer.Get("encryption.keySafe")
	_, rest, ok := strings.Cut(safe, "(phrase/")
	salt, _, ok2 := strings.Cut(rest, "/")
	return ok && ok2 && strings.HasSuffix(safe, ","+proof(salt, password)+"))")
}

// seal makes a text unreadable for those who look for words in it. It is no encryption and need not be one.
func seal(text []byte) string {
	return base64.StdEncoding.EncodeToString(mask(text))
}

func unseal(data string) (*vmx.File, error) {
	text, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, err
	}
	return vmx.Parse(mask(text))
}

func mask(text []byte) []byte {
	out := make([]byte, len(text))
	for i, c := range text {
		out[i] = c ^ byte(0xa5+i)
	}
	return out
}
