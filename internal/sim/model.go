// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// quiet swallows what net/http says about connections that tests cut on purpose.
var quiet = log.New(io.Discard, "", 0)

// lean leaves out of the simulator's model of an ESXi host what nobody asks about: each host that is made has a copy of
// that model by way of XML, which is most of what a start computes.
var lean = sync.OnceFunc(func() {
	config := &esx.HostConfigInfo
	config.Certificate, config.Firewall, config.Service = nil, nil, nil
	// Files of guests go to the address for those who manage the host.
	if nics := config.VirtualNicManagerInfo; nics != nil {
		management := string(types.HostVirtualNicManagerNicTypeManagement)
		nics.NetConfig = slices.DeleteFunc(nics.NetConfig, func(n types.VirtualNicManagerNetConfig) bool { return n.NicType != management })
	}
})

// build creates the inventory and the HTTP endpoints of the simulator.
func (h *Host) build() error {
	lean()
	m := simulator.VPX()
	about := &m.ServiceContent.About
	if h.opts.ESX {
		m = simulator.ESX()
		about = &m.ServiceContent.About
		about.FullName = "VMware ESXi 8.0.3 build-24280767"
		about.Build = "24280767"
	} else {
		m.Datacenter = h.opts.Datacenters
		m.Folder = h.opts.DatacenterFolders
		m.Cluster = h.opts.Clusters
		m.ClusterHost = h.opts.ClusterHosts
		m.Host = h.opts.StandaloneHosts
		about.FullName = "VMware vCenter Server 8.0.3 build-24322831"
		about.Build = "24322831"
	}
	about.Version = "8.0.3"
	about.ApiVersion = newestAPI
	if h.opts.APIVersion != "" {
		about.Version, about.ApiVersion = h.opts.APIVersion+".0", h.opts.APIVersion
		about.FullName = strings.Replace(about.FullName, "8.0.3", about.Version, 1)
	}
	about.InstanceUuid = h.opts.InstanceUUID
	// Networks of their own, VMs and datastores of the model are left out: VMs must be registered the way this
	// package does it, and the datastores' directories are to lie where the options say.
	m.Portgroup, m.Machine, m.Datastore, m.Autostart = 0, 0, 0, false
	h.model = m
	if err := m.Create(); err != nil {
		return err
	}
	h.reg = m.Map()
	if err := h.makeDatastores(); err != nil {
		return err
	}
	h.setDRS()

	svc := m.Service
	svc.RegisterSDK(h.reg, h.reg.Path+"/vimService")
	svc.ServeMux.HandleFunc(h.reg.Path+"/vimServiceVersions.xml", svc.ServiceVersions)
	svc.ServeMux.HandleFunc("/nfc/", simulator.ServeNFC)
	if h.opts.Bare {
		svc.ServeMux.HandleFunc("/guestFile/", simulator.ServeGuest)
		svc.ServeMux.HandleFunc("/folder/", svc.ServeDatastore)
	} else {
		svc.ServeMux.Handle("/folder/", http.HandlerFunc(h.serveFolder))
		svc.ServeMux.Handle("/screen", http.HandlerFunc(h.serveScreen))
		svc.ServeMux.Handle("/guestFile", http.HandlerFunc(h.serveGuestFile))
	}
	return nil
}

// makeDatastores mounts the datastores on every host of their datacenter.
func (h *Host) makeDatastores() error {
	for _, e := range h.reg.All("HostSystem") {
		host, ok := e.(*simulator.HostSystem)
		if !ok {
			continue
		}
		dc := h.datacenterOf(host.Self)
		if dc == nil {
			return fmt.Errorf("host %s has no datacenter", host.Name)
		}
		for i := range h.opts.Datastores {
			name := fmt.Sprintf("LocalDS_%d", i)
			dir, err := h.newDatastoreDir(dc, name)
			if err != nil {
				return err
			}
			if err := h.mount(host, name, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// newDatastoreDir makes the directory of a datastore. Datacenters in different folders may share a name, hence the
// path.
func (h *Host) newDatastoreDir(dc *simulator.Datacenter, name string) (string, error) {
	dir := filepath.Join(h.dir, strings.ReplaceAll(strings.Trim(h.inventoryPath(dc.Self), "/"), "/", "-"), name)
	return dir, os.MkdirAll(dir, 0o700)
}

func (h *Host) setDRS() {
	on := !h.opts.NoDRS
	for _, e := range h.reg.All("ClusterComputeResource") {
		c, ok := e.(*simulator.ClusterComputeResource)
		if !ok {
			continue
		}
		c.Configuration.DrsConfig.Enabled = types.NewBool(on)
		if ex, ok := c.ConfigurationEx.(*types.ClusterConfigInfoEx); ok {
			ex.DrsConfig.Enabled = types.NewBool(on)
		}
	}
}

// entity returns an inventory object, or nil.
func (h *Host) entity(ref types.ManagedObjectReference) mo.Entity {
	e, _ := h.reg.Get(ref).(mo.Entity)
	return e
}

// datacenterOf walks up from an object to the datacenter that holds it; nil when there is none.
func (h *Host) datacenterOf(ref types.ManagedObjectReference) *simulator.Datacenter {
	for e := h.entity(ref); e != nil; {
		if dc, ok := e.(*simulator.Datacenter); ok {
			return dc
		}
		parent := e.Entity().Parent
		if parent == nil {
			return nil
		}
		e = h.entity(*parent)
	}
	return nil
}

// inventoryPath returns the path of an object below the root folder, such as /F0/DC1/vm.
func (h *Host) inventoryPath(ref types.ManagedObjectReference) string {
	path := ""
	for e := h.entity(ref); e != nil; {
		me := e.Entity()
		if me.Parent == nil {
			break
		}
		path = "/" + me.Name + path
		e = h.entity(*me.Parent)
	}
	if path == "" {
		return "/"
	}
	return path
}
