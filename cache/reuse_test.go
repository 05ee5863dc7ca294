package cache

import (
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
		{"5.2.1.2 max-stale is not heard", explicit, open, wire("Cache-Control: max-stale"), 50 * time.Second, Reuse{Reason: Stale, Age: 60, TTL: 0}},
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
		{"14.2 Range", RFC9111, "GET", wire("range: bytes=0-1"), Range},
		{"13.1.1 If-Match", RFC9111, "GET", wire("If-Match: *"), Conditional},
		{"13.1.4 If-Unmodified-Since", RFC9111, "GET", wire("If-Unmodified-Since: x"), Conditional},
		{"13.1.5 If-Range", RFC9111, "GET", wire("If-Range: x"), Conditional},
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
	if !OnlyIfCached(wire("Cache-Control: only-if-cached")) || OnlyIfCached(wire("Cache-Control: no-cache")) {
		t.Error("OnlyIfCached reads the wrong directive")
	}
}
