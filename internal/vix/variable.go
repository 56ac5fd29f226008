// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"regexp"
	"strings"
)

// Variables are settings of a VM by name: VixVM_ReadVariable, VixVM_WriteVariable.
type Variables interface {
	// CheckVariable says what would make WriteVariable and RemoveVariable fail for certain, without doing it: what the
	// product cannot write, names that are none, privileges that are lacking. What many ask for is asked of the
	// host together.
	CheckVariable(ctx context.Context, handle Handle, v Variable) error

	// ReadVariable reads one, and what many ask for together. It may tell what an open has told a moment ago.
	// ErrGone, alone, is the proof that there is no such VM any more.
	ReadVariable(ctx context.Context, handle Handle, v Variable) (*VariableRead, error)

	// WriteVariable gives one a value, which CheckWritten must let pass. One that has another value already is ErrVariableExists, unless
	// overwrite is set; one that has this value is done. It waits for what else is done with the VM.
	WriteVariable(ctx context.Context, handle Handle, v Variable, value string, overwrite bool) error

	// RemoveVariable takes one away, and leaves all else as it is. What is not there is no error.
	RemoveVariable(ctx context.Context, handle Handle, v Variable) error
}

// VariableKind is where a variable lives.
type VariableKind string

// The kinds of variables.
const (
	// VariableGuest is VIX_VM_GUEST_VARIABLE: guestinfo.NAME, which the guest's Tools read.
	VariableGuest VariableKind = "guest"
	// VariableRuntimeConfig is VIX_VM_CONFIG_RUNTIME_ONLY: a setting of the .vmx by its own key.
	VariableRuntimeConfig VariableKind = "runtime_config"
	// VariableGuestEnv is VIX_GUEST_ENVIRONMENT_VARIABLE: an environment variable in the guest.
	VariableGuestEnv VariableKind = "guest_env"
)

// Variable names a variable of a VM.
type Variable struct {
	Kind VariableKind
	Name string
}

// VariableRead is what a host says of a variable, and of the VM that it is of.
type VariableRead struct {
	VM     Registration
	Exists bool
	Value  string
}

// guestPrefix is what the settings begin with that a guest reads.
const guestPrefix = "guestinfo."

// Key is the setting that the variable is; two variables of one key are one. Keys have no case.
func (v Variable) Key() string {
	if v.Kind == VariableGuest {
		return guestPrefix + v.Name
	}
	return v.Name
}

// Same reports that two name one variable: one setting, or one environment variable of the guest, which is none.
func (v Variable) Same(other Variable) bool {
	return (v.Kind == VariableGuestEnv) == (other.Kind == VariableGuestEnv) && strings.EqualFold(v.Key(), other.Key())
}

// String is the variable as errors name it.
func (v Variable) String() string {
	if v.Kind == VariableGuestEnv {
		return "the environment variable " + v.Name
	}
	return "the variable " + v.Key()
}

// Check says why the name is none (CodeInvalidArg), nil if it is one.
func (v Variable) Check() error {
	reason, remedy := v.badName()
	if reason == "" {
		return nil
	}
	return &Error{
		Op: "use", Object: quoteBounded(v.Name) + " as the name of a variable", Code: CodeInvalidArg, Field: FieldName,
		Reason: reason, Remedy: remedy,
	}
}

func (v Variable) badName() (reason, remedy string) {
	switch {
	case strings.TrimSpace(v.Name) == "":
		return "The name is empty.", ""
	case strings.Contains(v.Name, "="):
		return "A name has no equals sign.", ""
	case v.Kind == VariableGuest && strings.Contains(v.Name, "/"):
		return "The name of a guest variable has no slash.", ""
	case v.Kind == VariableGuest && strings.HasPrefix(strings.ToLower(v.Name), guestPrefix):
		return "The name of a guest variable is what follows guestinfo.", "Write " + v.Name[len(guestPrefix):]
	case v.Kind != VariableGuestEnv && !settingName(v.Name):
		return "A setting of a .vmx is named by ASCII letters, digits and signs, without blanks, quotes, brackets, commas and bars.", ""
	}
	return "", ""
}

// CheckWritten says why the variable is none to write (CodeInvalidArg), nil if it is one: what a VM is made of has a setting, too, but
// that is no variable. vSphere ignores it in extraConfig without a word, so that it would be written again and again; a product that
// takes it makes another VM of it. One may be read, and removed.
func (v Variable) CheckWritten() error {
	if err := v.Check(); err != nil {
		return err
	}
	if v.Kind != VariableRuntimeConfig || !madeOf.MatchString(v.Name) {
		return nil
	}
	return &Error{
		Op: "write", Object: v.String(), Code: CodeInvalidArg, Field: FieldName,
		Reason: "The setting says which VM this is, what hardware it has or which files are its own. That is no variable: a host ignores " +
			"it, or makes another VM of it.",
	}
}

// madeOf are the settings that say which VM it is, what hardware it has and which files are its own. How a device behaves is none of
// them (ethernet0.coalescingScheme): of a device, only what it is and what it is joined to.
var madeOf = regexp.MustCompile(`(?i)^(?:` + strings.Join([]string{
	`uuid\.(?:bios|location)|vc\.uuid|displayname|annotation`,
	`\.encoding|config\.version|virtualhw\.version|guestos|firmware|memsize|numvcpus|cpuid\.corespersocket`,
	`nvram|extendedconfigfile|checkpoint\.vmstate|encryption\.(?:keysafe|data)|vmx\.encryptiontype|encryptedvm\.guid`,
	`ethernet\d+\.(?:present|connectiontype|vnet|virtualdev|addresstype|address|generatedaddress)`,
	`(?:scsi|sata|nvme|ide)\d+(?::\d+)?\.(?:present|virtualdev|devicetype|filename)`,
}, "|") + `)$`)

// settingName reports that every reader of a .vmx takes the name.
func settingName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"'(){};,|#`, r)
	})
}

// CheckVariableValue says why a value cannot be a variable's (CodeInvalidArg): what cannot be sent would arrive as something
// else. The value itself is not shown.
func CheckVariableValue(value string) error {
	reason := Unsayable(value)
	if value == "" {
		reason = "The value is empty: a host takes that for the removal of the variable."
	}
	if reason == "" {
		return nil
	}
	return &Error{Op: "use", Object: "the value of the variable", Code: CodeInvalidArg, Field: FieldValue, Reason: reason}
}
