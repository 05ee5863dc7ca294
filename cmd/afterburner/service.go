package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	rungroup "github.com/oklog/run"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/proxy"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// service is the running gateway: listeners, a configuration that may be
// replaced, and what leads to the end, in one run group.
//
//	serving - signal ------------> draining  /readyz says no, responses close their connections
//	draining - drain.delay ------> closing   no new connections, running requests go on
//	closing - done or timeout ---> ended     exit code 0
//	any - second signal ---------> ended     exit code 1
type service struct {
	source         source
	stdout, stderr io.Writer
}

// errSecondSignal ends the process without waiting for anybody.
var errSecondSignal = errors.New("a second signal: left at once, without waiting for running requests")

func (s *service) run(ctx context.Context) error {
	tried := contentOf(s.source.file)
	c, err := s.read()
	if err != nil {
		return err
	}
	counted := telemetry.New(telemetry.Options{Version: version()})
	access, err := s.openAccessLog(counted, c.Telemetry.AccessLog)
	if err != nil {
		return err
	}
	defer access.Close()
	log := telemetry.NewLogger(s.stderr, !isTerminal(s.stderr))
	gateway, err := proxy.New(c, proxy.Parts{
		Telemetry: counted, Access: access, Log: log, Memory: fitMemory(int64(c.Store.Memory)),
	})
	if err != nil {
		return err
	}
	defer gateway.Close()

	// Before the start lines: who has read them may send a signal at once.
	signals, reloads := make(chan os.Signal, 2), make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	signal.Notify(reloads, syscall.SIGHUP)
	defer signal.Stop(signals)
	defer signal.Stop(reloads)

	l := &live{
		source: s.source, gateway: gateway, telemetry: counted, log: log, stderr: s.stderr,
		started: time.Now(), fronts: newFronts(gateway, s.stderr), back: newBack(s.stderr),
		manager: newNotifier(log), tried: tried,
	}
	defer l.fronts.close()
	if err := l.take(ctx, c); err != nil {
		return err
	}
	l.manager.ready()
	err = l.group(ctx, signals, reloads).Run()
	if errors.Is(err, errSecondSignal) {
		return err
	}
	return errors.Join(err, l.closeBack(signals))
}

// closeBack waits a little for the operators' running requests.
func (l *live) closeBack(signals <-chan os.Signal) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.back.close()
	}()
	select {
	case <-done:
		return nil
	case <-signals:
		return errSecondSignal
	}
}

// read reads the configuration for the start.
func (s *service) read() (*config.Config, error) {
	c, faults, err := s.source.read(nil)
	if err != nil {
		return nil, err
	}
	errs := faults.Errors()
	if len(errs) > 0 && errs[0].File == "" { // the flags' own, which have no place
		return nil, errs.Err()
	}
	sayFaults(faults, s.stderr)
	if len(errs) > 0 {
		return nil, errSaid
	}
	return c, nil
}

// group is everything that runs, and how each part is told to end.
func (l *live) group(ctx context.Context, signals, reloads <-chan os.Signal) *rungroup.Group {
	var group rungroup.Group
	add := func(part func(context.Context) error) {
		running, stop := context.WithCancel(ctx)
		group.Add(func() error { return part(running) }, func(error) { stop() })
	}
	add(func(ctx context.Context) error { return l.leave(ctx, signals) })
	add(func(ctx context.Context) error { return firstOf(ctx, l.fronts.failed) })
	add(func(ctx context.Context) error { return firstOf(ctx, l.back.failed) })
	add(func(ctx context.Context) error { return l.reloadOn(ctx, reloads) })
	if l.source.file != "" {
		add(l.watch)
	}
	return &group
}

// firstOf waits for a failure.
func firstOf(ctx context.Context, failed <-chan error) error {
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// reloadOn reloads at each signal.
func (l *live) reloadOn(ctx context.Context, signals <-chan os.Signal) error {
	for {
		select {
		case <-signals:
			_, _ = l.Reload(ctx) // it is loud by itself
		case <-ctx.Done():
			return nil
		}
	}
}

// watch reloads when the file changes. Where it cannot be watched the gateway
// goes on without.
func (l *live) watch(ctx context.Context) error {
	err := watchFile(ctx, l.source.file, l.log, func() { l.reloadChanged(ctx) })
	if err != nil {
		l.log.Warn("the configuration file is not watched", "error", err)
		<-ctx.Done()
	}
	return nil
}

// leave waits for a signal and then goes by the steps that service draws.
func (l *live) leave(ctx context.Context, signals <-chan os.Signal) error {
	select {
	case <-signals:
	case <-ctx.Done():
	}
	l.gateway.Drain()
	l.manager.stopping()
	drain := l.drain()
	select {
	case <-time.After(time.Duration(drain.Delay)):
	case <-signals:
		return errSecondSignal
	}
	timeout := time.Duration(drain.Timeout)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- l.fronts.shutdown(closing) }()
	select {
	case err := <-done:
		if errors.Is(err, context.DeadlineExceeded) {
			fmt.Fprintf(l.stderr, "drain.timeout of %s is over: some requests were cut\n", timeout)
			return nil
		}
		return err
	case <-signals:
		return errSecondSignal
	}
}

// drain ends reloading, and says how the configuration wants to be left.
func (l *live) drain() config.Drain {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ending = true
	return l.config.Drain
}
