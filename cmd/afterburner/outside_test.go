package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// everything has a route of each kind.
const everything = `
upstreams: { api: { targets: ["{API}"] } }
routes:
  - { path: "/", upstream: api }
  - { path: "/products/{id}", methods: [GET], upstream: api, cache: { key: { query: { ignore: ["utm_*"] } } } }
  - { path: /batch, methods: [POST], batch: { allow: ["/products/"] } }
`

// line is the access log's, with every field that it has.
type line struct {
	Time       time.Time `json:"time"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`
	Route      string    `json:"route"`
	Status     int       `json:"status"`
	Cache      string    `json:"cache"`
	Reason     string    `json:"reason"`
	DurationMS float64   `json:"duration_ms"`
	BytesIn    int64     `json:"bytes_in"`
	BytesOut   int64     `json:"bytes_out"`
	Upstream   string    `json:"upstream"`
	TraceID    string    `json:"trace_id"`
}

func TestAccessLog(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, everything)
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	began := time.Now()
	// On one connection, where a request is finished before the next one is read.
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1, DisableCompression: true}}
	defer client.CloseIdleConnections()
	get := func(path string) string {
		return askBy(t, client, "GET", p.url+path, "", "Traceparent", "00-"+trace+"-00f067aa0ba902b7-01").Header.Get("Cache-Status")
	}
	get("/products/1?utm_source=x")
	eventually(t, "a hit", func() bool { return strings.Contains(get("/products/1"), "hit") })
	get("/private")
	p.await(p.stdout, `"/private"`)
	size := int64(len(document("/products/1?utm_source=x")))
	want := []line{
		{Method: "GET", Path: "/products/1", Route: "/products/{id}", Status: 200, Cache: "miss", BytesOut: size, Upstream: "api", TraceID: trace},
		{Method: "GET", Path: "/products/1", Route: "/products/{id}", Status: 200, Cache: "hit", BytesOut: size, TraceID: trace},
		{Method: "GET", Path: "/private", Route: "/", Status: 200, Cache: "miss", Reason: "private", BytesOut: int64(len(document("/private"))), Upstream: "api", TraceID: trace},
	}
	text := strings.Split(strings.TrimSpace(p.stdout.String()), "\n")
	if len(text) < len(want) {
		t.Fatalf("the access log has %d lines, want %d:\n%s", len(text), len(want), p.stdout)
	}
	// Between the first and the hit may be some that shared the first one's flight.
	text = slices.Delete(text, 1, len(text)-2)
	for i, got := range readLines(t, text) {
		if got.Time.Before(began.Add(-time.Second)) || got.Time.After(time.Now()) || got.DurationMS <= 0 {
			t.Errorf("line %d: time %v, duration_ms %v; want now, and more than 0", i, got.Time, got.DurationMS)
		}
		got.Time, got.DurationMS = time.Time{}, 0
		if got != want[i] {
			t.Errorf("line %d:\n%+v\nwant\n%+v", i, got, want[i])
		}
	}
}

// readLines also sees to it that each has all the fields and no others.
func readLines(t *testing.T, text []string) []line {
	t.Helper()
	names := []string{"bytes_in", "bytes_out", "cache", "duration_ms", "method", "path", "reason", "route", "status", "time", "trace_id", "upstream"}
	var lines []line
	for _, one := range text {
		var l line
		var all map[string]any
		if err := json.Unmarshal([]byte(one), &l); err != nil {
			t.Fatalf("read %s: %v", one, err)
		}
		if err := json.Unmarshal([]byte(one), &all); err != nil {
			t.Fatalf("read %s: %v", one, err)
		}
		if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, names) {
			t.Errorf("the line has the fields %v, want %v", got, names)
		}
		lines = append(lines, l)
	}
	return lines
}

func TestAccessLogAsTheFileSays(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, "telemetry: { access_log: { format: text, output: stderr } }"+everything)
	ask(t, "GET", p.url+"/products/1", "")
	p.await(p.stderr, `(?m)^\S+ 200 GET /products/1 miss \S+ms in=0 out=\d+ route=/products/\{id\} upstream=api`)
	if got := p.stdout.String(); got != "" {
		t.Errorf("standard output: %q, want nothing", got)
	}
}

const items = `{"requests":[{"id":"a","method":"GET","url":"/products/1"},{"id":"b","method":"GET","url":"/products/2"}]}`

// The names that dashboards and alerts rely on.
func TestMetrics(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, everything)
	ask(t, "GET", p.url+"/products/1", "", "Accept-Encoding", "br")
	askUntilHit(t, p.url+"/products/1")
	ask(t, "POST", p.url+"/batch", items)
	for _, want := range []string{
		`http_server_request_duration_seconds_count{cache="hit",http_request_method="GET",http_response_status_code="200",http_route="/products/{id}"} 2`,
		`http_server_request_duration_seconds_bucket{.*le="0.005"} \d+`,
		`http_client_request_duration_seconds_count{.*} \d+`,
		`http_server_active_requests 0`,
		`afterburner_cache_requests_total{http_route="/products/{id}",reason="",result="hit"} 2`,
		`afterburner_cache_bytes_saved_total{http_route="/products/{id}"} [1-9].*`,
		`afterburner_cache_entries 2`,
		`afterburner_coalesce_followers_total 0`,
		`afterburner_compress_bytes_in_total{coding="br"} [1-9].*`,
		`afterburner_compress_bytes_out_total{coding="br"} [1-9].*`,
		`afterburner_batch_requests_total 1`,
		`afterburner_batch_items_total 2`,
		`go_goroutines \d+`,
		`process_resident_memory_bytes .+`,
	} {
		line := regexp.MustCompile(`(?m)^` + strings.NewReplacer("{", `\{`, "}", `\}`).Replace(want) + `$`)
		// A request is counted behind its answer, so it may be a moment late.
		eventually(t, "/metrics has a line like "+want, func() bool {
			return line.MatchString(ask(t, "GET", p.admin+"/metrics", "").body)
		})
	}
}

func TestBatch(t *testing.T) {
	api := newOrigin(t)
	p := serve(t, api.URL, everything)
	ask(t, "GET", p.url+"/products/1", "")
	got := ask(t, "POST", p.url+"/batch", items)
	var batch struct {
		Responses []struct {
			ID     string
			Status int
			Body   json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(got.body), &batch); err != nil || got.StatusCode != 200 || len(batch.Responses) != 2 {
		t.Fatalf("POST /batch = %s %q (%v), want 200 and 2 responses", got.Status, got.body, err)
	}
	for i, path := range []string{"/products/1", "/products/2"} {
		r := batch.Responses[i]
		if r.ID != string("ab"[i]) || r.Status != 200 || string(r.Body) != string(document(path)) {
			t.Errorf("item %d = %s %d %.40s, want the document of %s", i, r.ID, r.Status, r.Body, path)
		}
	}
	if n := api.requests.Load(); n != 2 {
		t.Errorf("%d requests reached the origin, want 2: the first item was stored", n)
	}
}
