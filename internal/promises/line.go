// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
)

// line is the line between one process of the provider and the host: what is killed cannot be heard any more.
type line struct {
	url      string
	listener net.Listener
	used     chan struct{} // closed at the first connection

	mu    sync.Mutex
	gone  bool
	conns []net.Conn
}

func newLine(to string) (*line, error) {
	u, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	target := u.Host
	l := &line{used: make(chan struct{})}
	if l.listener, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	u.Host = l.listener.Addr().String()
	l.url = u.String()
	go func() {
		var once sync.Once
		for {
			near, err := l.listener.Accept()
			if err != nil {
				return
			}
			once.Do(func() { close(l.used) })
			far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", target)
			if err != nil || !l.keep(near, far) {
				_ = near.Close()
				continue
			}
			go pump(near, far)
			go pump(far, near)
		}
	}()
	return l, nil
}

func pump(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}

func (l *line) keep(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		for _, c := range conns {
			_ = c.Close()
		}
		return false
	}
	l.conns = append(l.conns, conns...)
	return true
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = true
	_ = l.listener.Close()
	for _, c := range l.conns {
		_ = c.Close()
	}
	l.conns = nil
}
