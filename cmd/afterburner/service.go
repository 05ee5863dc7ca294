package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	rungroup "github.com/oklog/run"

	"github.com/afterburner-gateway/afterburner/admin"
	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/proxy"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// service is the running gateway: two listeners and what leads to their end, in
// one run group.
//
//	serving - signal ------------> draining  /readyz says no, responses close their connections
//	draining - drain.delay ------> closing   no new connections, running requests go on
//	closing - done or timeout ---> ended     exit code 0
//	any - second signal ---------> ended     exit code 1
type service struct {
	config         *config.Config
	stdout, stderr io.Writer
}

// errSecondSignal ends the process without waiting for anybody.
var errSecondSignal = errors.New("a second signal: left at once, without waiting for running requests")

func (s *service) run(ctx context.Context) error {
	memory := fitMemory(int64(s.config.Store.Memory))
	counted := telemetry.New(telemetry.Options{Version: version()})
	access, err := s.openAccessLog(counted)
	if err != nil {
		return err
	}
	defer access.Close()
	log := telemetry.NewLogger(s.stderr, !isTerminal(s.stderr))
	gateway, err := proxy.New(s.config, proxy.Parts{Telemetry: counted, Access: access, Log: log, Memory: memory})
	if err != nil {
		return err
	}
	defer gateway.Close()

	front, err := listen(ctx, s.config.Listen, "--listen")
	if err != nil {
		return err
	}
	defer front.Close()
	back, err := listen(ctx, s.config.Admin.Listen, "--admin")
	if err != nil {
		return err
	}
	defer back.Close()

	server := proxy.NewServer(gateway, s.config.Limits)
	handler := admin.New(admin.Options{
		Token: s.config.Admin.Token, Gateway: purger{gateway}, Metrics: counted.Handler(), Logger: log,
	})
	fmt.Fprintf(s.stderr, "listening on http://%s\nadmin on http://%s\n", front.Addr(), back.Addr())
	return s.group(ctx, gateway, server, front, back, handler).Run()
}

// group is everything that runs, and how each part is told to end.
func (s *service) group(ctx context.Context, g *proxy.Gateway, server *proxy.Server, front, back net.Listener, handler http.Handler) *rungroup.Group {
	var group rungroup.Group
	ended := make(chan struct{}) // the leaving is over, or something failed

	leaving, stopLeaving := context.WithCancel(ctx)
	group.Add(func() error {
		return s.leave(leaving, g, server)
	}, func(error) {
		stopLeaving()
		close(ended)
	})
	group.Add(func() error {
		if err := server.Serve(front); err != nil {
			return err
		}
		<-ended
		return nil
	}, func(error) { front.Close() })

	administering, stopAdmin := context.WithCancel(ctx)
	group.Add(func() error {
		return admin.Serve(administering, back, handler)
	}, func(error) { stopAdmin() })
	return &group
}

// leave waits for a signal and then goes by the steps that service draws.
func (s *service) leave(ctx context.Context, g *proxy.Gateway, server *proxy.Server) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	select {
	case <-signals:
	case <-ctx.Done():
	}
	g.Drain()
	select {
	case <-time.After(time.Duration(s.config.Drain.Delay)):
	case <-signals:
		return errSecondSignal
	}
	closing, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), time.Duration(s.config.Drain.Timeout), nil)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- server.Shutdown(closing) }()
	select {
	case err := <-done:
		if errors.Is(err, context.DeadlineExceeded) {
			fmt.Fprintf(s.stderr, "drain.timeout of %s is over: some requests were cut\n", time.Duration(s.config.Drain.Timeout))
			return nil
		}
		return err
	case <-signals:
		return errSecondSignal
	}
}

// purger is the gateway as the admin listener sees it.
type purger struct{ *proxy.Gateway }

// Purge removes what p names.
func (p purger) Purge(_ context.Context, what admin.Purge) (admin.PurgeResult, error) {
	switch {
	case what.Soft, what.Prefix != "", what.Tag != "":
		return admin.PurgeResult{}, &admin.Refusal{Status: http.StatusBadRequest, Detail: "This version purges by url and all, and never softly."}
	case what.All:
		p.PurgeAll()
	default:
		if err := p.PurgeURL(what.URL); err != nil {
			return admin.PurgeResult{}, &admin.Refusal{Status: http.StatusBadRequest, Detail: err.Error()}
		}
	}
	return admin.PurgeResult{}, nil
}
