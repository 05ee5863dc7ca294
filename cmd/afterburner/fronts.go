package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/proxy"
)

// fronts are the listeners for clients: the one of the configuration, and such
// as still leave because a reload chose another address.
//
//	open: the new one listens and serves, then the old one leaves
//	leave: its responses close their connections for drain.delay; then it
//	closes, and running requests have drain.timeout
type fronts struct {
	gateway *proxy.Gateway
	stderr  io.Writer
	failed  chan error // a listener that broke

	mu      sync.Mutex
	current *front
	old     map[string]*front // those that leave and still listen, by address
	leaving sync.WaitGroup
	ending  chan struct{} // closed by shutdown
}

// front is one listener and its server.
type front struct {
	address  string // as configured
	listener net.Listener
	server   *proxy.Server
}

func newFronts(g *proxy.Gateway, stderr io.Writer) *fronts {
	return &fronts{
		gateway: g, stderr: stderr, failed: make(chan error, 1),
		old: map[string]*front{}, ending: make(chan struct{}),
	}
}

// prepare opens the address, unless it is the current one; nothing serves there
// yet. Close what it returns, or give it to use.
func (f *fronts) prepare(ctx context.Context, address string, running *config.Config) (net.Listener, error) {
	if running != nil && running.Listen == address {
		return nil, nil
	}
	f.mu.Lock()
	old := f.old[address]
	f.mu.Unlock()
	if old != nil { // back to an address that has not been left yet
		if l, err := duplicate(old.listener); err == nil {
			return l, nil
		}
	}
	return listen(ctx, address, "--listen")
}

// duplicate is another listener on the same port.
func duplicate(l net.Listener) (net.Listener, error) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	file, err := tcp.File()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return net.FileListener(file)
}

// use serves on a listener that prepare opened, and lets the one before leave.
func (f *fronts) use(l net.Listener, c *config.Config) {
	if l == nil {
		return
	}
	next := &front{address: c.Listen, listener: l, server: proxy.NewServer(f.gateway, c.Limits)}
	if c.ProxyProtocol {
		next.server.TakeProxyHeaders()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.current
	f.current = next
	if old != nil { // before anybody is told of the new one
		old.server.Drain()
	}
	fmt.Fprintf(f.stderr, "listening on http://%s\n", l.Addr())
	go f.serve(next)
	if old != nil {
		f.old[old.address] = old
		f.leaving.Go(func() { f.leave(old, c.Drain) })
	}
}

func (f *fronts) serve(one *front) {
	if err := one.server.Serve(one.listener); err != nil {
		select {
		case f.failed <- err:
		default: // one failure is enough to end the process
		}
	}
}

// leave ends a front that a reload replaced, whose responses already close their
// connections.
func (f *fronts) leave(old *front, d config.Drain) {
	select {
	case <-time.After(time.Duration(d.Delay)):
	case <-f.ending:
	}
	f.mu.Lock()
	if f.old[old.address] == old {
		delete(f.old, old.address)
	}
	f.mu.Unlock()
	closing, cancel := context.WithTimeout(context.Background(), time.Duration(d.Timeout))
	defer cancel()
	_ = old.server.Shutdown(closing) // what did not end in time is cut with the process
}

// address is where clients are served.
func (f *fronts) address() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current == nil {
		return ""
	}
	return f.current.listener.Addr().String()
}

// shutdown closes the listener, and waits for running requests until the
// context ends.
func (f *fronts) shutdown(ctx context.Context) error {
	f.mu.Lock()
	current := f.current
	f.mu.Unlock()
	close(f.ending)
	err := current.server.Shutdown(ctx)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		f.leaving.Wait()
	}()
	select {
	case <-gone:
		return err
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}

// close ends all at once.
func (f *fronts) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current != nil {
		_ = f.current.listener.Close()
	}
}
