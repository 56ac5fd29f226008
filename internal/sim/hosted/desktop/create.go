// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// The kinds of encryption.
const (
	EncryptedFully  = "full"
	EncryptedPartly = "partial"
)

// Spec is a VM to be made. The zero value is a small Linux.
type Spec struct {
	DisplayName string // default: the name of the VM
	GuestOS     string // default "ubuntu-64"
	Encoding    string // of the .vmx; default UTF-8
	CRLF        bool   // line ends of the .vmx; always with a product on Windows
	BOM         bool
	CPUs        int // 0: the file does not say
	MemoryMiB   int // default 1024
	Hardware    int // virtualHW.version; default 14, or the newest of an older product
	Annotation  string
	GuestInfo   map[string]string // without the prefix guestinfo.
	Extra       map[string]string // further settings
	Disks       int               // default 1, -1 for none

	Folder string // below the folder of the VMs; default: the name
	File   string // name of the .vmx; default: the name and .vmx
	Bundle bool   // the folder is NAME.vmwarevm

	Encrypted string // "", EncryptedFully or EncryptedPartly
	Password  string
}

// CreateVM makes the files of a VM below dir and returns the path of its .vmx.
func (d *Desktop) CreateVM(dir, name string, spec Spec) (string, error) {
	folder := spec.Folder
	if folder == "" {
		folder = name
	}
	if spec.Bundle {
		folder += ".vmwarevm"
	}
	file := spec.File
	if file == "" {
		file = name + ".vmx"
	}
	path := filepath.Join(dir, folder, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", err
	}
	f, err := d.settings(base(file), spec)
	if err != nil {
		return "", err
	}
	text, err := d.text(f, spec)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", err
	}
	stem := base(path)
	files := map[string]string{stem + ".vmsd": "", stem + ".nvram": "MRVN"}
	files[stem+".vmxf"] = "<?xml version=\"1.0\"?>\n<Foundry></Foundry>\n"
	for i := range diskCount(spec) {
		files[filepath.Join(filepath.Dir(path), diskName(base(file), i))] = "# Disk DescriptorFile\nversion=1\n"
	}
	for path, text := range files {
		err = errors.Join(err, os.WriteFile(path, []byte(text), 0o600))
	}
	return path, err
}

func diskCount(spec Spec) int {
	if spec.Disks == 0 {
		return 1
	}
	return max(spec.Disks, 0)
}

func diskName(stem string, i int) string {
	if i == 0 {
		return stem + ".vmdk"
	}
	return fmt.Sprintf("%s-%d.vmdk", stem, i)
}

// settings is what the .vmx says.
func (d *Desktop) settings(stem string, spec Spec) (*vmx.File, error) {
	encoding := spec.Encoding
	if encoding == "" {
		encoding = "UTF-8"
	}
	f, err := vmx.Parse([]byte(".encoding = \"" + encoding + "\"\n"))
	if err != nil {
		return nil, err
	}
	set := func(key, value string) { err = errors.Join(err, f.Set(key, value)) }
	set("config.version", "8")
	set("virtualHW.version", strconv.Itoa(or(spec.Hardware, min(14, d.Persona().Hardware))))
	set("displayName", or(spec.DisplayName, stem))
	set("guestOS", or(spec.GuestOS, "ubuntu-64"))
	set("memsize", strconv.Itoa(or(spec.MemoryMiB, 1024)))
	if spec.CPUs > 0 {
		set("numvcpus", strconv.Itoa(spec.CPUs))
	}
	if spec.Annotation != "" {
		set("annotation", spec.Annotation)
	}
	set("nvram", stem+".nvram")
	set("extendedConfigFile", stem+".vmxf")
	for i := range diskCount(spec) {
		set(fmt.Sprintf("scsi0:%d.present", i), "TRUE")
		set(fmt.Sprintf("scsi0:%d.fileName", i), diskName(stem, i))
	}
	set("ethernet0.present", "TRUE")
	set("ethernet0.connectionType", "nat")
	for _, k := range sortedKeys(spec.GuestInfo) {
		set("guestinfo."+k, spec.GuestInfo[k])
	}
	for _, k := range sortedKeys(spec.Extra) {
		set(k, spec.Extra[k])
	}
	return f, err
}

// text is the file with its encryption and line ends.
func (d *Desktop) text(f *vmx.File, spec Spec) ([]byte, error) {
	safe := keySafe(spec.Password)
	switch spec.Encrypted {
	case EncryptedFully:
		outer, err := vmx.Parse([]byte(strings.SplitAfter(string(f.Bytes()), "\n")[0]))
		if err != nil {
			return nil, err
		}
		name, _ := f.Get("displayName")
		err = errors.Join(outer.Set("displayName", name), outer.Set("encryption.keySafe", safe),
			outer.Set("encryption.data", seal(f.Bytes())))
		if err != nil {
			return nil, err
		}
		f = outer
	case EncryptedPartly:
		err := errors.Join(f.Set("vmx.encryptionType", "partial"), f.Set("encryptedVM.guid", "{2F4C5B1A-0D3E-4B7C-9A41-6E0E4D0B8C11}"),
			f.Set("encryption.keySafe", safe), f.Set("encryption.data", seal([]byte("vtpm.present = \"TRUE\"\n"))))
		if err != nil {
			return nil, err
		}
	}
	text := f.Bytes()
	if spec.CRLF || d.Persona().Windows {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	if spec.BOM {
		text = slices.Concat([]byte("\ufeff"), text)
	}
	return text, nil
}

func or[T comparable](value, standard T) T {
	var none T
	if value == none {
		return standard
	}
	return value
}
