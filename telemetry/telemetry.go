package telemetry

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Options are what New has to know.
type Options struct {
	// Version of the gateway, for afterburner_build_info.
	Version string
}

// Telemetry owns the registry and every metric. It outlives configurations; all
// methods may be called from any goroutine.
type Telemetry struct {
	catalogue *catalogue
	server    *serverMetrics
	client    *clientMetrics
	store     storeCollector
	reloads   reloads
	active    atomic.Int64

	followers    prometheus.Counter
	flights      *names[prometheus.Counter]
	compressIn   *names[prometheus.Counter]
	compressOut  *names[prometheus.Counter]
	batches      prometheus.Counter
	batchItems   prometheus.Counter
	purges       *names[prometheus.Counter]
	linesDropped prometheus.Counter
	panics       prometheus.Counter

	mu        sync.Mutex
	routes    map[string]*Route
	upstreams map[string]*Upstream
}

// New makes the registry with every metric.
func New(o Options) *Telemetry {
	c := &catalogue{registry: prometheus.NewRegistry()}
	t := &Telemetry{
		catalogue: c,
		routes:    map[string]*Route{},
		upstreams: map[string]*Upstream{},
	}
	t.server = newServerMetrics(c)
	c.gauge("http_server_active_requests", "Requests being answered now.",
		func() float64 { return float64(t.active.Load()) })
	t.client = newClientMetrics(c)
	t.store.define(c)
	t.reloads.define(c)
	t.defineWork(c)
	c.info("afterburner_build_info", "Always 1; the labels tell the version.",
		[]string{"version", "go_version"}, []string{strings.ToValidUTF8(o.Version, "\ufffd"), runtime.Version()})
	c.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return t
}

// defineWork defines what is counted of the gateway's own work.
func (t *Telemetry) defineWork(c *catalogue) {
	t.followers = c.counter("afterburner_coalesce_followers_total",
		"Requests that waited for the answer to another request's fetch.")
	t.flights = byName(c.counters("afterburner_coalesce_flights_total",
		"Fetches that others could follow, by outcome.", "outcome"))
	t.compressIn = byName(c.counters("afterburner_compress_bytes_in_total",
		"Bytes given to the codecs.", "coding"))
	t.compressOut = byName(c.counters("afterburner_compress_bytes_out_total",
		"Bytes that the codecs made of them.", "coding"))
	t.batches = c.counter("afterburner_batch_requests_total", "Batch requests answered.")
	t.batchItems = c.counter("afterburner_batch_items_total", "Items of batch requests.")
	t.purges = byName(c.counters("afterburner_purges_total", "Purges done, by kind.", "kind"))
	t.linesDropped = c.counter("afterburner_access_log_dropped_total",
		"Access lines lost because the output was stuck or failed.")
	t.panics = c.counter("afterburner_panics_total", "Requests that ended in a panic.")
}

// Handler answers a scrape, in Prometheus or OpenMetrics text as Accept says.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.catalogue.registry, promhttp.HandlerOpts{
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: 4,
	})
}

// Begin counts a request as active until End.
func (t *Telemetry) Begin() { t.active.Add(1) }

// End is called once for each Begin.
func (t *Telemetry) End() { t.active.Add(-1) }

// Follower counts a request that waits for another's fetch.
func (t *Telemetry) Follower() { t.followers.Inc() }

// Flight counts an ended flight; outcome is one of a closed set of words.
func (t *Telemetry) Flight(outcome string) { t.flights.get(outcome).Inc() }

// Compressed counts a body that was coded; in and out are its bytes before and after.
func (t *Telemetry) Compressed(coding string, in, out int64) {
	add(t.compressIn.get(coding), in)
	add(t.compressOut.get(coding), out)
}

// Batch counts a batch request and its items.
func (t *Telemetry) Batch(items int) {
	t.batches.Inc()
	add(t.batchItems, int64(items))
}

// Purged counts a purge; kind is url, prefix, tag or all, and invalidation or
// group where the response to an unsafe request did it.
func (t *Telemetry) Purged(kind string) { t.purges.get(kind).Inc() }

// Panicked counts a request that ended in a panic.
func (t *Telemetry) Panicked() { t.panics.Inc() }

// add takes nothing below zero: a Prometheus counter panics on it.
func add(c prometheus.Counter, n int64) {
	if n > 0 {
		c.Add(float64(n))
	}
}

func byName(v *prometheus.CounterVec) *names[prometheus.Counter] {
	return newNames(func(name string) prometheus.Counter { return v.WithLabelValues(name) })
}
