package test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/proxy"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// A world is a gateway between an origin and its clients, all in memory.
type world struct {
	scenario *scenario
	sockets  *sockets
	front    *listener
	gateway  *proxy.Gateway
	server   *proxy.Server
	access   *telemetry.AccessLog
	origin   *origin
	clients  map[string]*client
	order    []*client
	begun    time.Time

	over   chan struct{} // closed at the end: who holds lets go
	served chan error
	log    safeBuffer // of the gateway: nothing is to stand there
	lines  safeBuffer // the access log
}

// storeMemory is the store's budget where the configuration says nothing.
const storeMemory = 16 << 20

func newWorld(s *scenario, sockets *sockets) (*world, error) {
	script, err := scripts(s.origin)
	if err != nil {
		return nil, err
	}
	w := &world{
		scenario: s, sockets: sockets, clients: map[string]*client{}, begun: time.Now(),
		front: newListener(endpoint("10.0.0.1", 8080)),
		over:  make(chan struct{}), served: make(chan error, 1),
	}
	w.origin = newOrigin(script, w.over, w.front, sockets)
	cfg, err := w.load("config")
	if err != nil {
		return nil, err
	}
	memory := int64(cfg.Store.Memory)
	if memory == 0 {
		memory = storeMemory
	}
	counted := telemetry.New(telemetry.Options{Version: "scenario"})
	access := counted.AccessLog(&w.lines, telemetry.Text)
	w.gateway, err = proxy.New(cfg, proxy.Parts{
		Telemetry: counted, Access: access, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		Memory: memory, Dial: w.origin.dial,
	})
	if err != nil {
		access.Close()
		return nil, fmt.Errorf("%s: make the gateway: %w", s.file, err)
	}
	w.access, w.server = access, proxy.NewServer(w.gateway, cfg.Limits)
	go func() { w.served <- w.server.Serve(w.front) }()
	return w, nil
}

// load reads a configuration of the file; its faults have the file's own lines.
func (w *world) load(name string) (*config.Config, error) {
	part, ok := w.scenario.configs[name]
	if !ok {
		return nil, fmt.Errorf("%s: there is no section -- %s --", w.scenario.file, name)
	}
	text := strings.Repeat("\n", part.line-1) + part.text
	cfg, faults := config.Parse(w.scenario.file, []byte(text), nil)
	return cfg, faults.Errors().Err()
}

func (w *world) configure(name string) error {
	cfg, err := w.load(name)
	if err != nil {
		return err
	}
	return w.gateway.Configure(cfg)
}

// connect makes a client with a connection of its own.
func (w *world) connect(name string, o order) *client {
	near, far := newWire(endpoint("192.0.2.7", 50000+len(w.order)), w.front.address, w.sockets)
	w.front.wires <- far
	return w.add(newClient(name, o, near, bufio.NewReaderSize(near, pipeSize)))
}

func (w *world) add(c *client) *client {
	w.clients[c.name] = c
	w.order = append(w.order, c)
	return c
}

// request lets clients send the same at the same moment.
func (w *world) request(list []string, o order) error {
	var started []*client
	for _, name := range list {
		if w.clients[name] != nil {
			return fmt.Errorf("%s has sent a request already; name another client, or %s2 on %s", name, name, name)
		}
		if o.on == "" {
			started = append(started, w.connect(name, o))
			continue
		}
		first := w.clients[o.on]
		if first == nil || first.state() == "waiting" {
			return fmt.Errorf("%s has no free connection for %s", o.on, name)
		}
		started = append(started, w.add(newClient(name, o, first.conn, first.in)))
	}
	for _, c := range started {
		go c.run()
	}
	return nil
}

// farAway is later than any timer of the gateway.
const farAway = 10 * time.Minute

// end takes everything down, in the order of a gateway that leaves, and tells
// what did not end.
func (w *world) end() error {
	close(w.over)
	for _, c := range w.order {
		c.conn.Close()
		if c.paused != nil {
			select {
			case <-c.paused:
			default:
				close(c.paused)
			}
		}
	}
	w.origin.set("down")
	// fasthttp dates idle connections by a clock outside of the bubble, and so
	// leaves them to their own timeouts.
	ctx, cancel := context.WithTimeout(context.Background(), farAway)
	defer cancel()
	if err := w.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("shut down: %w; requests are still running:\n%s", err, others())
	}
	if err := <-w.served; err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	w.gateway.Close()
	if err := w.access.Close(); err != nil {
		return err
	}
	if w.log.String() != "" {
		return fmt.Errorf("the gateway logged:\n%s", &w.log)
	}
	return nil
}

// leaked tells which goroutines of the bubble do not end.
func leaked() error {
	time.Sleep(farAway)
	synctest.Wait()
	if left := others(); left != "" {
		return fmt.Errorf("goroutines that do not end:\n%s", left)
	}
	return nil
}

// others are the stacks of this bubble's other goroutines.
func others() string {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	own, rest, _ := strings.Cut(string(all), "\n\n")
	bubble := bubbleOf(own)
	var left []string
	for stack := range strings.SplitSeq(rest, "\n\n") {
		if bubble != "" && bubbleOf(stack) == bubble && !strings.Contains(stack, "testing/synctest.Test") {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}

// bubbleOf is "synctest bubble N" in a stack's first line.
func bubbleOf(stack string) string {
	head, _, _ := strings.Cut(stack, "\n")
	_, bubble, _ := strings.Cut(head, "synctest bubble ")
	bubble, _, _ = strings.Cut(bubble, "]")
	return bubble
}

// transcript is what a person wants to see when a scenario fails.
func (w *world) transcript() string {
	var b strings.Builder
	for _, c := range w.order {
		got := c.result()
		fmt.Fprintf(&b, "--- %s, %s (%v)\n> %s\n< %s%s\n", c.name, c.state(), got.err,
			clipped(c.order.wire), got.head, clipped(string(got.body)))
	}
	w.origin.mu.Lock()
	defer w.origin.mu.Unlock()
	for i, r := range w.origin.seen {
		fmt.Fprintf(&b, "--- origin %d after %s: %s %s %s %q\n", i+1, r.at.Sub(w.begun), r.Method, r.RequestURI, r.Host, r.Header)
	}
	fmt.Fprintf(&b, "--- access log\n%s", &w.lines)
	return b.String()
}

func clipped(text string) string {
	if len(text) > 400 {
		return fmt.Sprintf("%s... (%d bytes)", text[:400], len(text))
	}
	return text
}

// safeBuffer may be written by many.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
