package telemetry

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// maxRoutes bounds the values of http_route; further patterns share _OTHER.
	maxRoutes = 10_000
	// maxSeries bounds the histograms of either side. Each is 17 lines of a
	// scrape; clients choose methods, and often statuses. Further ones share one.
	maxSeries = 50_000
)

type serverMetrics struct {
	durations *prometheus.HistogramVec
	results   *prometheus.CounterVec
	saved     *prometheus.CounterVec
	received  *prometheus.CounterVec
	sent      *prometheus.CounterVec
	series    atomic.Int64
}

func newServerMetrics(c *catalogue) *serverMetrics {
	return &serverMetrics{
		durations: c.durations("http_server_request_duration_seconds",
			"Time from a request's head to the end of its answer.",
			"http_route", "http_request_method", "http_response_status_code", "cache"),
		results: c.counters("afterburner_cache_requests_total",
			"Requests that the cache was asked for, by what it did and why it could not do better.",
			"http_route", "result", "reason"),
		saved: c.counters("afterburner_cache_bytes_saved_total",
			"Body bytes sent to clients that the origin did not have to send.", "http_route"),
		received: c.counters("afterburner_request_body_bytes_total",
			"Body bytes received from clients.", "http_route"),
		sent: c.counters("afterburner_response_body_bytes_total",
			"Body bytes sent to clients.", "http_route"),
	}
}

// An Observation is a request that has ended.
type Observation struct {
	// Method as sent.
	Method string
	// Status sent to the client; 0 when it left before there was one.
	Status int
	Cache  CacheResult
	// Reason is why the cache could not do better: a word of a closed set, or empty.
	Reason string
	// Duration from the request's head to the end of the answer.
	Duration time.Duration
	// BytesIn and BytesOut are the bytes of the bodies, as received and as sent.
	BytesIn, BytesOut int64
}

// A Route counts the requests of one route.
type Route struct {
	server    *serverMetrics
	pattern   string
	saved     prometheus.Counter
	received  prometheus.Counter
	sent      prometheus.Counter
	results   [cacheResults]*names[prometheus.Counter]
	mu        sync.Mutex
	durations [methods][cacheResults]statusTable
}

// Route gives the counters of a path pattern, the same ones for the same pattern.
// It is called when a configuration is built, not for each request. An empty
// pattern stands for the requests that no route took.
func (t *Telemetry) Route(pattern string) *Route {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.routes[pattern]; r != nil {
		return r
	}
	if len(t.routes) >= maxRoutes {
		pattern = other
	}
	r := t.routes[pattern]
	if r == nil {
		r = newRoute(t.server, label(pattern))
		t.routes[strings.Clone(pattern)] = r
	}
	return r
}

func newRoute(s *serverMetrics, pattern string) *Route {
	r := &Route{
		server:   s,
		pattern:  pattern,
		saved:    s.saved.WithLabelValues(pattern),
		received: s.received.WithLabelValues(pattern),
		sent:     s.sent.WithLabelValues(pattern),
	}
	for i := range r.results {
		result := CacheResult(i).String()
		r.results[i] = newNames(func(reason string) prometheus.Counter {
			return s.results.WithLabelValues(pattern, result, reason)
		})
	}
	return r
}

// Request counts a request that has ended. It allocates only when it sees a
// combination of labels for the first time.
func (r *Route) Request(o Observation) {
	o.Cache = o.Cache.known()
	r.duration(&o).Observe(o.Duration.Seconds())
	add(r.received, o.BytesIn)
	add(r.sent, o.BytesOut)
	if o.Cache == CacheNone {
		return
	}
	r.results[o.Cache].get(o.Reason).Inc()
	if o.Cache.spared() {
		add(r.saved, o.BytesOut)
	}
}

func (r *Route) duration(o *Observation) *series {
	table := &r.durations[methodOf(o.Method)][o.Cache]
	if s := table.get(o.Status); s != nil {
		return s
	}
	return r.bind(table, o)
}

func (r *Route) bind(table *statusTable, o *Observation) *series {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := table.get(o.Status); s != nil {
		return s
	}
	s := &series{r.observer(o)}
	table.put(o.Status, s)
	return s
}

func (r *Route) observer(o *Observation) prometheus.Observer {
	if r.server.series.Add(1) > maxSeries {
		return r.server.durations.WithLabelValues(other, other, "", CacheNone.String())
	}
	return r.server.durations.WithLabelValues(
		r.pattern, methodOf(o.Method).String(), statusLabel(o.Status), o.Cache.String())
}
