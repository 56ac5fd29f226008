// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
)

// Registration is what a record says of a registration. Names are shown as people
// write them, inventory paths as the host has them.
func (r *Record) Registration() vix.Registration {
	vm := &r.VM
	out := vix.Registration{
		ManagedObjectID: vm.Self.Value,
		Name:            r.name(),
		Path:            r.Path(),
		Placement: vix.Placement{
			Folder:       r.Folder(),
			ResourcePool: r.pathOf(vm.ResourcePool),
			Host:         r.pathOf(vm.Runtime.Host),
			Cluster:      r.cluster(),
		},
		Encrypted:       vm.Runtime.CryptoState != "",
		ConnectionState: vix.ConnectionState(vm.Runtime.ConnectionState),
		PowerState:      powerState(vm.Runtime.PowerState, vm.Runtime.Paused),
	}
	if dc, ok := r.Datacenter(); ok {
		out.Datacenter = r.above.Path(dc)
	}
	if c := vm.Config; c != nil {
		out.InstanceUUID = strings.ToLower(c.InstanceUuid)
		out.Template = c.Template
		out.Encrypted = out.Encrypted || c.KeyId != nil
	}
	if out.InstanceUUID == "" {
		out.InstanceUUID = strings.ToLower(vm.Summary.Config.InstanceUuid)
	}
	out.ID = out.InstanceUUID
	if out.ID == "" {
		// The host cannot read the configuration and so knows no UUID. The managed
		// object id is all that tells this registration from others.
		out.ID = out.ManagedObjectID
	}
	return out
}

// Path is where the .vmx is. A VM that the host cannot read has no configuration;
// its summary often still tells.
func (r *Record) Path() vix.Path {
	name, below := shellPath(r.reported())
	if !below {
		return hostPath(r.reported())
	}
	mounts := r.in.AtDirectory(name)
	if len(mounts) == 0 {
		return hostPath(r.reported())
	}
	ds := mounts[0]
	if dc, ok := r.Datacenter(); ok {
		if i := slices.IndexFunc(mounts, func(ds *inventory.Datastore) bool { return ds.In.Ref == dc }); i >= 0 {
			ds = mounts[i]
		}
	}
	file, _ := ds.Below(name)
	return vix.Path{Datastore: ds.Name, File: file}
}

// reported is the path as the host has it.
func (r *Record) reported() string {
	if c := r.VM.Config; c != nil && c.Files.VmPathName != "" {
		return c.Files.VmPathName
	}
	return r.VM.Summary.Config.VmPathName
}

// On gives the path below a datastore, if that is where the .vmx is.
func (r *Record) On(ds *inventory.Datastore) (file string, ok bool) { return fileOn(r.reported(), ds) }

// fileOn gives the path below a datastore of what the host reports, if it is there.
func fileOn(text string, ds *inventory.Datastore) (file string, ok bool) {
	if name, below := shellPath(text); below {
		return ds.Below(name)
	}
	p := hostPath(text)
	return p.File, vix.SameName(p.Datastore, ds.Name)
}

// shellPath reads what a host reports of a VM whose datastore it cannot reach: a path
// in its own file system, "[] /vmfs/volumes/UUID/web/web.vmx".
func shellPath(text string) (name string, ok bool) {
	name, ok = strings.CutPrefix(text, "[] /")
	return "/" + name, ok
}

// hostPath reads a path that the host reports. What does not parse is kept as it
// is, below no datastore: it must not be taken for another path. So is one with
// spaces at the ends of its names: from a user they mean nothing, from the host
// they are names of other files.
func hostPath(text string) vix.Path {
	p, err := vix.ParsePath(text)
	datastore, file, _ := strings.Cut(strings.TrimPrefix(text, "["), "]")
	file = strings.TrimPrefix(file, " ")
	if err != nil || strings.TrimSpace(datastore) != datastore || strings.TrimSpace(file) != file {
		return vix.Path{File: text}
	}
	return p
}

// name is the VM's. One that the host cannot reach has lost it.
func (r *Record) name() string {
	if r.VM.Name == "Unknown" && r.VM.Runtime.ConnectionState == types.VirtualMachineConnectionStateInaccessible {
		return ""
	}
	return vix.Unescape(r.VM.Name)
}

// Datacenter is the datacenter above the VM.
func (r *Record) Datacenter() (types.ManagedObjectReference, bool) {
	for _, from := range []*types.ManagedObjectReference{r.VM.Parent, r.VM.ParentVApp, r.VM.ResourcePool, r.VM.Runtime.Host} {
		if from != nil {
			if dc, ok := r.above.Above(*from, "Datacenter"); ok {
				return dc, true
			}
		}
	}
	return types.ManagedObjectReference{}, false
}

// Folder is the VM folder that it is in; a VM in a vApp is in that.
func (r *Record) Folder() string {
	if r.VM.Parent != nil {
		return r.pathOf(r.VM.Parent)
	}
	return r.pathOf(r.VM.ParentVApp)
}

// cluster is the cluster of the VM's host; empty on a standalone host.
func (r *Record) cluster() string {
	for _, from := range []*types.ManagedObjectReference{r.VM.Runtime.Host, r.VM.ResourcePool} {
		if from != nil {
			if c, ok := r.above.Above(*from, "ClusterComputeResource"); ok {
				return r.above.Path(c)
			}
		}
	}
	return ""
}

func (r *Record) pathOf(ref *types.ManagedObjectReference) string {
	if ref == nil {
		return ""
	}
	return r.above.Path(*ref)
}

// Opened is what a record says of an opened VM.
func (r *Record) Opened() *vix.VM {
	out := &vix.VM{Registration: r.Registration()}
	vm := &r.VM
	out.IsRunning = vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
	out.Question = Question(vm.Runtime.Question)
	out.Variables = map[string]string{}
	if c := vm.Config; c != nil {
		out.BIOSUUID = strings.ToLower(c.Uuid)
		out.GuestOS = c.GuestId
		out.HardwareVersion = c.Version
		out.NumVCPUs = int64(c.Hardware.NumCPU)
		out.MemorySize = int64(c.Hardware.MemoryMB)
		out.Annotation = c.Annotation
		out.StaysOnInStandby = c.DefaultPowerOps.StandbyAction == string(types.VirtualMachineStandbyActionTypePowerOnSuspend)
		for _, option := range c.ExtraConfig {
			o := option.GetOptionValue()
			if name, ok := strings.CutPrefix(o.Key, "guestinfo."); ok {
				if value, ok := o.Value.(string); ok {
					out.Variables[name] = value
				}
			}
		}
	}
	out.ToolsState = vix.ToolsUnknown
	if g := vm.Guest; g != nil {
		out.ToolsState = ToolsState(g)
		out.ToolsVersion = g.ToolsVersion
		out.Guest = vix.GuestInfo{
			Hostname: g.HostName, IPAddress: g.IpAddress, IPAddresses: addresses(g), FullName: g.GuestFullName, Family: g.GuestFamily,
		}
	}
	if s := vm.Snapshot; s != nil {
		out.Snapshots = snapshots(nil, vix.Snapshot{}, s.RootSnapshotList, s.CurrentSnapshot)
	}
	return out
}

// powerState is VIX's word; paused is a property of its own on vSphere.
func powerState(state types.VirtualMachinePowerState, paused *bool) vix.PowerState {
	switch {
	case paused != nil && *paused:
		return vix.Paused
	case state == types.VirtualMachinePowerStatePoweredOn:
		return vix.PoweredOn
	case state == types.VirtualMachinePowerStateSuspended:
		return vix.Suspended
	case state == types.VirtualMachinePowerStatePoweredOff:
		return vix.PoweredOff
	}
	return ""
}

// ToolsState is VIX's word for vSphere's two: whether Tools run, and whether
// they are there at all.
func ToolsState(g *types.GuestInfo) vix.ToolsState {
	switch types.VirtualMachineToolsRunningStatus(g.ToolsRunningStatus) {
	case types.VirtualMachineToolsRunningStatusGuestToolsRunning:
		return vix.ToolsRunning
	case types.VirtualMachineToolsRunningStatusGuestToolsExecutingScripts:
		return vix.ToolsUnknown // on the way up or down
	}
	switch types.VirtualMachineToolsVersionStatus(cmp.Or(g.ToolsVersionStatus2, g.ToolsVersionStatus)) {
	case types.VirtualMachineToolsVersionStatusGuestToolsNotInstalled:
		return vix.ToolsNotInstalled
	case "":
		return vix.ToolsUnknown
	}
	return vix.ToolsNotRunning
}

// addresses are all that the guest has, the first one first, each once.
func addresses(g *types.GuestInfo) []string {
	var out []string
	add := func(ip string) {
		if ip != "" && !slices.Contains(out, ip) {
			out = append(out, ip)
		}
	}
	add(g.IpAddress)
	for _, nic := range g.Net {
		for _, ip := range nic.IpAddress {
			add(ip)
		}
	}
	return out
}

// Question is what a VM asks; nil if it asks nothing.
func Question(q *types.VirtualMachineQuestionInfo) *vix.Question {
	if q == nil {
		return nil
	}
	out := &vix.Question{ID: q.Id, Text: q.Text, MessageID: messageID.FindString(q.Text)}
	if out.MessageID == "" && len(q.Message) > 0 {
		out.MessageID = q.Message[0].Id
	}
	for i, choice := range q.Choice.ChoiceInfo {
		if d, ok := choice.(*types.ElementDescription); ok {
			// A host that names no default is decoded as naming the first choice.
			isDefault := i > 0 && int32(i) == q.Choice.DefaultIndex
			out.Choices = append(out.Choices, vix.Choice{Key: d.Key, Label: d.Label, Default: isDefault})
		}
	}
	return out
}

// messageID is what hosts write in front of a question's text.
var messageID = regexp.MustCompile(`^(msg\.[\w.\-]+)`)

// snapshots flattens the tree, parents before children.
func snapshots(
	out []vix.Snapshot, above vix.Snapshot, trees []types.VirtualMachineSnapshotTree, current *types.ManagedObjectReference,
) []vix.Snapshot {
	for _, t := range trees {
		name := vix.Unescape(t.Name)
		is := vix.Snapshot{
			ID: strconv.Itoa(int(t.Id)), Parent: above.ID, Name: name, Description: t.Description,
			Path: vix.SnapshotPath(above.Path, name), Created: t.CreateTime,
			IsCurrent: current != nil && *current == t.Snapshot, PowerState: powerState(t.State, nil),
			Quiesced: t.Quiesced,
		}
		out = snapshots(append(out, is), is, t.ChildSnapshotList, current)
	}
	return out
}

// SnapshotRefs are the snapshots of a VM as managed objects, in the order of Opened's.
func (r *Record) SnapshotRefs() []types.ManagedObjectReference {
	if r.VM.Snapshot == nil {
		return nil
	}
	var out []types.ManagedObjectReference
	var walk func([]types.VirtualMachineSnapshotTree)
	walk = func(trees []types.VirtualMachineSnapshotTree) {
		for _, t := range trees {
			out = append(out, t.Snapshot)
			walk(t.ChildSnapshotList)
		}
	}
	walk(r.VM.Snapshot.RootSnapshotList)
	return out
}
