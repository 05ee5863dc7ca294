package telemetry

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestCacheResultsHaveOneWordEach(t *testing.T) {
	var words []string
	var spared []string
	for c := range CacheResult(cacheResults + 1) {
		words = append(words, c.String())
		if c.spared() {
			spared = append(spared, c.String())
		}
	}
	if want := []string{"none", "hit", "stale", "revalidated", "collapsed", "miss", "bypass", "none"}; !reflect.DeepEqual(words, want) {
		t.Errorf("words = %q, want %q", words, want)
	}
	if want := []string{"hit", "stale", "revalidated", "collapsed"}; !reflect.DeepEqual(spared, want) {
		t.Errorf("spared = %q, want %q", spared, want)
	}
}

func TestMethodsAreKnownOrOther(t *testing.T) {
	for _, name := range []string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"} {
		if got := methodOf(name).String(); got != name {
			t.Errorf("methodOf(%q) = %s", name, got)
		}
	}
	for _, name := range []string{"", "get", "PURGE", "GET ", "\xff"} {
		if got := methodOf(name).String(); got != "_OTHER" {
			t.Errorf("methodOf(%q) = %s, want _OTHER", name, got)
		}
	}
}

func TestStatusesOutsideOfTheClassesAreNone(t *testing.T) {
	for status, want := range map[int]string{-1: "", 0: "", 99: "", 100: "100", 404: "404", 599: "599", 600: "", 1 << 40: ""} {
		if got := statusLabel(status); got != want {
			t.Errorf("statusLabel(%d) = %q, want %q", status, got, want)
		}
	}
}

func TestHostileObservationsDoNotPanic(t *testing.T) {
	tel := New(Options{Version: "\xff"})
	r := tel.Route("/\xff")
	r.Request(Observation{Method: "\xff", Status: -5, Cache: 200, Reason: "\xff", Duration: -1, BytesIn: -1, BytesOut: -1})
	r.Request(Observation{Method: "GET", Status: 1 << 30, Cache: CacheHit, Reason: "\xff", BytesOut: -1})
	tel.Upstream("\xff").Tried(Try{Method: "\xff", Error: "\xff"})
	tel.Flight("\xff")
	tel.Batch(-1)
	got := samples(scrape(t, tel, ""), "http_server_request_duration_seconds_count", "afterburner_cache_req")
	expect(t, got, `
afterburner_cache_requests_total{http_route="/�",reason="�",result="hit"} 1
http_server_request_duration_seconds_count{cache="hit",http_request_method="GET",http_response_status_code="",http_route="/�"} 1
http_server_request_duration_seconds_count{cache="none",http_request_method="_OTHER",http_response_status_code="",http_route="/�"} 1
`)
}

func TestTheSamePatternIsTheSameRoute(t *testing.T) {
	tel := New(Options{})
	a, again, b := tel.Route("/a"), tel.Route("/a"), tel.Route("/b")
	if a != again || a == b {
		t.Error("Route does not go by the pattern")
	}
	u, same, v := tel.Upstream("a"), tel.Upstream("a"), tel.Upstream("b")
	if u != same || u == v {
		t.Error("Upstream does not go by the name")
	}
}

func TestRoutesAndUpstreamsAreBounded(t *testing.T) {
	tel := New(Options{})
	for i := range maxRoutes {
		tel.Route(fmt.Sprintf("/%d", i))
	}
	if tel.Route("/x") != tel.Route("/y") || tel.Route("/x").pattern != "_OTHER" || tel.Route("/7").pattern != "/7" {
		t.Error("routes are not bounded")
	}
	for i := range maxUpstreams {
		tel.Upstream(fmt.Sprintf("u%d", i))
	}
	if tel.Upstream("x") != tel.Upstream("y") || tel.Upstream("x").name != "_OTHER" || tel.Upstream("u7").name != "u7" {
		t.Error("upstreams are not bounded")
	}
}

func TestReasonsAreBounded(t *testing.T) {
	tel := New(Options{})
	r := tel.Route("/")
	for i := range 3 * maxNames {
		r.Request(Observation{Cache: CacheMiss, Reason: fmt.Sprintf("r%03d", i)})
	}
	lines := strings.Split(strings.TrimSpace(samples(scrape(t, tel, ""), "afterburner_cache_requests")), "\n")
	if len(lines) != maxNames {
		t.Fatalf("%d reasons, want %d", len(lines), maxNames)
	}
	if want := fmt.Sprintf(`afterburner_cache_requests_total{http_route="/",reason="_OTHER",result="miss"} %d`, 2*maxNames+1); !slices.Contains(lines, want) {
		t.Errorf("no %s in %q", want, lines)
	}
}

func TestSeriesAreBounded(t *testing.T) {
	tel := New(Options{})
	tel.server.series.Store(maxSeries - 1)
	tel.client.series.Store(maxSeries - 1)
	for _, status := range []int{200, 201, 202} {
		tel.Route("/").Request(Observation{Method: "GET", Status: status})
		tel.Upstream("u").Tried(Try{Method: "GET", Status: status})
	}
	expect(t, samples(scrape(t, tel, ""), "http_server_request_duration_seconds_count", "http_client_request_duration_seconds_count"), `
http_client_request_duration_seconds_count{error_type="",http_request_method="GET",http_response_status_code="200",upstream="u"} 1
http_client_request_duration_seconds_count{error_type="",http_request_method="_OTHER",http_response_status_code="",upstream="_OTHER"} 2
http_server_request_duration_seconds_count{cache="none",http_request_method="GET",http_response_status_code="200",http_route="/"} 1
http_server_request_duration_seconds_count{cache="none",http_request_method="_OTHER",http_response_status_code="",http_route="_OTHER"} 2
`)
}

func TestManyAtOnceLoseNothing(t *testing.T) {
	tel := New(Options{})
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 500 {
				tel.Route("/").Request(Observation{Method: "GET", Status: 200 + i%5, Cache: CacheMiss, Reason: fmt.Sprint(i % 9)})
				tel.Upstream("u").Tried(Try{Method: "GET", Status: 200 + (g+i)%5})
			}
		})
	}
	all.Wait()
	text := scrape(t, tel, "")
	for _, name := range []string{"http_server_request_duration_seconds_count", "afterburner_cache_requests_total", "http_client_request_duration_seconds_count"} {
		var sum int
		for line := range strings.Lines(samples(text, name)) {
			var n int
			fmt.Sscan(line[strings.LastIndexByte(line, ' '):], &n)
			sum += n
		}
		if sum != 4000 {
			t.Errorf("%s sums to %d, want 4000", name, sum)
		}
	}
}
