package test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/proxy"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// chaosConfig has short limits for what stalls, and long ones for a connection that
// waits: one that is closed while a request is on its way looks like a fault.
const chaosConfig = `
limits: { header_timeout: 60s, idle_timeout: 60s, request_timeout: 2s, request_body: 1MiB }
store: { max_object: 64KiB }
upstreams:
  api:
    targets: ["{API}"]
    timeout: { connect: 5s, response: 500ms }
    pool: { max_connections: 200, idle: 500ms, wait: 10s }
routes:
  - { path: /shared/, upstream: api }
  - { path: /alone/, upstream: api, cache: { mode: off } }
  - { path: /batch, methods: [POST], batch: { allow: [/shared/, /alone/] } }
`

// Between clients that leave and an origin that lies, nobody gets the answer of
// another, nor a part of his own that looks whole; and when all have gone, nothing
// is left (invariants 1, 2, 7 and 8).
func TestChaos(t *testing.T) {
	warmUp(t, newSockets(t))
	chaos(t, 1, chaosLength)
}

// chaosRun is one run: the gateway, and what everybody has to say.
type chaosRun struct {
	seed         uint64
	url, address string

	mu     sync.Mutex
	faults []error
	count  map[string]int // of answers, by how they ended
}

// chaosCallers are the clients at once.
const chaosCallers = 300

func chaos(t *testing.T, seed uint64, length time.Duration) {
	goroutines := runtime.NumGoroutine()
	run := &chaosRun{seed: seed, count: map[string]int{}}
	origin := newMadOrigin(t, seed, run.report)
	api := "http://" + origin.listener.Addr().String()
	gate := newChaosGate(t, strings.ReplaceAll(chaosConfig, "{API}", api), 8<<20)
	run.address = gate.listener.Addr().String()
	run.url = "http://" + run.address

	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	var callers sync.WaitGroup
	for n := range chaosCallers {
		callers.Go(func() { newCaller(run, n).work(ctx) })
	}
	callers.Wait()

	until(t, "the clients' connections are closed", func() int64 { return gate.listener.open.Load() }, 0)
	until(t, "the connections to the origin are closed", origin.open.Load, 0)
	gate.close(t)
	origin.close()
	until(t, "the goroutines have ended", func() int64 { return int64(runtime.NumGoroutine()) }, int64(goroutines))
	run.judge(t, origin)
}

func (r *chaosRun) did(what string) {
	r.mu.Lock()
	r.count[what]++
	r.mu.Unlock()
}

func (r *chaosRun) report(err error) {
	r.mu.Lock()
	r.faults = append(r.faults, err)
	r.mu.Unlock()
}

// judge fails for each fault, and where too little was tried to mean anything.
func (r *chaosRun) judge(t *testing.T, origin *madOrigin) {
	t.Helper()
	t.Logf("seed %d: %d requests at the origin, which did: %s", r.seed, origin.requests.Load(), counts(origin.count))
	t.Logf("the clients' answers: %s", counts(r.count))
	for _, err := range r.faults[:min(len(r.faults), 20)] {
		t.Error(err)
	}
	if n := len(r.faults); n > 20 {
		t.Errorf("and %d more", n-20)
	}
	for _, what := range []string{"whole", "coded", "broken", "refused", "items", "HTTP/1.0", "pipelined", "left", "half uploads"} {
		if r.count[what] == 0 {
			t.Errorf("nothing was %s: the run says little", what)
		}
	}
	for _, what := range []string{"whole", "cut", "reset", "stalled", "no response", "surplus", "got a broken upload", "answered before the upload's end"} {
		if origin.count[what] == 0 {
			t.Errorf("the origin never did %q: the run says little", what)
		}
	}
}

func counts(m map[string]int) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", what, m[what]))
	}
	return strings.Join(parts, ", ")
}

// until waits for a figure to fall to what it should be.
func until(t *testing.T, what string, figure func() int64, want int64) {
	t.Helper()
	late := time.NewTimer(hung)
	defer late.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for figure() > want {
		select {
		case <-again.C:
		case <-late.C:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%s: %d are left after %v, want %d\n%s", what, figure(), hung, want, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// chaosGate is a gateway on a real socket.
type chaosGate struct {
	listener *countingListener
	gateway  *proxy.Gateway
	server   *proxy.Server
	served   chan error
	log      safeBuffer
}

func newChaosGate(t *testing.T, text string, memory int64) *chaosGate {
	t.Helper()
	cfg, faults := config.Parse("chaos", []byte(text), nil)
	if err := faults.Errors().Err(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &chaosGate{listener: &countingListener{Listener: l}, served: make(chan error, 1)}
	g.gateway, err = proxy.New(cfg, proxy.Parts{
		Telemetry: telemetry.New(telemetry.Options{Version: "chaos"}),
		Log:       slog.New(slog.NewTextHandler(&g.log, nil)),
		Memory:    memory,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.server = proxy.NewServer(g.gateway, cfg.Limits)
	go func() { g.served <- g.server.Serve(g.listener) }()
	return g
}

// close leaves as the process does.
func (g *chaosGate) close(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hung)
	defer cancel()
	if err := g.server.Shutdown(ctx); err != nil {
		t.Errorf("shut down: %v", err)
	}
	if err := <-g.served; err != nil {
		t.Error(err)
	}
	g.gateway.Close()
	if log := g.log.String(); log != "" {
		t.Errorf("the gateway logged:\n%s", log)
	}
}

// countingListener counts the connections that are open.
type countingListener struct {
	net.Listener
	open atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	return &countedConn{TCPConn: c.(*net.TCPConn), open: &l.open}, nil
}

// countedConn is all that a TCP connection is.
type countedConn struct {
	*net.TCPConn
	open   *atomic.Int64
	closed sync.Once
}

func (c *countedConn) Close() error {
	c.closed.Do(func() { c.open.Add(-1) })
	return c.TCPConn.Close()
}
