package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/afterburner-gateway/afterburner/admin"
	"github.com/afterburner-gateway/afterburner/config"
)

// back is the listener for operators. A reload may give it another address or
// another token.
type back struct {
	stderr  io.Writer
	failed  chan error
	handler atomic.Pointer[http.Handler]

	mu       sync.Mutex
	listener net.Listener
	stop     context.CancelFunc
	running  sync.WaitGroup
}

func newBack(stderr io.Writer) *back { return &back{stderr: stderr, failed: make(chan error, 1)} }

// prepare opens the address, unless it is the current one.
func (b *back) prepare(ctx context.Context, address string, running *config.Config) (net.Listener, error) {
	if running != nil && running.Admin.Listen == address {
		return nil, nil
	}
	return listen(ctx, address, "--admin")
}

// use answers with a handler, on another listener if there is one.
func (b *back) use(l net.Listener, handler http.Handler) {
	b.handler.Store(&handler)
	if l == nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stop != nil {
		b.stop() // running requests, perhaps the reload's own, have their time
	}
	b.listener, b.stop = l, stop
	fmt.Fprintf(b.stderr, "admin on http://%s\n", l.Addr())
	b.running.Go(func() {
		if err := admin.Serve(ctx, l, b); err != nil {
			select {
			case b.failed <- err:
			default:
			}
		}
	})
}

// ServeHTTP answers with the handler of the current configuration.
func (b *back) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*b.handler.Load()).ServeHTTP(w, r)
}

func (b *back) address() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listener == nil {
		return ""
	}
	return b.listener.Addr().String()
}

func (b *back) close() {
	b.mu.Lock()
	if b.stop != nil {
		b.stop()
	}
	b.mu.Unlock()
	b.running.Wait()
}
