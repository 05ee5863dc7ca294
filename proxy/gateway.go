package proxy

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/telemetry"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// Parts are what a gateway is given.
type Parts struct {
	// Telemetry counts. Required.
	Telemetry *telemetry.Telemetry
	// Access takes a line for each request; nil: none is written.
	Access *telemetry.AccessLog
	// Log takes what operators must know. Required.
	Log *slog.Logger
	// Memory is the store's budget in bytes, at least 1 MiB.
	Memory int64
	// Dial opens a connection to an upstream's target; nil: over the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Gateway answers requests. It is made once and outlives its configurations.
type Gateway struct {
	telemetry *telemetry.Telemetry
	unrouted  *telemetry.Route // counts what no route took
	access    *telemetry.AccessLog
	log       *slog.Logger
	store     *cache.Store
	codecs    *compress.Codecs
	buffers   *buffers
	watcher   *watcher
	steps     [stepCount]station
	now       func() time.Time

	current   atomic.Pointer[generation]
	upstreams *upstreams

	id   string // of this instance, for CDN-Loop
	loop string // the member that it adds

	ctx      context.Context // of the process: flights end with it
	stop     context.CancelFunc
	held     atomic.Int64 // bytes of request bodies that are kept for their keys
	serving  atomic.Bool
	draining atomic.Bool
}

// New builds a gateway for a valid configuration.
func New(c *config.Config, p Parts) (*Gateway, error) {
	store, err := cache.New(cache.Options{Memory: p.Memory})
	if err != nil {
		return nil, err
	}
	cores := runtime.GOMAXPROCS(0)
	g := &Gateway{
		telemetry: p.Telemetry, access: p.Access, log: p.Log, store: store,
		codecs:  compress.New(compress.Bounds{Bodies: 2 * cores, Streams: 64 * cores}),
		buffers: newBuffers(), watcher: new(watcher), now: time.Now, upstreams: newUpstreams(p.Dial),
		id: instanceID(),
	}
	g.loop = pseudonym + "; id=" + g.id
	g.ctx, g.stop = context.WithCancel(context.Background())
	g.steps = g.table()
	g.unrouted = g.telemetry.Route("")
	g.telemetry.ObserveStore(func() telemetry.StoreStats {
		s := store.Stats()
		return telemetry.StoreStats{Bytes: s.Bytes, Entries: s.Entries, Budget: s.Budget}
	})
	if err := g.Configure(c); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Configure makes a configuration the current one, whole or not at all. What is
// under way finishes on the one it began with.
func (g *Gateway) Configure(c *config.Config) error {
	gen, err := g.compile(c)
	if err != nil {
		return err
	}
	g.current.Store(gen)
	return nil
}

// Ready says why the gateway should not get requests; nil: it should.
func (g *Gateway) Ready() error {
	switch {
	case g.draining.Load():
		return errors.New("draining")
	case !g.serving.Load():
		return errors.New("not listening yet")
	}
	return nil
}

// Stats are the store's figures of this moment.
func (g *Gateway) Stats() cache.Stats { return g.store.Stats() }

// Targets are the connections to an upstream's targets, in the order of the
// configuration; nil: there is no such upstream.
func (g *Gateway) Targets(name string) []upstream.TargetStats { return g.upstreams.targets(name) }

// Drain makes Ready say no, and every response close its connection.
func (g *Gateway) Drain() { g.draining.Store(true) }

// Close ends flights, idle connections and the store. Call it when nothing is
// served any more.
func (g *Gateway) Close() {
	g.stop()
	g.upstreams.retire()
	g.watcher.close()
	g.store.Close()
}

// instanceID is random, so that two gateways in a chain are told apart and a
// loop is found by one's own id (RFC 8586).
func instanceID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
