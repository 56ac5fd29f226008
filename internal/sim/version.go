// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// A host answers in its own API version. A property path that it does not know fails the whole call, InvalidProperty with an
// empty fault string; a method that it does not know is InvalidRequest. The simulator's own notes a path in the MissingSet
// and knows every method.

// propertySince are properties that vSphere has not always had, with the API version that brought each.
var propertySince = map[string]map[string]string{
	"VirtualMachine": {
		"config.instanceUuid": "4.0", "summary.config.instanceUuid": "4.0", "parentVApp": "4.0", "guest.toolsRunningStatus": "4.0",
		"guest.toolsVersionStatus": "4.0", "guest.toolsVersionStatus2": "5.0", "guest.guestOperationsReady": "5.0",
		"guest.interactiveGuestOperationsReady": "5.0", "runtime.paused": "6.0", "config.keyId": "6.5", "runtime.cryptoState": "6.7",
		"runtime.instantCloneFrozen": "6.7",
	},
}

// methodSince are methods that vSphere has not always had.
var methodSince = map[string]string{
	"FindAllByUuid": "4.0", "CreatePropertyCollector": "4.0",
	"RetrievePropertiesEx": "4.1", "ContinueRetrievePropertiesEx": "4.1", "WaitForUpdatesEx": "4.1",
	"HasPrivilegeOnEntity": "5.5", "HasPrivilegeOnEntities": "5.5",
	"HasUserPrivilegeOnEntities": "6.5", "FetchUserPrivilegeOnEntities": "6.5",
}

// friendlyNamesSince is the API version that brought FileInfo.friendlyName.
const friendlyNamesSince = "6.5"

// knows reports that the host's API has what a version brought.
func (h *Host) knows(version string) bool {
	return compareVersions(cmp.Or(h.opts.APIVersion, newestAPI), version) >= 0
}

// newestAPI is the API version where the options name none.
const newestAPI = "8.0.3.0"

// compareVersions compares by numbers: 5.5 is before 6.0, and 10.0 after it.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if x != y {
			return cmp.Compare(x, y)
		}
	}
	return 0
}

// unknownMethod reports that the host's API has no such method.
func (h *Host) unknownMethod(method string) bool {
	version, dated := methodSince[method]
	if _, guest := guestPrivileges[method]; guest {
		version, dated = guestOperationsSince, true
	}
	return dated && !h.opts.Bare && !h.knows(version)
}

// refuseMethod answers as a host that does not know a method.
func (h *Host) refuseMethod(w http.ResponseWriter, method string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	text := fmt.Sprintf(unresolved, method)
	n, _ := io.WriteString(w, text) //nolint:gosec // SOAP, with the name of a method that the table has
	h.traffic.sent(n)
}

// unresolved is the answer to a method that a host does not know.
const unresolved = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<soapenv:Body>
<soapenv:Fault><faultcode>ClientFaultCode</faultcode><faultstring>Unable to resolve WSDL method name %s</faultstring>` +
	`<detail><InvalidRequestFault xmlns="urn:vim25" xsi:type="InvalidRequest"></InvalidRequestFault></detail></soapenv:Fault>
</soapenv:Body>
</soapenv:Envelope>
`

// unknownProperty is the fault of a request that asks for a property which the host's API does not have, nil if it has all.
func (h *Host) unknownProperty(specs []types.PropertyFilterSpec) types.BaseMethodFault {
	for _, spec := range specs {
		for _, set := range spec.PropSet {
			for _, path := range set.PathSet {
				if version, dated := propertySince[set.Type][path]; dated && !h.knows(version) || !exists(set.Type, path) {
					return &types.InvalidProperty{Name: path}
				}
			}
		}
	}
	return nil
}

// exists reports that objects of a type have a property, as far as can be told without an object.
func exists(kind, path string) bool {
	if strings.ContainsAny(path, `["`) {
		return true // keyed: the object itself says
	}
	var at reflect.Type
	switch kind {
	case "Task":
		at = reflect.TypeFor[mo.Task]()
	case "ListView":
		at = reflect.TypeFor[mo.ListView]()
	default:
		object, ok := mo.Value(moref{Type: kind, Value: kind})
		if !ok {
			return true
		}
		at = reflect.TypeOf(object)
	}
	for name := range strings.SplitSeq(path, ".") {
		for at.Kind() == reflect.Pointer {
			at = at.Elem()
		}
		if at.Kind() == reflect.Interface {
			return true // what is there decides
		}
		if name == "" || at.Kind() != reflect.Struct {
			return false
		}
		field := fieldOf(at, name)
		if field == nil {
			return false
		}
		at = at.FieldByIndex(field).Type
	}
	return true
}
