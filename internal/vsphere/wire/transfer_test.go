// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// endless is content without an end that does at at its second read: the first is on its way by then.
type endless struct {
	reads int
	at    func()
}

func (e *endless) Read(p []byte) (int, error) {
	if e.reads++; e.reads == 2 {
		e.at()
	}
	return len(p), nil
}

// What is sent is read as long as Send has not returned, and not a moment longer: whoever sends counts what was read, and
// closes the file. A host that refuses before it has all of it makes a transport answer while it reads.
func TestNothingIsReadOnceSendReturns(t *testing.T) {
	reading := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-reading
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{
		Options: vix.ConnectOptions{RequestTimeout: time.Hour}, Endpoint: u,
		Client: &vim25.Client{Client: soap.NewClient(u, true)}, caller: newCaller(nil, time.Hour, nil),
	}
	defer l.transfers.close()
	returned := make(chan struct{})
	late := make(chan bool, 1)
	content := &endless{at: func() {
		close(reading)
		select {
		case <-returned:
			late <- true
		case <-time.After(300 * time.Millisecond): // nothing hangs on it but how sure a Send is met that does not wait
			late <- false
		}
	}}
	if l.Send(t.Context(), u, Carrier{}, content, 1<<40) == nil {
		t.Error("it was not refused")
	}
	close(returned)
	if <-late {
		t.Error("it was being read when Send had returned")
	}
}
