// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"slices"
	"strings"
)

// flags are what stands before the command.
type flags struct {
	hostType      string
	vmPassword    string
	guestUser     string
	guestPassword string
}

var (
	flagNames       = []string{"-T", "-vp", "-gu", "-gp"}
	remoteFlagNames = []string{"-h", "-P", "-u", "-p"}
)

// parse reads the arguments; problem is the first line of the usage of wrong ones.
func (p *process) parse(args []string) (problem string) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name := args[0]
		known := slices.Contains(flagNames, name) || p.d.Persona().Remote && slices.Contains(remoteFlagNames, name)
		if !known || len(args) == 1 {
			return "Invalid argument: " + name
		}
		switch value := args[1]; name {
		case "-T":
			p.flags.hostType = value
		case "-vp":
			p.flags.vmPassword = value
		case "-gu":
			p.flags.guestUser = value
		case "-gp":
			p.flags.guestPassword = value
		}
		args = args[2:]
	}
	if len(args) > 0 {
		p.command, p.params = args[0], args[1:]
	}
	return ""
}

// lateFlag says whether a flag stands after the command, where it is none.
func (p *process) lateFlag(cmd command) bool {
	return !cmd.text && slices.ContainsFunc(p.params, func(s string) bool { return slices.Contains(flagNames, s) })
}

// lookup finds the command that was named.
func (p *process) lookup() (command, bool) {
	exact := p.d.Switch("command-case") == "exact"
	for _, c := range commands {
		if c.name == p.command || !exact && strings.EqualFold(c.name, p.command) {
			if c.remote && !p.d.Persona().Remote && p.d.Switch("register") == "unrecognized" {
				break
			}
			return c, true
		}
	}
	return command{}, false
}

// usage prints what vmrun prints when it does not understand its arguments, or has none.
func (p *process) usage() error {
	persona := p.d.Persona()
	p.out.raw("\nvmrun version " + persona.VMRun + "\n\n")
	p.out.raw("Usage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n\n\n\nAUTHENTICATION-FLAGS\n--------------------\n")
	p.out.raw("These must appear before the command and any command parameters.\n\n")
	if persona.Remote {
		p.out.raw("   -h <hostName>  (not needed for local hosts)\n   -P <hostPort>  (not needed for local hosts)\n")
		p.out.raw("   -u <userName in host OS>\n   -p <password in host OS>\n")
	}
	p.out.raw("   -T <hostType> " + persona.Usage + "\n   -vp <password for encrypted virtual machine>\n")
	p.out.raw("   -gu <userName in guest OS>\n   -gp <password in guest OS>\n\n\n\n")
	for _, group := range usageGroups {
		if group.name == "HOST NETWORK" && !persona.HostNetworks {
			continue
		}
		p.out.raw(group.name + " COMMANDS" + strings.Repeat(" ", 4) + "PARAMETERS           DESCRIPTION\n")
		p.out.raw(strings.Repeat("-", 60) + "\n")
		for _, l := range group.lines {
			p.out.line(l)
		}
		p.out.raw("\n")
	}
	p.out.raw("\n\nExamples:\n\n\nStarting a virtual machine\n   vmrun -T ws start \"/usr/local/VMs/vm.vmx\"\n\n")
	switch p.d.Switch("usage-status") {
	case "0":
		p.status = statusOK
	case "1":
		p.status = 1
	default:
		p.status = statusError
	}
	return nil
}

// usageGroups are the commands as the usage has them.
var usageGroups = []struct {
	name  string
	lines []string
}{
	{"POWER", []string{
		"start                    Path to vmx file     Start a VM", "                         [gui|nogui]", "",
		"stop                     Path to vmx file     Stop a VM", "                         [hard|soft]", "",
		"pause                    Path to vmx file     Pause a VM", "",
	}},
	{"SNAPSHOT", []string{
		"listSnapshots            Path to vmx file     List all snapshots in a VM", "                         [showTree]", "",
	}},
	{"HOST NETWORK", []string{"listHostNetworks                              List all networks in the host", ""}},
	{"GENERAL", []string{"list                                          List all running VMs", ""}},
}
