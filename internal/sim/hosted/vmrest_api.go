// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// problem is vmrest's error.
type problem struct {
	Code    int    `json:"Code"`
	Message string `json:"Message"`
}

// The codes that are known.
const (
	codeParameter = 100
	codeNoAddress = 106
)

func invalid(parameter string) problem {
	return problem{codeParameter, "One of the parameters was invalid: " + parameter}
}

// answer gives the right answer.
func (v *VMRest) answer(w *recorder, r *http.Request, path string, alone bool) {
	w.Header().Set("Cache-Control", "no-cache")
	user, password, _ := r.BasicAuth()
	desk := v.p.now()
	switch {
	case user != v.Username || password != v.Password:
		v.unauthorized(w)
		return
	case !accepts(r, desk.Switch("vmrest-accept") == "works"):
		send(w, http.StatusNotAcceptable, problem{codeParameter, "The content type is not supported"})
		return
	case !alone && desk.Switch("vmrest-parallel") != "works":
		status, _ := strconv.Atoi(desk.Switch("vmrest-parallel"))
		send(w, status, problem{codeParameter, "The operation is not supported for the specified parameters"})
		return
	}
	id, rest, _ := strings.Cut(strings.TrimPrefix(path, "/vms/"), "/")
	switch {
	case r.Method == http.MethodGet && path == "/vms":
		v.list(w)
	case r.Method == http.MethodPost && path == "/vms/registration":
		v.register(w, r)
	case !strings.HasPrefix(path, "/vms/"):
		send(w, http.StatusNotFound, problem{codeParameter, "The resource does not exist"})
	default:
		v.machine(w, r, id, rest)
	}
}

// accepts says whether the media types are those of vmrest. A POST may do without Accept.
func accepts(r *http.Request, lenient bool) bool {
	get := r.Method == http.MethodGet
	switch r.Header.Get("Accept") {
	case mediaType, "*/*":
	case "":
		if get && !lenient {
			return false
		}
	default:
		return false
	}
	return get || r.Method == http.MethodDelete || r.Header.Get("Content-Type") == mediaType
}

func (v *VMRest) unauthorized(w *recorder) {
	w.Header().Set("WWW-Authenticate", "Basic realm=\"VMware REST API\"")
	switch v.p.now().Switch("vmrest-401") {
	case "empty":
		w.WriteHeader(http.StatusUnauthorized)
	case "html":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte("<html><body>401 Unauthorized</body></html>")) // whoever asked may be gone
	default:
		send(w, http.StatusUnauthorized, problem{http.StatusUnauthorized, "Authentication failed"})
	}
}

// send writes an answer, letters as they are.
func send(w *recorder, status int, body any) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(body) // whoever asked may be gone
}

func broken(w *recorder, err error) {
	send(w, http.StatusInternalServerError, problem{codeParameter, "stand-in: " + err.Error()})
}

type listed struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

func (v *VMRest) spelled(path string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.spell(path)
}

func (v *VMRest) list(w *recorder) {
	entries, err := v.p.now().Library()
	if err != nil {
		broken(w, err)
		return
	}
	all := []listed{}
	for _, e := range entries {
		all = append(all, listed{e.ID, v.spelled(e.Path)})
	}
	send(w, http.StatusOK, all)
}

func (v *VMRest) register(w *recorder, r *http.Request) {
	var body struct{ Name, Path string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		send(w, http.StatusBadRequest, invalid("body"))
		return
	}
	v.library.Lock()
	defer v.library.Unlock()
	desk := v.p.now()
	info, err := os.Stat(body.Path)
	entries, problemOfLibrary := desk.Library()
	switch {
	case problemOfLibrary != nil:
		broken(w, problemOfLibrary)
		return
	case body.Name == "":
		send(w, http.StatusBadRequest, invalid("name"))
		return
	case errors.Is(err, os.ErrNotExist) && filepath.IsAbs(body.Path):
		status, _ := strconv.Atoi(desk.Switch("vmrest-404"))
		send(w, status, problem{codeParameter, "A file was not found"})
		return
	case err != nil, info.IsDir(), !strings.EqualFold(filepath.Ext(body.Path), ".vmx"):
		send(w, http.StatusBadRequest, invalid("path"))
		return
	}
	for _, e := range entries {
		if desktop.Real(e.Path) != desktop.Real(body.Path) {
			continue
		}
		if status, _ := strconv.Atoi(desk.Switch("vmrest-duplicate")); status != http.StatusCreated {
			send(w, status, problem{codeParameter, "The virtual machine is registered already"})
			return
		}
	}
	entry, err := desk.AddToLibrary(body.Name, body.Path)
	if err != nil {
		broken(w, err)
		return
	}
	send(w, http.StatusCreated, listed{entry.ID, v.spelled(entry.Path)})
}
