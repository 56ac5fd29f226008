// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// serve makes a client of a server that answers with handle.
func serve(t *testing.T, handle http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	c, err := New(Endpoint{URL: s.URL, Username: "u", Password: "p"}, time.Minute, "agent/1", secret.NewMask("p-secret"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestCallsAreWhatVMRestTakes(t *testing.T) {
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		body, _ := io.ReadAll(r.Body)
		got = append(got, fmt.Sprintf("%s %s %s:%s %s %s %s", r.Method, r.URL, user, password, r.Header.Get("Accept"), r.Header.Get("Content-Type"), body))
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
			return
		}
		_, _ = io.WriteString(w, "\ufeff"+`[{"id":"A1","path":"/vms/web/web.vmx"}]`)
	})
	vms, err := c.VMs(t.Context())
	if err != nil || len(vms) != 1 || vms[0] != (VM{ID: "A1", Path: "/vms/web/web.vmx"}) {
		t.Errorf("got %+v, %v", vms, err)
	}
	if err := c.Register(t.Context(), "web 01", "/vms/we\"b.vmx"); err != nil {
		t.Error(err)
	}
	want := "GET /api/vms u:p " + mediaType + " " + mediaType + " |POST /api/vms/registration u:p " + mediaType + " " + mediaType +
		` {"name":"web 01","path":"/vms/we\"b.vmx"}`
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestAWrongPasswordIsTriedOnce(t *testing.T) {
	var calls atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
	})
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := c.VMs(t.Context()); vix.CodeOf(err) != vix.CodeHostUserPermissions || !errors.Is(err, vix.ErrInventoryLogin) {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if calls.Load() != 1 {
		t.Errorf("%d calls", calls.Load())
	}
}

func TestOneCallAtATime(t *testing.T) {
	var now, most atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		time.Sleep(time.Millisecond)
		now.Add(-1)
		_, _ = io.WriteString(w, "[]")
	})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.VMs(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d calls at a time", most.Load())
	}
}

func TestAnswersThatSayNoAndNoAnswersAtAll(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, test := range map[string]struct {
		handle http.HandlerFunc
		code   vix.Code
		says   string
		doubt  bool
	}{
		"no such file": {answer(400, `{"Code": 100, "Message": "One of the parameters was invalid: path"}`), vix.CodeInvalidArg,
			"code 100: One of the parameters was invalid: path", false},
		"forbidden":  {answer(403, "{}"), vix.CodeHostUserPermissions, "403", false},
		"no vmrest":  {answer(404, "<html>"), vix.CodeNetHTTPGeneric, "no vmrest", false},
		"conflict":   {answer(409, ""), vix.CodeObjectIsBusy, "409", false},
		"broken":     {answer(500, "\ufeff{\"Message\": \"x\", \"Code\": 1}"), vix.CodeNetHTTPGeneric, "code 1: x", true},
		"no gateway": {answer(504, "gateway"), vix.CodeNetHTTPGeneric, "504", true},
		"echo":       {answer(400, `{"Code": 1, "Message": "bad login u:p-secret"}`), vix.CodeInvalidArg, "code 1: bad login u:(hidden)", false},
		"redirected": {answer(302, ""), vix.CodeNetHTTPGeneric, "302", false},
		"cut off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, vix.CodeHostConnectionLost,
			"connection failed", true},
	} {
		c := serve(t, test.handle)
		err := c.Register(t.Context(), "web", "/web.vmx")
		e, ok := errors.AsType[*vix.Error](err)
		if !ok || e.Code != test.code || !strings.Contains(err.Error(), test.says) || e.Doubt != test.doubt {
			t.Errorf("%s: %v, in doubt: %+v", name, err, e)
		}
	}
}

// What is not in the list is gone: only a list that is understood to the last entry says so.
func TestAListWithWhatIsNoEntryIsNoList(t *testing.T) {
	for body, want := range map[string]int{
		"<html>": -1, "": -1, "{}": -1, "[null]": -1, "[{}]": -1, `[{"id":"A","vmx":"/x.vmx"}]`: -1, `[{"id":"A","path":"x.vmx"}]`: -1, "[] []": -1,
		`[{"id":"A","path":"/x.vmx"},{"id":"B"}]`: -1, "[]": 0, "null": 0, `[{"id":"A","path":"C:\\x.vmx"}]`: 1,
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		vms, err := c.VMs(t.Context())
		if want < 0 && vix.CodeOf(err) != vix.CodeNetHTTPGeneric || want >= 0 && (err != nil || len(vms) != want) {
			t.Errorf("%s: %+v, %v", body, vms, err)
		}
	}
}

// A read that finds vmrest busy, with another process for example, is sent again, and not without an end; nothing else is.
func TestABusyVMRestIsAskedAgainAndToldOnce(t *testing.T) {
	const busy = `{"Code": 100, "Message": "The operation is not supported for the specified parameters"}`
	for name, test := range map[string]struct {
		body  string
		busy  int32 // how many answers are
		want  int32
		fails bool
	}{
		"for a while": {busy, 3, 4, false}, "for ever": {busy, 100, maxCalls, true}, "broken": {`{"Message": "x"}`, 100, 1, true},
	} {
		var calls, posts atomic.Int32
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				posts.Add(1)
			} else if calls.Add(1) > test.busy {
				_, _ = io.WriteString(w, "[]")
				return
			}
			w.WriteHeader(500)
			_, _ = io.WriteString(w, test.body)
		})
		c.pause = time.Millisecond
		if _, err := c.VMs(t.Context()); (err != nil) != test.fails || calls.Load() != test.want {
			t.Errorf("%s: %d calls, %v", name, calls.Load(), err)
		}
		if err := c.Register(t.Context(), "web", "/web.vmx"); err == nil || posts.Load() != 1 {
			t.Errorf("%s: %d registrations were sent, %v", name, posts.Load(), err)
		}
	}
}

func TestAServerThatIsNotThereOrDoesNotAnswer(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	c, err := New(Endpoint{URL: gone.URL}, time.Minute, "", secret.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.VMs(t.Context()); vix.CodeOf(err) != vix.CodeHostNetworkConnRefused || !errors.Is(err, vix.ErrSilent) {
		t.Errorf("refused: %v", err)
	}
	block := make(chan struct{})
	c = serve(t, func(http.ResponseWriter, *http.Request) { <-block })
	defer close(block)
	c.timeout = 20 * time.Millisecond
	if _, err := c.VMs(t.Context()); vix.CodeOf(err) != vix.CodeNetHTTPOperationTimedout || !errors.Is(err, vix.ErrSlow) {
		t.Errorf("silent: %v", err)
	}
	c.timeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := c.VMs(ctx); vix.CodeOf(err) != vix.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestTheLoginGoesInClearToThisMachineOnly(t *testing.T) {
	for _, test := range []struct {
		url      string
		insecure bool
		base     string
		kind     vix.Kind
	}{
		{"http://127.0.0.1:8697", false, "http://127.0.0.1:8697/api", ""},
		{"http://localhost:8697/", false, "http://localhost:8697/api", ""},
		{"http://[::1]:8697/api", false, "http://[::1]:8697/api", ""},
		{"https://desk.example:8697", false, "https://desk.example:8697/api", ""},
		{"http://desk.example:8697", true, "http://desk.example:8697/api", ""},
		{"http://desk.example:8697", false, "", vix.ErrPlaintext},
		{"http://localhost.example:8697", false, "", vix.ErrPlaintext},
		{"http://u:secret@127.0.0.1:8697", false, "", vix.ErrPasswordInURL},
		{"127.0.0.1:8697", false, "", ""},
		{"ftp://127.0.0.1", false, "", ""},
		{"", false, "", ""},
	} {
		base, err := Endpoint{URL: test.url, Insecure: test.insecure}.base()
		if test.base != "" {
			if err != nil || base.String() != test.base {
				t.Errorf("%s: %v, %v", test.url, base, err)
			}
			continue
		}
		e, ok := errors.AsType[*vix.Error](err)
		if !ok || e.Field != vix.FieldVMRestURL || e.Kind != test.kind || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", test.url, err)
		}
	}
}
