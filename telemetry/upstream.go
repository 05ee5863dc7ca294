package telemetry

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxUpstreams bounds the values of the label upstream; further names share _OTHER.
const maxUpstreams = 1000

type clientMetrics struct {
	durations *prometheus.HistogramVec
	requests  *prometheus.CounterVec
	series    atomic.Int64
}

func newClientMetrics(c *catalogue) *clientMetrics {
	return &clientMetrics{
		durations: c.durations("http_client_request_duration_seconds",
			"Time from sending a request to an upstream until its response head, or the failure.",
			"upstream", "http_request_method", "http_response_status_code", "error_type"),
		requests: c.counters("afterburner_origin_requests_total",
			"Requests sent to an upstream, each try counted.", "upstream"),
	}
}

// A Try is one request to an upstream that was answered or failed.
type Try struct {
	// Method as sent.
	Method string
	// Status of the answer; 0 when none came.
	Status int
	// Error is why none came, a word of a closed set such as the proxy error types
	// of RFC 9209 section 2.3; empty when one came.
	Error string
	// Duration until the response head or the failure.
	Duration time.Duration
}

// An Upstream counts what is sent to one upstream.
type Upstream struct {
	client    *clientMetrics
	name      string
	requests  prometheus.Counter
	mu        sync.Mutex
	durations [methods]statusTable
	failures  [methods]*names[*series]
}

// Upstream gives the counters of an upstream, the same ones for the same name.
// It is called when a configuration is built, not for each request.
func (t *Telemetry) Upstream(name string) *Upstream {
	t.mu.Lock()
	defer t.mu.Unlock()
	if u := t.upstreams[name]; u != nil {
		return u
	}
	if len(t.upstreams) >= maxUpstreams {
		name = other
	}
	u := t.upstreams[name]
	if u == nil {
		u = newUpstream(t.client, label(name))
		t.upstreams[strings.Clone(name)] = u
	}
	return u
}

func newUpstream(c *clientMetrics, name string) *Upstream {
	u := &Upstream{client: c, name: name, requests: c.requests.WithLabelValues(name)}
	for m := range u.failures {
		u.failures[m] = newNames(func(failure string) *series {
			return u.series(method(m).String(), "", failure)
		})
	}
	return u
}

// Tried counts one try. It allocates only when it sees a combination of labels
// for the first time.
func (u *Upstream) Tried(t Try) {
	u.requests.Inc()
	u.duration(&t).Observe(t.Duration.Seconds())
}

func (u *Upstream) duration(t *Try) *series {
	m := methodOf(t.Method)
	if t.Error != "" {
		return u.failures[m].get(t.Error)
	}
	if s := u.durations[m].get(t.Status); s != nil {
		return s
	}
	return u.bind(m, t.Status)
}

func (u *Upstream) bind(m method, status int) *series {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s := u.durations[m].get(status); s != nil {
		return s
	}
	s := u.series(m.String(), statusLabel(status), "")
	u.durations[m].put(status, s)
	return s
}

func (u *Upstream) series(method, status, failure string) *series {
	if u.client.series.Add(1) > maxSeries {
		return &series{u.client.durations.WithLabelValues(other, other, "", "")}
	}
	return &series{u.client.durations.WithLabelValues(u.name, method, status, failure)}
}
