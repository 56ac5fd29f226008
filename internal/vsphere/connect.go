// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/session/cache"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// host is a connection to a vCenter or ESXi.
type host struct {
	options  vix.ConnectOptions
	endpoint *url.URL
	client   *vim25.Client
	caller   *caller
	user     types.UserSession
	sessions *cache.Session

	// life ends with Disconnect: what runs for several callers at once hangs on
	// it rather than on one caller's context.
	life context.Context
	end  context.CancelFunc
	once sync.Once

	skeletons remembered[struct{}, *skeleton]
	trees     remembered[types.ManagedObjectReference, *tree]
	mounts    remembered[types.ManagedObjectReference, mountSet]
	grants    remembered[grantKey, []missingGrant]
	identity  remembered[struct{}, string]
	clocks    remembered[struct{}, time.Duration]
	names     remembered[types.ManagedObjectReference, map[string]types.ManagedObjectReference]
	// namesAsked is how many names were looked for one by one.
	namesAsked atomic.Int32
	leave      leaveGrants

	lookups lookups
	opens   batch[types.ManagedObjectReference, *record]
	reads   batch[types.ManagedObjectReference, *record]
	// readBacks reads what was registered just now.
	readBacks batch[types.ManagedObjectReference, *record]
	files     fileSearches
	tasks     taskWaiter
}

// Connect logs in to a vCenter or ESXi, once: a refused login is not repeated,
// because hosts lock accounts. It is VixHost_Connect with
// VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, and a vix.Connect.
func Connect(ctx context.Context, options vix.ConnectOptions) (vix.Host, error) {
	if options.RequestTimeout <= 0 {
		options.RequestTimeout = vix.DefaultRequestTimeout
	}
	endpoint, err := parseEndpoint(options)
	if err != nil {
		return nil, err
	}
	trust, err := newTrust(options)
	if err != nil {
		return nil, err
	}
	h := &host{options: options, endpoint: endpoint, client: new(vim25.Client)}

	// The cache reads, checks and writes sessions in govmomi's own format; with
	// Passthrough it is a plain login.
	h.sessions = &cache.Session{
		URL:         withUser(endpoint, url.UserPassword(options.Username, options.Password)),
		Insecure:    options.Insecure,
		Passthrough: !options.SessionCache,
		LoginSOAP: func(ctx context.Context, c *vim25.Client) error {
			return h.login(ctx, c)
		},
	}
	dialCtx, cancel := context.WithTimeout(ctx, options.RequestTimeout)
	defer cancel()
	dialCtx, line := watched(dialCtx)
	err = h.sessions.Login(dialCtx, h.client, func(c *soap.Client) error {
		trust.configure(c)
		c.UserAgent = options.UserAgent
		return nil
	})
	if err != nil {
		// A host that is down from the start is not waited for.
		return nil, h.connectError(line.judge(dialCtx, err, farewell).err)
	}
	if h.user.UserName == "" {
		if err := h.adoptCachedSession(dialCtx); err != nil {
			return nil, h.connectError(err)
		}
	}
	h.caller = newCaller(h.client.Client, options.RequestTimeout, func(ctx context.Context) error {
		bare := *h.client
		bare.RoundTripper = h.client.Client
		return h.login(ctx, &bare)
	})
	h.client.RoundTripper = h.caller
	h.life, h.end = context.WithCancel(context.WithoutCancel(ctx))
	h.opens.run, h.opens.life = h.readForOpen, h.life
	h.reads.run, h.reads.life = h.readForRegistration, h.life
	h.opens.coming, h.reads.coming = h.lookups.coming, h.lookups.coming
	h.lookups.ended = func() {
		h.opens.nudge()
		h.reads.nudge()
	}
	h.readBacks.run, h.readBacks.life, h.readBacks.bursts = h.readForRegistration, h.life, true
	h.leave.batch.run, h.leave.batch.life, h.leave.batch.bursts = h.readLeaveGrants, h.life, true
	h.files.host = h
	h.tasks.host = h
	// Almost all that follows needs the skeleton. It is on its way while Terraform
	// makes up its mind; whoever needs it gets its error, too.
	go func() { _, _ = h.skeleton(h.life, time.Time{}) }()
	return h, nil
}

// login logs in with the user's name and password, and remembers who the host
// says that is. It is session.Manager.Login, which keeps that answer to itself.
func (h *host) login(ctx context.Context, c *vim25.Client) error {
	response, err := methods.Login(ctx, c, &types.Login{
		This: *c.ServiceContent.SessionManager, UserName: h.options.Username, Password: h.options.Password, Locale: session.Locale,
	})
	if err == nil && h.user.UserName == "" { // a later login is the same user's
		h.user = response.Returnval
	}
	return err
}

// adoptCachedSession asks whose session the cache held.
func (h *host) adoptCachedSession(ctx context.Context) error {
	user, err := session.NewManager(h.client).UserSession(ctx)
	if err != nil {
		return err
	}
	if user != nil {
		h.user = *user
	}
	return nil
}

// Disconnect implements vix.Host: VixHost_Disconnect.
func (h *host) Disconnect(ctx context.Context) error {
	var err error
	h.once.Do(func() {
		h.end()
		h.caller.end(ctx)
		if h.options.SessionCache {
			h.tasks.destroy(ctx) // a session that lives on keeps what it was given
			if logins, _ := h.caller.current(); logins > 0 {
				err = h.sessions.Save(h.client) // the cached one ended; the next run has this one
			}
		} else {
			err = session.NewManager(h.client).Logout(ctx)
			if fault.Is(err, &types.NotAuthenticated{}) {
				err = nil // the session has ended already
			}
		}
		h.client.CloseIdleConnections()
	})
	if err != nil {
		return h.typed("log out of", h.endpoint.Host, err)
	}
	return nil
}

// parseEndpoint reads the host name as VIX did: a bare name or IP, host:port, or
// a URL; https and /sdk are implied.
func parseEndpoint(o vix.ConnectOptions) (*url.URL, error) {
	bad := func(reason string) error {
		return &vix.Error{
			Op: "connect to", Object: strconv.Quote(o.ShownHostname()), Code: vix.CodeInvalidHostnameSpecification,
			Field: vix.FieldHostname, Reason: reason,
			Remedy: "Give a name, NAME:PORT or a URL such as https://vcenter.example.com/sdk.",
		}
	}
	if o.Hostname == "" {
		return nil, bad("No host name is given.")
	}
	u, err := soap.ParseURL(o.Hostname)
	if err != nil {
		return nil, bad("This is no usable host name or URL.")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, bad("The scheme " + strconv.Quote(u.Scheme) + " is not one that a vCenter or ESXi speaks.")
	case u.Hostname() == "":
		return nil, bad("The URL names no host.")
	}
	if password, _ := u.User.Password(); password != "" {
		return nil, &vix.Error{
			Op: "connect to", Object: u.Host, Code: vix.CodeInvalidHostnameSpecification, Field: vix.FieldHostname,
			Reason: "The URL holds a password, and URLs end up in logs.",
			Remedy: "Give username and password as arguments or in VIX_USERNAME and VIX_PASSWORD.",
		}
	}
	u.User = nil
	if o.Port != 0 {
		u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(o.Port))
	}
	return u, nil
}

// withUser is a copy of u that carries user.
func withUser(u *url.URL, user *url.Userinfo) *url.URL {
	c := *u
	c.User = user
	return &c
}
