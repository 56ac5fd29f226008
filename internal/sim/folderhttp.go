// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
)

func ticketOf(res soap.HasFault) string {
	if b, ok := res.(*methods.AcquireGenericServiceTicketBody); ok && b.Res != nil {
		return b.Res.Returnval.Id
	}
	return ""
}

// serveFolder is the host's file access at /folder/PATH?dcPath=DATACENTER&dsName=DATASTORE. The simulator's own
// serves everybody and claims to have deleted what it keeps.
func (h *Host) serveFolder(w http.ResponseWriter, r *http.Request) {
	user, ok := h.fileUser(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="VMware HTTP server"`)
		http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
		return
	}
	q := r.URL.Query()
	dcPath := q.Get("dcPath")
	if dcPath == "" && h.opts.ESX {
		dcPath = "ha-datacenter"
	}
	dc, err := h.datacenter(dcPath)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	ds := h.datastoreOf(dc, q.Get("dsName"))
	if ds == nil {
		http.NotFound(w, r)
		return
	}
	// Which of the two a read needs is not told alike everywhere.
	if h.denied(user, "Datastore.FileManagement", ds.Self) || reads(r) && h.denied(user, "Datastore.Browse", ds.Self) {
		// As without a session, not 403.
		w.Header().Set("WWW-Authenticate", `Basic realm="VMware HTTP server"`)
		http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
		return
	}
	if !h.accessible(ds) {
		http.Error(w, "503 Service Unavailable", http.StatusServiceUnavailable)
		return
	}
	// A + in the path is a blank, as it is in a query.
	below, err := url.QueryUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/folder/"))
	if err != nil {
		http.Error(w, "400 Bad Request", http.StatusBadRequest)
		return
	}
	rel := strings.TrimPrefix(path.Clean("/"+below), "/")
	name := file(ds, dsPath{ds.Name, rel})
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		f, err := os.Open(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer func() { _ = f.Close() }()
		info, err := f.Stat()
		if err != nil || info.IsDir() {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, info.Name(), info.ModTime(), f)
	case http.MethodPut, http.MethodPost:
		if err := makeObject(ds, dsPath{ds.Name, rel}); err != nil {
			http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
			return
		}
		h.receive(w, r, name)
	case http.MethodDelete:
		switch err := os.Remove(name); {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case os.IsNotExist(err):
			http.NotFound(w, r)
		default:
			http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
		}
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

func (h *Host) receive(w http.ResponseWriter, r *http.Request, name string) {
	if r.Method == http.MethodPost {
		if _, err := os.Stat(name); err == nil {
			w.WriteHeader(http.StatusConflict)
			return
		}
	}
	status := http.StatusCreated
	if _, err := os.Stat(name); err == nil {
		status = http.StatusOK
	}
	if err := writeFrom(name, r.Body); err != nil {
		http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
}

func writeFrom(name string, body io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, fs.FileMode(0o600))
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, body); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// fileUser returns who asks for a file: by session cookie, service ticket or basic authentication.
func (h *Host) fileUser(r *http.Request) (string, bool) {
	if user := h.userOf(r); user != "" {
		return user, true
	}
	if c, err := r.Cookie("vmware_cgi_ticket"); err == nil {
		h.mu.Lock()
		ok := h.tickets[c.Value]
		delete(h.tickets, c.Value) // a ticket is good for one request
		h.mu.Unlock()
		return "", ok
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return "", false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	want, known := h.users[name]
	return name, known && want == password
}
