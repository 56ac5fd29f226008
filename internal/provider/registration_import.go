// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// idForm tells an id, an instance UUID or a managed object id, from a path in the text that an import gives.
var idForm = regexp.MustCompile(`^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(vm-)?[0-9]+)$`)

// inventoryPathForm is a path that no file of a VM has.
var inventoryPathForm = regexp.MustCompile(`^/[^\[\]]+/[^\[\]]+$`)

// findImported opens the VM that an import means; nil, with an error, if there is none.
func (c *connection) findImported(
	ctx context.Context, req resource.ImportStateRequest, server string, diags *diag.Diagnostics,
) *vix.Registration {
	id := strings.TrimSpace(req.ID)
	if id == "" {
		var identity identityModel
		if req.Identity != nil {
			diags.Append(req.Identity.Get(ctx, &identity)...)
		}
		if diags.HasError() {
			return nil
		}
		if of := identity.Server.ValueString(); of != server {
			addOtherServer(diags, of, server)
			return nil
		}
		if !c.followsVMs() {
			return c.listed(ctx, vix.Locator{Path: vix.Path{File: identity.ID.ValueString()}}, server, diags)
		}
		return opened(diags)(c.host.OpenID(ctx, identity.ID.ValueString()))
	}
	if idForm.MatchString(id) {
		return opened(diags)(c.host.OpenID(ctx, strings.ToLower(id)))
	}
	at, err := vix.ParseLocator(id, c.host.ParsePath)
	if !c.followsVMs() {
		if err != nil {
			addErrorAt(diags, path.Empty(), err) // the path is all that there is
			return nil
		}
		return c.listed(ctx, at, server, diags)
	}
	if err != nil && inventoryPathForm.MatchString(id) && !strings.HasSuffix(id, ".vmx") && !strings.HasSuffix(id, ".vmtx") {
		return opened(diags)(c.host.OpenID(ctx, id))
	}
	if err != nil {
		addErrorAt(diags, path.Empty(), further(err, importForms))
		return nil
	}
	return opened(diags)(c.host.Open(ctx, at))
}

// listed is the registration of a path where a VM can be opened without one: only the list of the product tells it.
func (c *connection) listed(
	ctx context.Context, at vix.Locator, server string, diags *diag.Diagnostics,
) *vix.Registration {
	registrar, err := vix.Part[vix.Registrar](c.host, vix.FeatureRegister)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return nil
	}
	is, err := registrar.Registration(vix.Believing(ctx, believedAge), vix.Handle{Server: server, ID: at.Path.File, Path: at.Path})
	if errors.Is(err, vix.ErrGone) {
		err = &vix.Error{
			Op: "import", Object: at.Path.String(), Code: vix.CodeVMNotFound, Kind: vix.ErrNotRegistered, At: at,
			Reason: "The VM is not in the library of the product: there is no registration to import.",
		}
	}
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return nil
	}
	return is
}

// opened turns the outcome of an open into a registration or a diagnostic. None of an
// import's errors has an attribute to point at.
func opened(diags *diag.Diagnostics) func(*vix.VM, error) *vix.Registration {
	return func(vm *vix.VM, err error) *vix.Registration {
		var several *vix.Error
		if errors.As(err, &several) && several.Kind == vix.ErrAmbiguous && len(several.Options) == 0 {
			told := *several
			told.Remedy = strings.TrimSpace("Import the one that is meant by its managed object id (vm-42) or by its path in its " +
				"datacenter (/DC1:[storage1] web/web.vmx). " + told.Remedy)
			err = &told
		}
		if err != nil {
			addErrorAt(diags, path.Empty(), err)
			return nil
		}
		return &vm.Registration
	}
}

// importAge is how long what an import has read is taken for what the VM is.
const importAge = 5 * time.Second

// imports are the registrations that were imported a moment ago: Terraform reads each
// right after its import, which has just read it.
type imports struct {
	mu   sync.Mutex
	read map[string]justImported // by managed object id, or by id where there is none
}

type justImported struct {
	at time.Time
	is vix.Registration
}

func (m *imports) keep(r vix.Registration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.read == nil {
		m.read = map[string]justImported{}
	}
	m.read[cmp.Or(r.ManagedObjectID, r.ID)] = justImported{time.Now(), r}
}

// take gives the registration of a handle once; nil if it was not imported just now.
func (m *imports) take(handle vix.Handle) *vix.Registration {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := cmp.Or(handle.ManagedObjectID, handle.ID)
	just, ok := m.read[key]
	delete(m.read, key)
	if !ok || time.Since(just.at) > importAge || handle.Same(&just.is) != vix.Itself {
		return nil
	}
	return &just.is
}
