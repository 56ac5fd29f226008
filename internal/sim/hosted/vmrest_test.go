// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

const mediaType = "application/vnd.vmware.vmw.rest-v1+json"

var client = &http.Client{Timeout: 5 * time.Minute}

// reply is an answer of vmrest.
type reply struct {
	code   int
	header http.Header
	body   string
}

func (r reply) status() string { return fmt.Sprint(r.code) }

func (r reply) want(t *testing.T, code int, body string) {
	t.Helper()
	if plain := strings.Join(strings.Fields(r.body), " "); r.code != code || plain != body {
		t.Errorf("vmrest answered %d %s; it must answer %d %s", r.code, plain, code, body)
	}
}

func rest(t *testing.T, v *hostedsim.VMRest, method, path, body string) reply {
	t.Helper()
	return restWith(t, v, method, path, body, nil)
}

func restAs(t *testing.T, v *hostedsim.VMRest, password, method, path, body string) reply {
	t.Helper()
	r, _ := http.NewRequest(http.MethodGet, "http://x", nil)
	r.SetBasicAuth(v.Username, password)
	return restWith(t, v, method, path, body, http.Header{"Authorization": {r.Header.Get("Authorization")}})
}

func restWith(t *testing.T, v *hostedsim.VMRest, method, path, body string, header http.Header) reply {
	t.Helper()
	r, err := http.NewRequest(method, v.URL()+"/api"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(v.Username, v.Password)
	r.Header.Set("Accept", mediaType)
	r.Header.Set("Content-Type", mediaType)
	for k, values := range header {
		r.Header[k] = values
		if values[0] == "" {
			r.Header.Del(k)
		}
	}
	answer, err := client.Do(r)
	if err != nil {
		return reply{body: err.Error()}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, string(text)}
}

func registration(name, path string) string {
	text, _ := json.Marshal(map[string]string{"name": name, "path": path})
	return string(text)
}

func TestVMRestRegisters(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("Übung <1>", hostedsim.Spec{CPUs: 2, MemoryMiB: 2048})
	v := p.VMRest()
	rest(t, v, http.MethodGet, "/vms", "").want(t, 200, "[]")
	r := rest(t, v, http.MethodPost, "/vms/registration", registration("a", m.Path()))
	id := regexp.MustCompile("\"id\": \"([0-9A-V]{32})\"").FindStringSubmatch(r.body)
	if id == nil {
		t.Fatal(r)
	}
	entry := "{ \"id\": \"" + id[1] + "\", \"path\": \"" + m.Path() + "\" }"
	r.want(t, 201, entry)
	if r.header.Get("Content-Type") != mediaType || r.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("%v", r.header)
	}
	rest(t, v, http.MethodGet, "/vms", "").want(t, 200, "[ "+entry+" ]")
	rest(t, v, http.MethodGet, "/vms/"+id[1], "").want(t, 200, "{ \"cpu\": { \"processors\": 2 }, \"id\": \""+id[1]+"\", \"memory\": 2048 }")
	rest(t, v, http.MethodGet, "/vms/"+id[1]+"/power", "").want(t, 200, "{ \"power_state\": \"poweredOff\" }")
	m.Start()
	rest(t, v, http.MethodGet, "/vms/"+id[1]+"/ip", "").want(t, 200, "{ \"ip\": \"192.168.80.130\" }")
	m.SetGuest(func(g *hostedsim.Guest) { g.IP = "" })
	rest(t, v, http.MethodGet, "/vms/"+id[1]+"/ip", "").want(t, 409, "{ \"Code\": 106, \"Message\": \"Unable to get the IP address\" }")
	if !m.InLibrary() {
		t.Error("it is not in the library")
	}
	v.Spell(func(path string) string { return "/other" + path })
	rest(t, v, http.MethodGet, "/vms", "").want(t, 200, "[ "+strings.Replace(entry, m.Path(), "/other"+m.Path(), 1)+" ]")
	m.RemoveFromLibrary()
	rest(t, v, http.MethodGet, "/vms", "").want(t, 200, "[]")
	rest(t, v, http.MethodGet, "/vms/"+id[1], "").want(t, 404, "{ \"Code\": 100, \"Message\": \"The virtual machine cannot be found\" }")
	if v.Count(http.MethodPost, "/vms/registration") != 1 || v.Count(http.MethodGet, "/vms") != 4 || len(v.Violations()) != 0 {
		t.Errorf("%+v", v.Requests())
	}
}

func TestVMRestRefuses(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	v := p.VMRest()
	const parameter = "{ \"Code\": 100, \"Message\": \"One of the parameters was invalid: "
	rest(t, v, http.MethodPost, "/vms/registration", registration("a", m.Dir())).want(t, 400, parameter+"path\" }")
	rest(t, v, http.MethodPost, "/vms/registration", registration("a", "a.vmx")).want(t, 400, parameter+"path\" }")
	rest(t, v, http.MethodPost, "/vms/registration", registration("", m.Path())).want(t, 400, parameter+"name\" }")
	rest(t, v, http.MethodPost, "/vms/registration", "no").want(t, 400, parameter+"body\" }")
	rest(t, v, http.MethodPost, "/vms/registration", registration("a", m.Path()+"x")).want(t, 404, "{ \"Code\": 100, \"Message\": \"A file was not found\" }")
	restAs(t, v, "wrong", http.MethodGet, "/vms", "").want(t, 401, "{ \"Code\": 401, \"Message\": \"Authentication failed\" }")
	for _, header := range []string{"Accept", "Content-Type"} {
		r := restWith(t, v, http.MethodPost, "/vms/registration", registration("a", m.Path()), http.Header{header: {"application/json"}})
		r.want(t, 406, "{ \"Code\": 100, \"Message\": \"The content type is not supported\" }")
	}
	if last := v.Requests()[5]; last.Password != "wrong" || last.Username != v.Username || last.Status != 401 {
		t.Errorf("%+v", last)
	}
	if m.InLibrary() {
		t.Error("something was registered")
	}
	restWith(t, v, http.MethodPost, "/vms/registration", registration("a", m.Path()), http.Header{"Accept": {""}})
	if !m.InLibrary() {
		t.Error("a POST without Accept was refused")
	}
}

// DELETE does what it does with the product, so that whoever sends one loses files in the test as well.
func TestVMRestDeletes(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	m.AddToLibrary()
	v := p.VMRest()
	id := regexp.MustCompile("[0-9A-V]{32}").FindString(rest(t, v, http.MethodGet, "/vms", "").body)
	rest(t, v, http.MethodDelete, "/vms/"+id, "").want(t, 204, "")
	if _, err := os.Stat(m.Path()); !os.IsNotExist(err) || !m.InLibrary() {
		t.Errorf("the file: %v; in the library: %v", err, m.InLibrary())
	}
	if bad := v.Violations(); len(bad) != 1 || bad[0].Method != http.MethodDelete {
		t.Errorf("%+v", bad)
	}
}

func TestVMRestFaults(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	v := p.VMRest()
	v.Fault(hostedsim.RESTFault{Method: http.MethodGet, Path: "/vms", Skip: 1, Times: 2, Status: 503, Body: "down"})
	v.Fault(hostedsim.RESTFault{Method: http.MethodPost, Late: true, Drop: true, Times: 1})
	var got []int
	for range 4 {
		got = append(got, rest(t, v, http.MethodGet, "/vms", "").code)
	}
	if !slices.Equal(got, []int{200, 503, 503, 200}) {
		t.Error(got)
	}
	if r := rest(t, v, http.MethodPost, "/vms/registration", registration("a", m.Path())); r.code != 0 || !m.InLibrary() {
		t.Errorf("%+v, %v", r, m.InLibrary())
	}
	v.Close()
	if r := rest(t, v, http.MethodGet, "/vms", ""); r.code != 0 {
		t.Errorf("%+v", r)
	}
}

// parallel sends two requests, the second one while the first one is being answered.
func parallel(t *testing.T, p *hostedsim.Product, _ *hostedsim.Machine) string {
	t.Helper()
	v := p.VMRest()
	v.Fault(hostedsim.RESTFault{Path: "/vms/slow", Delay: time.Hour})
	var sent sync.WaitGroup
	defer sent.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	slow, err := http.NewRequestWithContext(ctx, http.MethodGet, v.URL()+"/api/vms/slow", nil)
	if err != nil {
		t.Fatal(err)
	}
	sent.Go(func() {
		if answer, err := client.Do(slow); err == nil {
			_ = answer.Body.Close()
		}
	})
	for v.Under() == 0 {
		time.Sleep(time.Millisecond)
	}
	return rest(t, v, http.MethodGet, "/vms", "").status()
}
