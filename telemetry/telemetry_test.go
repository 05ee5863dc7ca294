package telemetry

import (
	"fmt"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// scrape returns the whole text.
func scrape(t *testing.T, tel *Telemetry, accept string) string {
	t.Helper()
	req := httptest.NewRequest("GET", "/metrics", nil)
	req.Header.Set("Accept", accept)
	rec := httptest.NewRecorder()
	tel.Handler().ServeHTTP(rec, req)
	if rec.Code != 200 {
		t.Fatalf("scrape = %d %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// samples keeps the lines with one of the prefixes that are neither comments
// nor the lesser buckets.
func samples(text string, prefixes ...string) string {
	var kept []string
	for line := range strings.Lines(text) {
		ours := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) })
		if ours && (!strings.Contains(line, `le="`) || strings.Contains(line, `le="+Inf"`)) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestRequestsAreScraped(t *testing.T) {
	tel := New(Options{Version: "1.2.3"})
	r := tel.Route("/products/{id}")
	tel.Begin()
	tel.Begin()
	r.Request(Observation{Method: "GET", Status: 200, Cache: CacheHit, Duration: 250 * time.Millisecond, BytesOut: 1000})
	r.Request(Observation{Method: "GET", Status: 200, Cache: CacheHit, Duration: 250 * time.Millisecond, BytesOut: 1000})
	r.Request(Observation{Method: "POST", Status: 201, Cache: CacheBypass, Reason: "method", Duration: time.Second, BytesIn: 7, BytesOut: 9})
	r.Request(Observation{Method: "get", Cache: CacheMiss, Reason: "no_store", Duration: time.Second})
	tel.End()
	got := samples(scrape(t, tel, ""), "http_server", "afterburner_cache", "afterburner_re", "afterburner_build_info")
	expect(t, got, fmt.Sprintf(`
afterburner_build_info{go_version="%s",version="1.2.3"} 1
afterburner_cache_bytes_saved_total{http_route="/products/{id}"} 2000
afterburner_cache_requests_total{http_route="/products/{id}",reason="",result="hit"} 2
afterburner_cache_requests_total{http_route="/products/{id}",reason="method",result="bypass"} 1
afterburner_cache_requests_total{http_route="/products/{id}",reason="no_store",result="miss"} 1
afterburner_request_body_bytes_total{http_route="/products/{id}"} 7
afterburner_response_body_bytes_total{http_route="/products/{id}"} 2009
http_server_active_requests 1
http_server_request_duration_seconds_bucket{cache="bypass",http_request_method="POST",http_response_status_code="201",http_route="/products/{id}",le="+Inf"} 1
http_server_request_duration_seconds_sum{cache="bypass",http_request_method="POST",http_response_status_code="201",http_route="/products/{id}"} 1
http_server_request_duration_seconds_count{cache="bypass",http_request_method="POST",http_response_status_code="201",http_route="/products/{id}"} 1
http_server_request_duration_seconds_bucket{cache="hit",http_request_method="GET",http_response_status_code="200",http_route="/products/{id}",le="+Inf"} 2
http_server_request_duration_seconds_sum{cache="hit",http_request_method="GET",http_response_status_code="200",http_route="/products/{id}"} 0.5
http_server_request_duration_seconds_count{cache="hit",http_request_method="GET",http_response_status_code="200",http_route="/products/{id}"} 2
http_server_request_duration_seconds_bucket{cache="miss",http_request_method="_OTHER",http_response_status_code="",http_route="/products/{id}",le="+Inf"} 1
http_server_request_duration_seconds_sum{cache="miss",http_request_method="_OTHER",http_response_status_code="",http_route="/products/{id}"} 1
http_server_request_duration_seconds_count{cache="miss",http_request_method="_OTHER",http_response_status_code="",http_route="/products/{id}"} 1
`, runtime.Version()))
}

func TestTheBucketsOfTheSemanticConventions(t *testing.T) {
	tel := New(Options{})
	tel.Route("/").Request(Observation{Method: "GET", Status: 200, Duration: 75 * time.Millisecond})
	var got []string
	for line := range strings.Lines(scrape(t, tel, "")) {
		if rest, ok := strings.CutPrefix(line, "http_server_request_duration_seconds_bucket"); ok {
			_, le, _ := strings.Cut(rest, `le=`)
			got = append(got, strings.TrimSpace(le))
		}
	}
	want := []string{`"0.005"} 0`, `"0.01"} 0`, `"0.025"} 0`, `"0.05"} 0`, `"0.075"} 1`, `"0.1"} 1`, `"0.25"} 1`,
		`"0.5"} 1`, `"0.75"} 1`, `"1"} 1`, `"2.5"} 1`, `"5"} 1`, `"7.5"} 1`, `"10"} 1`, `"+Inf"} 1`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("buckets = %q, want %q", got, want)
	}
}

func TestTriesAreScraped(t *testing.T) {
	tel := New(Options{})
	u := tel.Upstream("api")
	u.Tried(Try{Method: "GET", Status: 200, Duration: time.Second})
	u.Tried(Try{Method: "GET", Error: "connection_refused", Duration: time.Second})
	tel.Upstream("api").Tried(Try{Method: "GET", Error: "connection_refused", Duration: time.Second})
	got := samples(scrape(t, tel, ""), "http_client_request_duration_seconds_count", "afterburner_origin")
	expect(t, got, `
afterburner_origin_requests_total{upstream="api"} 3
http_client_request_duration_seconds_count{error_type="",http_request_method="GET",http_response_status_code="200",upstream="api"} 1
http_client_request_duration_seconds_count{error_type="connection_refused",http_request_method="GET",http_response_status_code="",upstream="api"} 2
`)
}

func TestTheGatewaysWorkIsScraped(t *testing.T) {
	tel := New(Options{})
	tel.Follower()
	tel.Flight("shared")
	tel.Compressed("br", 1000, 100)
	tel.Compressed("br", 1000, -1)
	tel.Batch(3)
	tel.Purged("url")
	tel.Panicked()
	tel.ObserveStore(func() StoreStats { return StoreStats{Bytes: 1, Budget: 2, Entries: 3} })
	tel.ObserveStore(func() StoreStats { return StoreStats{Bytes: 10, Budget: 20, Entries: 30} })
	got := samples(scrape(t, tel, ""), "afterburner_ca", "afterburner_coa", "afterburner_com", "afterburner_batch", "afterburner_pu", "afterburner_pa", "afterburner_access")
	expect(t, got, `
afterburner_access_log_dropped_total 0
afterburner_batch_items_total 3
afterburner_batch_requests_total 1
afterburner_cache_budget_bytes 20
afterburner_cache_bytes 10
afterburner_cache_entries 30
afterburner_coalesce_flights_total{outcome="shared"} 1
afterburner_coalesce_followers_total 1
afterburner_compress_bytes_in_total{coding="br"} 2000
afterburner_compress_bytes_out_total{coding="br"} 100
afterburner_panics_total 1
afterburner_purges_total{kind="url"} 1
`)
}

func TestTheUsualMetricsAreThere(t *testing.T) {
	text := scrape(t, New(Options{}), "")
	for _, name := range []string{"go_goroutines ", "process_resident_memory_bytes "} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("no %s in the scrape", name)
		}
	}
}

func TestOpenMetricsIsSpokenOnRequest(t *testing.T) {
	text := scrape(t, New(Options{}), "application/openmetrics-text; version=1.0.0")
	if !strings.HasSuffix(text, "# EOF\n") || !strings.Contains(text, "\n# TYPE afterburner_panics counter\nafterburner_panics_total 0.0\n") {
		t.Errorf("no OpenMetrics text:\n%s", text)
	}
}

// everything observes each metric once.
func everything() *Telemetry {
	tel := New(Options{Version: "1"})
	tel.Route("/a").Request(Observation{Method: "GET", Status: 200, Cache: CacheHit, Reason: "x", BytesIn: 1, BytesOut: 1})
	tel.Upstream("a").Tried(Try{Method: "GET", Status: 200})
	tel.Flight("shared")
	tel.Compressed("br", 1, 1)
	tel.Purged("url")
	tel.ObserveStore(func() StoreStats { return StoreStats{} })
	return tel
}

func TestTheReferenceIsWhatIsScraped(t *testing.T) {
	text := scrape(t, everything(), "")
	var want, got []string
	for _, m := range Reference() {
		want = append(want, fmt.Sprintf("# HELP %s %s", m.Name, m.Help), fmt.Sprintf("# TYPE %s %s", m.Name, m.Type))
	}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if f[0] == "#" && (strings.HasPrefix(f[2], "afterburner_") || strings.HasPrefix(f[2], "http_")) {
			got = append(got, strings.TrimSpace(line))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("scraped:\n%s\nreference:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheLabelsOfTheReference(t *testing.T) {
	got := map[string][]string{}
	for _, m := range Reference() {
		if len(m.Labels) > 0 {
			got[m.Name] = m.Labels
		}
	}
	want := map[string][]string{
		"http_server_request_duration_seconds":  {"http_route", "http_request_method", "http_response_status_code", "cache"},
		"http_client_request_duration_seconds":  {"upstream", "http_request_method", "http_response_status_code", "error_type"},
		"afterburner_cache_requests_total":      {"http_route", "result", "reason"},
		"afterburner_cache_bytes_saved_total":   {"http_route"},
		"afterburner_request_body_bytes_total":  {"http_route"},
		"afterburner_response_body_bytes_total": {"http_route"},
		"afterburner_origin_requests_total":     {"upstream"},
		"afterburner_coalesce_flights_total":    {"outcome"},
		"afterburner_compress_bytes_in_total":   {"coding"},
		"afterburner_compress_bytes_out_total":  {"coding"},
		"afterburner_purges_total":              {"kind"},
		"afterburner_config_reloads_total":      {"result"},
		"afterburner_build_info":                {"version", "go_version"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("labels = %v, want %v", got, want)
	}
}

func TestTheScrapeIsWithoutLint(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(scrape(t, everything(), ""))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
}
