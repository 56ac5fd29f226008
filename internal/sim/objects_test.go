// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"regexp"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

var objectNames = map[string]*regexp.Regexp{
	VSAN: regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
	VVOL: regexp.MustCompile(`^naa\.600[0-9a-f]{29}$`),
}

// On vSAN and vVols a VM is registered by the friendly name of its folder and reported by the object's; no lookup by the
// friendly one finds it, and only the browser says that they are one, since API 6.5.
func TestObjectDatastores(t *testing.T) {
	for kind, form := range objectNames {
		for version, told := range map[string]string{"6.0": "", "6.5": "web"} {
			t.Run(kind+" "+version, func(t *testing.T) {
				s := sit(t, Options{APIVersion: version})
				const at = "[objects] web/web.vmx"
				if err := all(s.AddObjectDatastore("DC0", "objects", kind), s.WriteVM("DC0", at, VMX{})); err != nil {
					t.Fatal(err)
				}
				vm, err := s.register("DC0", at, "")
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.read(vm.Reference(), "config.files.vmPathName")
				if err != nil {
					t.Fatal(err)
				}
				folder, _ := s.ObjectFolder("DC0", at)
				if path := got.Config.Files.VmPathName; path != "[objects] "+folder+"/web.vmx" || !form.MatchString(folder) {
					t.Errorf("reported as %s", path)
				}
				if found, err := s.findPath("DC0", at); err != nil || found != nil {
					t.Errorf("found by the friendly name: %v, %v", found, err)
				}
				folders, err := s.folders("[objects]")
				if err != nil || len(folders) != 1 || folders[0].Path != folder || folders[0].FriendlyName != told {
					t.Errorf("the folders are %+v, %v", folders, err)
				}
				if _, err := s.register("DC0", at, ""); err == nil || !strings.Contains(err.Error(), "exists") {
					t.Errorf("registered twice: %v", err)
				}
			})
		}
	}
}

// folders are the folders at the top of a datastore.
func (s *seat) folders(at string) ([]types.FileInfo, error) {
	dc, err := s.Host.datacenter("DC0")
	if err != nil {
		return nil, err
	}
	ds := s.datastoreOf(dc, strings.Trim(at, "[]"))
	res, err := methods.SearchDatastore_Task(s.ctx, s.c, &types.SearchDatastore_Task{
		This: ds.Browser, DatastorePath: at, SearchSpec: &types.HostDatastoreBrowserSearchSpec{MatchPattern: []string{"*"}},
	})
	if err != nil {
		return nil, err
	}
	info, err := object.NewTask(s.c.Client, res.Returnval).WaitForResult(s.ctx)
	if err != nil {
		return nil, err
	}
	var out []types.FileInfo
	for _, f := range info.Result.(types.HostDatastoreBrowserSearchResults).File {
		out = append(out, *f.GetFileInfo())
	}
	return out, nil
}
