// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"fmt"
	"strconv"
	"strings"
)

// Values that VMware assumes where a file says nothing.
const (
	DefaultNumCPUs   = 1
	DefaultMemoryMiB = 32
)

func (f *File) text(key string) string {
	val, _ := f.Get(key)
	return val
}

func (f *File) number(key string, standard int) int {
	n, err := strconv.Atoi(strings.TrimSpace(f.text(key)))
	if err != nil || n <= 0 {
		return standard
	}
	return n
}

// Bool returns a setting that is TRUE or FALSE in any case, or the given standard when it is absent or unclear.
func (f *File) Bool(key string, standard bool) bool {
	switch strings.ToLower(strings.TrimSpace(f.text(key))) {
	case "true", "1", "yes":
		return true
	case "false", "0", "no":
		return false
	}
	return standard
}

// DisplayName is the name that VMware shows, empty when the file has none.
func (f *File) DisplayName() string { return f.text("displayName") }

// GuestOS is the guest operating system in the file's own spelling, such as "ubuntu-64".
func (f *File) GuestOS() string { return f.text("guestOS") }

// NumCPUs is the number of virtual CPUs.
func (f *File) NumCPUs() int { return f.number("numvcpus", DefaultNumCPUs) }

// MemoryMiB is the memory size in MiB.
func (f *File) MemoryMiB() int { return f.number("memsize", DefaultMemoryMiB) }

// HardwareVersion is the virtual hardware version as vSphere writes it, such as "vmx-19" or "vmx-07"; empty when not
// given.
func (f *File) HardwareVersion() string {
	if n := f.number("virtualHW.version", 0); n > 0 {
		return fmt.Sprintf("vmx-%02d", n)
	}
	return ""
}

// Annotation is the notes text.
func (f *File) Annotation() string { return f.text("annotation") }

// BIOSUUID is `uuid.bios` in the usual 8-4-4-4-12 form, or empty. Restored copies share it.
func (f *File) BIOSUUID() string { return parseUUID(f.text("uuid.bios")) }

// InstanceUUID is `vc.uuid`, the identity that vSphere keeps for a VM, in the 8-4-4-4-12 form, or empty.
func (f *File) InstanceUUID() string { return parseUUID(f.text("vc.uuid")) }

// Encrypted says whether the file is encrypted in full or in part.
func (f *File) Encrypted() bool {
	for key := range f.index {
		if strings.HasPrefix(key, "encryption.") || key == "encryptedvm.guid" {
			return true
		}
	}
	return false
}

// Sealed says whether the file is encrypted as a whole: it tells no more than its name and how to unlock it.
func (f *File) Sealed() bool {
	_, hardware := f.Get("virtualHW.version")
	_, config := f.Get("config.version")
	return f.Encrypted() && !hardware && !config
}

// GuestInfo returns the guestinfo variables without their common prefix, in the spelling of the file.
func (f *File) GuestInfo() map[string]string {
	const prefix = "guestinfo."
	vars := map[string]string{}
	for _, key := range f.Keys() {
		if len(key) > len(prefix) && strings.EqualFold(key[:len(prefix)], prefix) {
			vars[key[len(prefix):]] = f.text(key)
		}
	}
	return vars
}

// parseUUID reads `56 4d 2c a9 .. .. .. ..-77 88 ..` and the usual form alike.
func parseUUID(text string) string {
	var digits []byte
	for _, c := range []byte(strings.ToLower(text)) {
		if c == ' ' || c == '-' {
			continue
		}
		if _, ok := hexDigit(c); !ok {
			return ""
		}
		digits = append(digits, c)
	}
	if len(digits) != 32 {
		return ""
	}
	d := string(digits)
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
}

// FormatUUID writes a UUID the way a .vmx holds it: `56 4d 2c a9 b1 12 5e 77-91 20 ...`. It returns an empty
// string for text that is no UUID.
func FormatUUID(uuid string) string {
	d := strings.ReplaceAll(parseUUID(uuid), "-", "")
	if d == "" {
		return ""
	}
	var b strings.Builder
	for i := 0; i < 32; i += 2 {
		switch i {
		case 0:
		case 16:
			b.WriteByte('-')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(d[i : i+2])
	}
	return b.String()
}
