package admin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	// headerTimeout bounds the reading of a request's head.
	headerTimeout = 10 * time.Second
	// idleTimeout is longer than the usual interval between two scrapes.
	idleTimeout = 90 * time.Second
	// maxHeader bounds a request's head, in bytes.
	maxHeader = 16 << 10
	// leaveWithin is how long running requests may take once ctx has ended.
	leaveWithin = 3 * time.Second
)

// Serve answers on ln until ctx ends, then lets running requests finish for up to
// three seconds. It closes ln. An end by ctx is nil.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler) error {
	// Neither ReadTimeout nor WriteTimeout: either would cut a profile short. New's
	// handler sets deadlines of its own for all others.
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		leave(server)
	})
	err := server.Serve(ln)
	if !stop() {
		<-ended
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve the admin API on %s: %w", ln.Addr(), err)
}

func leave(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // what still runs, such as a long profile, is cut off
	}
}
