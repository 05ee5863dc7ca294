//go:build !race

package cache

import (
	"testing"
	"time"
)

// What a hit runs allocates nothing.
func TestHitPathAllocatesNothing(t *testing.T) {
	req := &Request{Method: "GET", Fields: wire(
		"Host: a", "Accept: text/html, application/json;q=0.9", "X-Tenant: 1", "Accept-Language: en, de",
		`Cache-Control: max-age=3600, min-fresh="5", private="x"`, "Pragma: x", "Cookie: lang=en; session=2")}
	pol := &Policy{Credentials: credentials(), KeyHeaders: []string{"X-Tenant"}}
	v := &Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true}
	ttl := &Verdict{Received: noon(), Lifetime: time.Minute}
	stale := &Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true, StaleWhile: time.Minute}
	browser := &Request{Method: "GET", Fields: wire("Host: a", "Accept: */*")}
	names := []string{"accept", "accept-language", "x-none"}
	values := SelectingValues(names, req.Fields)
	rules := NewKeyRules(QueryRules{Sort: true, Ignore: []string{"utm_*"}}, []string{"X-Tenant"}, []string{"lang"})
	key := make([]byte, 0, 512)
	rows := []struct {
		name string
		run  func() bool
	}{
		{"Passes", func() bool { return Passes(req, pol) == "" }},
		{"Reusable, fresh", func() bool { return v.Reusable(req, pol, noon()).Fresh }},
		{"Reusable, a principal", func() bool { return ttl.Reusable(req, pol, noon()).Reason == Credentials }},
		{"Reusable, while one refreshes", func() bool { return stale.Reusable(browser, pol, noon().Add(90*time.Second)).Stale }},
		{"wantsNew", func() bool { return !wantsNew(req.Fields, pol) }},
		{"Principal", func() bool { return pol.Principal(req.Fields) }},
		{"OnlyIfCached", func() bool { return !OnlyIfCached(req.Fields, pol) }},
		{"Selects", func() bool { return Selects(names, values, req.Fields) }},
		{"sameSelection", func() bool { return sameSelection(names, req.Fields, req.Fields) }},
		{"a key without rules", func() bool {
			return len((*KeyRules)(nil).Append(key, "http", "A.example:80", "/p?b=1&a=2", req.Fields)) > 0
		}},
		{"a key with rules", func() bool {
			return len(rules.Append(key, "http", "A.example", "/p?b=1&utm_x&a=2", req.Fields)) > 0
		}},
		{"URLOf", func() bool { _, host, _ := URLOf("http://a/p"); return host == "a" }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			n := testing.AllocsPerRun(200, func() {
				if !row.run() {
					t.Fatal("another answer than expected")
				}
			})
			if n != 0 {
				t.Errorf("allocates %v times, want 0", n)
			}
		})
	}
}

func BenchmarkReusable(b *testing.B) {
	req := &Request{Method: "GET", Fields: wire("Host: a", "Accept: */*", "User-Agent: x", "Accept-Encoding: gzip")}
	pol := &Policy{Credentials: credentials()}
	v := &Verdict{Received: noon(), Lifetime: time.Minute, Explicit: true}
	now := noon()
	for b.Loop() {
		if Passes(req, pol) != "" || !v.Reusable(req, pol, now).Fresh {
			b.Fatal("not fresh")
		}
	}
}
