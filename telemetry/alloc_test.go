//go:build !race

package telemetry

import (
	"io"
	"testing"
	"time"
)

func TestObservationsDoNotAllocate(t *testing.T) {
	tel := New(Options{})
	route, api := tel.Route("/products/{id}"), tel.Upstream("api")
	access, text := tel.AccessLog(io.Discard, JSON), tel.AccessLog(io.Discard, Text)
	defer access.Close()
	defer text.Close()
	line := Line{
		Time: time.Now(), Method: "GET", Path: "/products/7", Route: "/products/{id}", Status: 200, Cache: CacheHit,
		Duration: time.Millisecond, BytesOut: 512, Upstream: "api", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736",
	}
	rows := []struct {
		name  string
		limit float64
		do    func()
	}{
		{"a hit", 0, func() {
			route.Request(Observation{Method: "GET", Status: 200, Cache: CacheHit, Duration: time.Millisecond, BytesOut: 512})
		}},
		{"a miss with a reason", 0, func() {
			route.Request(Observation{Method: "GET", Status: 200, Cache: CacheMiss, Reason: "no_store", Duration: time.Millisecond, BytesOut: 512})
		}},
		{"an answered try", 0, func() { api.Tried(Try{Method: "GET", Status: 200, Duration: time.Millisecond}) }},
		{"a failed try", 0, func() { api.Tried(Try{Method: "GET", Error: "connection_refused", Duration: time.Millisecond}) }},
		{"the gateway's work", 0, func() {
			tel.Begin()
			tel.Follower()
			tel.Flight("shared")
			tel.Compressed("br", 1000, 100)
			tel.Batch(7)
			tel.End()
		}},
		{"a JSON line", 0, func() { access.Log(line) }},
		{"a text line", 0, func() { text.Log(line) }},
		{"a new trace", 1, func() { tel.Trace("", "") }},
	}
	for _, row := range rows {
		// Enough rounds to even out the buffers growing at first.
		if n := testing.AllocsPerRun(2000, row.do); n > row.limit {
			t.Errorf("%s allocates %v times, want at most %v", row.name, n, row.limit)
		}
	}
}

func BenchmarkHit(b *testing.B) {
	route := New(Options{}).Route("/products/{id}")
	o := Observation{Method: "GET", Status: 200, Cache: CacheHit, Duration: time.Millisecond, BytesOut: 512}
	for b.Loop() {
		route.Request(o)
	}
}

func BenchmarkLine(b *testing.B) {
	l := Line{Time: time.Now(), Method: "GET", Path: "/products/7", Route: "/products/{id}", Status: 200, Upstream: "api"}
	var buf []byte
	for b.Loop() {
		buf = l.appendJSON(buf[:0])
	}
}
