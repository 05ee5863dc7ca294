package cache

import (
	"strings"
	"testing"
	"time"
)

func TestReusable(t *testing.T) {
	explicit := Verdict{Received: noon(), Initial: 10 * time.Second, Lifetime: time.Minute, Explicit: true}
	assigned := explicit
	assigned.Explicit = false
	open := Policy{Credentials: credentials()}
	keyed := Policy{Credentials: credentials(), KeyHeaders: []string{"authorization"}}
	ignoring := Policy{Credentials: []string{"X-Api-Key"}}
	override := Policy{Mode: Override, Credentials: credentials()}
	rows := []struct {
		name    string
		verdict Verdict
		pol     Policy
		request Fields
		after   time.Duration
		want    Reuse
	}{
		{"4.2 fresh", explicit, open, nil, 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"4.2.3 the age grows", explicit, open, nil, 20500 * time.Millisecond, Reuse{Fresh: true, Age: 30, TTL: 29}},
		{"4.2 the last moment", explicit, open, nil, 50*time.Second - 1, Reuse{Fresh: true, Age: 59, TTL: 0}},
		{"4.2 as old as the lifetime is stale", explicit, open, nil, 50 * time.Second, Reuse{Reason: Stale, Age: 60, TTL: 0}},
		{"4.2 stale", explicit, open, nil, 55500 * time.Millisecond, Reuse{Reason: Stale, Age: 65, TTL: -6}},
		{"a clock that went back", explicit, open, nil, -time.Hour, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"a thousand years later", explicit, open, nil, 1 << 62, Reuse{Reason: Stale, Age: 2147483657, TTL: -2147483597}},
		{"5.2.1.4 no-cache", explicit, open, wire("Cache-Control: no-cache"), 0, Reuse{Reason: ClientNoCache, Age: 10, TTL: 50}},
		{"5.2.1.4 no-cache in any case", explicit, open, wire("cache-control: x, NO-CACHE"), 0, Reuse{Reason: ClientNoCache, Age: 10, TTL: 50}},
		{"5.4 Pragma", explicit, open, wire("Pragma: no-cache"), 0, Reuse{Reason: ClientNoCache, Age: 10, TTL: 50}},
		{"5.4 Pragma beside Cache-Control", explicit, open, wire("Pragma: no-cache", "Cache-Control: x"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"5.4 another Pragma", explicit, open, wire("Pragma: foo"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"5.2.1.1 max-age, younger", explicit, open, wire("Cache-Control: max-age=10"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"5.2.1.1 max-age, older", explicit, open, wire("Cache-Control: max-age=10"), 1, Reuse{Reason: ClientMaxAge, Age: 10, TTL: 49}},
		{"5.2.1.1 max-age=0", explicit, open, wire("Cache-Control: max-age=0"), 0, Reuse{Reason: ClientMaxAge, Age: 10, TTL: 50}},
		{"5.2.1.1 max-age beyond the lifetime", explicit, open, wire("Cache-Control: max-age=600"), time.Minute, Reuse{Reason: Stale, Age: 70, TTL: -10}},
		{"5.2.1.3 min-fresh, kept", explicit, open, wire("Cache-Control: min-fresh=50"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"5.2.1.3 min-fresh, not kept", explicit, open, wire("Cache-Control: min-fresh=51"), 0, Reuse{Reason: ClientMinFresh, Age: 10, TTL: 50}},
		{"stale says more than max-age", explicit, open, wire("Cache-Control: max-age=0"), time.Minute, Reuse{Reason: Stale, Age: 70, TTL: -10}},
		{"3.5 explicit freshness serves a principal", explicit, open, wire("Authorization: x", "Cookie: a=b"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"a ttl does not serve a principal", assigned, open, wire("Authorization: x"), 0, Reuse{Reason: Credentials, Age: 10, TTL: 50}},
		{"nor a Cookie", assigned, open, wire("cookie: a=b"), 0, Reuse{Reason: Credentials, Age: 10, TTL: 50}},
		{"nor does override", assigned, override, wire("X-Auth-Token: x"), 0, Reuse{Reason: Credentials, Age: 10, TTL: 50}},
		{"a ttl serves the anonymous", assigned, open, wire("Accept: */*"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"a ttl serves whom the key names", assigned, keyed, wire("Authorization: x"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"but not with a second credential", assigned, keyed, wire("Authorization: x", "Cookie: a=b"), 0, Reuse{Reason: Credentials, Age: 10, TTL: 50}},
		{"a ttl serves whose fields are ignored", assigned, ignoring, wire("Cookie: a=b"), 0, Reuse{Fresh: true, Age: 10, TTL: 50}},
		{"stale for a principal is not for him either", assigned, open, wire("Cookie: a=b"), time.Minute, Reuse{Reason: Credentials, Age: 70, TTL: -10}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			req := &Request{Method: "GET", Fields: row.request}
			got := row.verdict.Reusable(req, &row.pol, noon().Add(row.after))
			if got != row.want {
				t.Errorf("after %v with %q\n got %+v\nwant %+v", row.after, row.request, got, row.want)
			}
		})
	}
}

// What may be done with a response that is stale, by one request.
func TestReusableStale(t *testing.T) {
	const ago = 10 * time.Second // stale since, if the row says nothing else
	explicit := Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true,
		StaleWhile: 20 * time.Second, StaleError: 40 * time.Second, StaleUnreachable: 10 * time.Minute}
	silent := Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true, StaleUnreachable: 10 * time.Minute}
	strict := Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true, NoStale: true}
	validate := Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true, NoStale: true, MustValidate: true}
	arrived := Verdict{Received: noon(), Initial: 60 * time.Second, Lifetime: time.Minute, Explicit: true, StaleWhile: 5 * time.Second}
	rows := []struct {
		name    string
		verdict Verdict
		request Fields
		over    time.Duration // less than 0: that much freshness is left
		want    string
	}{
		{"RFC 5861 while one refreshes", explicit, nil, ago, "stale on-error unreachable: stale"},
		{"RFC 5861 up to the end of its time", explicit, nil, 20 * time.Second, "stale on-error unreachable: stale"},
		{"RFC 5861 longer only on an error", explicit, nil, 20*time.Second + 1, "on-error unreachable: stale"},
		{"RFC 5861 longer only where it is not reached", explicit, nil, 40*time.Second + 1, "unreachable: stale"},
		{"4.2.4 at last not at all", explicit, nil, 10*time.Minute + 1, "stale"},
		{"4.2.4 nobody spoke of stale answers", silent, nil, ago, "unreachable: stale"},
		{"4.2.4 must-revalidate", strict, nil, ago, "stale"},
		{"5.2.2.4 no-cache is never reused as it is", validate, nil, -time.Second, "no_cache"},
		{"5.2.2.4 no-cache when it is stale", validate, nil, ago, "no_cache"},
		{"5.2.2.4 no-cache and the client's max-stale and stale-if-error", validate, wire("Cache-Control: max-stale, stale-if-error=60"), ago, "no_cache"},
		{"stale from the first moment on", arrived, nil, 0, "stale: stale"},
		{"5.2.1.2 max-stale", silent, wire("Cache-Control: max-stale=10"), ago, "stale unreachable: client_max_stale"},
		{"5.2.1.2 max-stale of any age", silent, wire("Cache-Control: max-stale"), 1000 * time.Hour, "stale: client_max_stale"},
		{"5.2.1.2 max-stale that is less", silent, wire("Cache-Control: max-stale=9"), ago, "unreachable: stale"},
		{"5.2.1.2 max-stale=0", silent, wire("Cache-Control: max-stale=0"), ago, "unreachable: stale"},
		{"5.2.1.2 max-stale where it is refreshed anyway", explicit, wire("Cache-Control: max-stale=10"), ago, "stale on-error unreachable: stale"},
		{"5.2.1.2 max-stale bounds the refresh too", explicit, wire("Cache-Control: max-stale=9"), ago, "on-error unreachable: stale"},
		{"5.2.1.2 max-stale lifts no must-revalidate", strict, wire("Cache-Control: max-stale"), ago, "stale"},
		{"5.2.1.1 max-age wants nothing stale", explicit, wire("Cache-Control: max-age=600"), ago, "on-error unreachable: stale"},
		{"5.2.1.1 max-age with max-stale: both count", explicit, wire("Cache-Control: max-age=70, max-stale=10"), ago, "stale on-error unreachable: stale"},
		{"5.2.1.1 max-age with max-stale: too old", explicit, wire("Cache-Control: max-age=69, max-stale=10"), ago, "on-error unreachable: stale"},
		{"5.2.1.3 min-fresh wants nothing stale", explicit, wire("Cache-Control: min-fresh=0"), ago, "on-error unreachable: stale"},
		{"5.2.1.4 no-cache wants nothing that is stored", explicit, wire("Cache-Control: no-cache"), ago, "client_no_cache"},
		{"5.2.1.4 no-cache, although it is fresh", explicit, wire("Pragma: no-cache"), -time.Second, "client_no_cache"},
		{"5.2.1.4 no-cache and stale-if-error", explicit, wire("Cache-Control: no-cache, stale-if-error=10"), ago, "on-error unreachable: client_no_cache"},
		{"RFC 8246 a reload is heard", explicit, wire("Cache-Control: max-age=0"), -time.Second, "on-error unreachable: client_max_age"},
		{"RFC 5861 the request's stale-if-error permits", silent, wire("Cache-Control: stale-if-error=10"), ago, "on-error unreachable: stale"},
		{"RFC 5861 the request's stale-if-error bounds", silent, wire("Cache-Control: stale-if-error=9"), ago, "stale"},
		{"RFC 5861 the request's stale-if-error=0", explicit, wire("Cache-Control: stale-if-error=0"), 30 * time.Second, "stale"},
		{"RFC 5861 the request lifts no must-revalidate", strict, wire("Cache-Control: stale-if-error=60"), ago, "stale"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			now := noon().Add(row.verdict.Lifetime - row.verdict.Initial + row.over)
			got := permission(row.verdict.Reusable(&Request{Method: "GET", Fields: row.request}, &Policy{}, now))
			if got != row.want {
				t.Errorf("stale for %v with %q\n got %s\nwant %s", row.over, row.request, got, row.want)
			}
		})
	}
}

// permission is a reuse in one line, without its times.
func permission(r Reuse) string {
	var words []string
	for _, w := range []struct {
		is   bool
		word string
	}{{r.Fresh, "fresh"}, {r.Stale, "stale"}, {r.OnError, "on-error"}, {r.OnUnreachable, "unreachable"}} {
		if w.is {
			words = append(words, w.word)
		}
	}
	if len(words) == 0 {
		return string(r.Reason)
	}
	return strings.Join(words, " ") + strings.TrimSuffix(": "+string(r.Reason), ": ")
}

// client_directives: ignore.
func TestIgnoredClients(t *testing.T) {
	v := Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true}
	ignoring := &Policy{IgnoreClient: true}
	for _, line := range []string{
		"Cache-Control: no-cache", "Cache-Control: no-store", "Cache-Control: max-age=0", "Cache-Control: min-fresh=600",
		"Cache-Control: only-if-cached", "Pragma: no-cache",
	} {
		req := &Request{Method: "GET", Fields: wire(line)}
		if r := Passes(req, ignoring); r != "" {
			t.Errorf("%s: passes because of %s", line, r)
		}
		if r := v.Reusable(req, ignoring, noon()); !r.Fresh {
			t.Errorf("%s: not reused because of %s", line, r.Reason)
		}
		if OnlyIfCached(req.Fields, ignoring) || wantsNew(req.Fields, ignoring) {
			t.Errorf("%s: heard", line)
		}
	}
	req := &Request{Method: "GET", Fields: wire("Cache-Control: max-stale, stale-if-error=600")}
	got := v.Reusable(req, ignoring, noon().Add(2*time.Minute))
	if want := (Reuse{Reason: Stale, Age: 120, TTL: -60}); got != want {
		t.Errorf("max-stale and stale-if-error: %+v, want %+v", got, want)
	}
}

func TestPasses(t *testing.T) {
	rows := []struct {
		name   string
		mode   Mode
		method string
		fields Fields
		want   Reason
	}{
		{"GET", RFC9111, "GET", wire("Accept: */*", "Host: a"), ""},
		{"HEAD", RFC9111, "HEAD", nil, ""},
		{"override", Override, "GET", nil, ""},
		{"mode off", Off, "GET", nil, ModeOff},
		{"POST", RFC9111, "POST", nil, Method},
		{"9.1 methods have cases", RFC9111, "get", nil, Method},
		{"14.2 Range does not", RFC9111, "GET", wire("range: bytes=0-1"), ""},
		{"13.1.1 If-Match", RFC9111, "GET", wire("If-Match: *"), Conditional},
		{"13.1.4 If-Unmodified-Since", RFC9111, "GET", wire("If-Unmodified-Since: x"), Conditional},
		{"13.1.5 If-Range does not", RFC9111, "GET", wire("If-Range: x"), ""},
		{"13.1.2 If-None-Match does not", RFC9111, "GET", wire("If-None-Match: x"), ""},
		{"13.1.3 If-Modified-Since does not", RFC9111, "GET", wire("If-Modified-Since: x"), ""},
		{"7.8 Upgrade", RFC9111, "GET", wire("Upgrade: websocket"), Upgrade},
		{"Upgrade-Insecure-Requests does not", RFC9111, "GET", wire("Upgrade-Insecure-Requests: 1"), ""},
		{"server-sent events", RFC9111, "GET", wire("Accept: text/event-stream"), EventStream},
		{"server-sent events among others", RFC9111, "GET", wire("Accept: text/html, Text/Event-Stream;q=0.5"), EventStream},
		{"no event stream", RFC9111, "GET", wire("Accept: text/event-streams, x/text/event-stream"), ""},
		{"5.2.1.5 no-store", RFC9111, "GET", wire("Cache-Control: max-age=5, no-store"), RequestNoStore},
		{"5.2.1.4 no-cache does not", RFC9111, "GET", wire("Cache-Control: no-cache"), ""},
		{"5.2.1.7 only-if-cached does not", RFC9111, "GET", wire("Cache-Control: only-if-cached"), ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := Passes(&Request{Method: row.method, Fields: row.fields}, &Policy{Mode: row.mode})
			if got != row.want {
				t.Errorf("Passes(%s %q) = %q, want %q", row.method, row.fields, got, row.want)
			}
		})
	}
}

func TestOnlyIfCached(t *testing.T) {
	if !OnlyIfCached(wire("Cache-Control: only-if-cached"), &Policy{}) || OnlyIfCached(wire("Cache-Control: no-cache"), &Policy{}) {
		t.Error("OnlyIfCached reads the wrong directive")
	}
}
