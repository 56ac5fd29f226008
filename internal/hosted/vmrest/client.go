// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const (
	// mediaType is what is sent and asked for; with another one vmrest answers 406.
	mediaType = "application/vnd.vmware.vmw.rest-v1+json"
	// maxAnswer bounds an answer, in bytes. The list of ten thousand VMs is a tenth of it.
	maxAnswer = 16 << 20
	// maxCalls is how often a busy vmrest is asked, in all; the pause between two is twice the one before it.
	maxCalls                 = 5
	firstPause, longestPause = 500 * time.Millisecond, 2 * time.Second
)

// VM is an entry of the library.
type VM struct {
	// ID is vmrest's own, and no identity: whether it stays, nobody says.
	ID string `json:"id"`
	// Path is the .vmx, as the product spells it.
	Path string `json:"path"`
}

// Client asks one vmrest, one call at a time: it is not made for more.
type Client struct {
	at      *url.URL
	login   Endpoint
	agent   string
	mask    secret.Mask
	timeout time.Duration
	pause   time.Duration // before a read that found vmrest busy is sent again
	http    *http.Client
	turn    chan struct{}
	// refused is the answer to the login, if it was refused: it is not tried again.
	refused error
}

// New makes a client; nothing is sent. Each call ends after timeout. What mask hides is not shown, should it be in an answer.
func New(at Endpoint, timeout time.Duration, userAgent string, mask secret.Mask) (*Client, error) {
	base, err := at.base()
	if err != nil {
		return nil, err
	}
	c := &Client{at: base, login: at, agent: userAgent, timeout: timeout, mask: mask, pause: firstPause, turn: make(chan struct{}, 1)}
	c.http = &http.Client{
		// No proxy and no redirection: the login is for this address alone.
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: at.Insecure}, //nolint:gosec // only if the user says so
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Close ends the connections that are kept.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// VMs are the entries of the library, as it answers: GET /vms. What an answer lacks is not there, so one with an entry that
// is none is an error. A library without entries may be a list of none, or null. A vmrest that is busy is asked again.
func (c *Client) VMs(ctx context.Context) ([]VM, error) {
	const op = "read the library of VMs from"
	pause := c.pause
	for calls := 1; ; calls++ {
		var vms []VM
		err := c.call(ctx, op, http.MethodGet, "/vms", nil, &vms)
		if err == nil {
			return vms, c.understand(op, vms)
		}
		if !errors.Is(err, errBusy) || calls == maxCalls {
			return nil, err
		}
		if stopped := wait(ctx, pause); stopped != nil {
			return nil, c.broke(op, stopped)
		}
		pause = min(2*pause, longestPause)
	}
}

// understand refuses a list with an entry that is no VM.
func (c *Client) understand(op string, vms []VM) error {
	for _, vm := range vms {
		if !filepath.IsAbs(vm.Path) && !vix.HasDrive(vm.Path) && !strings.HasPrefix(vm.Path, `\\`) {
			return c.nonsense(op, fmt.Sprintf("a list of VMs with an entry that has no absolute path: id %q, path %q",
				c.mask.Hide(vm.ID), c.mask.Hide(vm.Path)))
		}
	}
	return nil
}

// wait waits a while, or until the context is done.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Register adds a VM to the library under a name: POST /vms/registration. It is sent once; an error that has Doubt
// leaves open whether it was done.
func (c *Client) Register(ctx context.Context, name, path string) error {
	body := struct {
		Name string `json:"name"`
		Path string `json:"path"`
	}{name, path}
	err := c.call(ctx, "add a VM to the library at", http.MethodPost, "/vms/registration", body, nil)
	if e, ok := errors.AsType[*vix.Error](err); ok && !said(e) {
		e.Doubt = true
	}
	return err
}

// said reports an error that vmrest itself has given of its own will, or that came before anything was sent. One that has failed
// inside, or stands behind something that waited for it, may have done what it was asked for.
func said(e *vix.Error) bool {
	return e.Fault != "" && !errors.Is(e, errFailed) || e.Code == vix.CodeHostNetworkConnRefused || e.Code == vix.CodeHostUserPermissions
}

// call makes one call, when it is its turn.
func (c *Client) call(ctx context.Context, op, method, path string, body, answer any) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return c.broke(op, context.Cause(ctx))
	}
	if c.refused != nil {
		return c.refused
	}
	err := c.send(ctx, op, method, path, body, answer)
	if errors.Is(err, vix.ErrInventoryLogin) {
		c.refused = err
	}
	return err
}

var (
	// errSlow is the cause of a call that took longer than one may.
	errSlow = errors.New("vmrest did not answer in time")
	// errFailed is an answer that something has gone wrong inside, errBusy one that says that it may go right at once.
	errFailed = errors.New("vmrest has failed")
	errBusy   = fmt.Errorf("%w: it is busy", errFailed)
)

// busyTexts are what vmrest says while it, or the product, does something else: vmrun says the same.
var busyTexts = []string{"not supported for the specified parameters", "already in use"}

func (c *Client) send(ctx context.Context, op, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, errSlow)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return c.broke(op, err)
	}
	if body == nil {
		text = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, c.at.String()+path, bytes.NewReader(text))
	if err != nil {
		return c.broke(op, err)
	}
	req.SetBasicAuth(c.login.Username, c.login.Password)
	req.Header.Set("Accept", mediaType)
	req.Header.Set("Content-Type", mediaType)
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return c.broke(op, err)
	}
	defer func() { _ = resp.Body.Close() }() // it has been read
	read, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case ctx.Err() != nil:
		return c.broke(op, context.Cause(ctx))
	case err != nil:
		return c.broke(op, err)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return c.refusal(op, resp.StatusCode, read)
	case len(read) > maxAnswer:
		return c.nonsense(op, fmt.Sprintf("more than %d bytes", maxAnswer))
	case answer == nil:
		return nil
	}
	if err := json.Unmarshal(bytes.TrimPrefix(read, []byte("\ufeff")), answer); err != nil {
		return c.nonsense(op, "something else than a list of VMs: "+err.Error())
	}
	return nil
}

// refusal is an answer that says no.
func (c *Client) refusal(op string, status int, body []byte) error {
	e := c.failed(op)
	var answer struct {
		Code    int
		Message string
	}
	e.Fault = fmt.Sprintf("HTTP status %d", status)
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &answer) == nil && answer.Message != "" {
		e.Fault += fmt.Sprintf(", code %d: %s", answer.Code, c.mask.Hide(answer.Message))
	}
	switch {
	case slices.ContainsFunc(busyTexts, func(text string) bool { return strings.Contains(answer.Message, text) }):
		e.Cause = errBusy
	case status >= http.StatusInternalServerError:
		e.Cause = errFailed
	}
	switch status {
	case http.StatusUnauthorized:
		e.Code, e.Kind, e.Field = vix.CodeHostUserPermissions, vix.ErrInventoryLogin, vix.FieldPassword
		e.Reason = "It refuses the user name or the password. The login was tried once and is not repeated."
	case http.StatusForbidden:
		e.Code, e.Reason = vix.CodeHostUserPermissions, "Its user may not do this."
	case http.StatusBadRequest:
		e.Code, e.Reason = vix.CodeInvalidArg, "It does not take what was asked of it."
	case http.StatusNotFound:
		e.Code, e.Kind, e.Field = vix.CodeNetHTTPGeneric, vix.ErrSilent, vix.FieldVMRestURL
		e.Reason = "What answers there is no vmrest, or knows no such call."
	case http.StatusConflict:
		e.Code, e.Reason = vix.CodeObjectIsBusy, "The state of the VM, or another call, is in the way."
	default:
		e.Code, e.Kind, e.Reason = vix.CodeNetHTTPGeneric, vix.ErrSilent, "It did not do what was asked of it."
	}
	return e
}

// nonsense is an answer that cannot be understood.
func (c *Client) nonsense(op, what string) error {
	e := c.failed(op)
	e.Code, e.Kind, e.Field = vix.CodeNetHTTPGeneric, vix.ErrSilent, vix.FieldVMRestURL
	e.Reason = "What answers there gives " + what + "."
	return e
}

// broke is a call without an answer.
func (c *Client) broke(op string, err error) error {
	e := c.failed(op)
	e.Cause = err
	switch {
	case errors.Is(err, context.Canceled):
		e.Code, e.Kind, e.Reason = vix.CodeCancelled, vix.ErrPassing, "The operation was interrupted."
	case errors.Is(err, errSlow):
		e.Code, e.Kind = vix.CodeNetHTTPOperationTimedout, vix.ErrSlow
		e.Reason, e.Remedy = fmt.Sprintf("It did not answer within %s.", c.timeout), "Look whether it is busy with something else."
	case errors.Is(err, context.DeadlineExceeded):
		e.Code, e.Reason = vix.CodeNetHTTPOperationTimedout, "It did not answer in time."
	case errors.Is(err, errRefused):
		e.Code, e.Kind, e.Field = vix.CodeHostNetworkConnRefused, vix.ErrSilent, vix.FieldVMRestURL
		e.Reason = "Nothing listens there: vmrest does not run. It is a program that its user starts, and that ends with its window."
	default:
		e.Code, e.Kind, e.Field = vix.CodeHostConnectionLost, vix.ErrSilent, vix.FieldVMRestURL
		e.Reason = "The connection failed: " + strings.TrimSuffix(root(err), ".") + "."
	}
	return e
}

// failed is the beginning of every error.
func (c *Client) failed(op string) *vix.Error {
	return &vix.Error{Op: op, Object: "vmrest at " + c.at.Host}
}

// root is an error of the HTTP client without the call and the URL.
func root(err error) string {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	return err.Error()
}
