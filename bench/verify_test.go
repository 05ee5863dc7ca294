package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Proxies that do what a check is there to find.
func TestVerify(t *testing.T) {
	origin := startOrigin(t)
	fetch := func(w http.ResponseWriter, r *http.Request) []byte {
		text, err := get(r.Context(), origin+r.URL.Path)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(text)
		return text
	}
	var kept sync.Map
	cache := func(w http.ResponseWriter, r *http.Request) {
		if text, ok := kept.Load(r.URL.Path); ok {
			_, _ = w.Write(text.([]byte))
			return
		}
		kept.Store(r.URL.Path, fetch(w, r))
	}
	forward := func(w http.ResponseWriter, r *http.Request) { fetch(w, r) }
	short := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body(1000)) }
	other := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1024)) }
	broken := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }

	pass := scenario{name: "pass", path: "/pass/1024/", keys: 20, size: 1024}
	hit := scenario{name: "hit", path: "/cached/1024/", keys: 20, size: 1024, cached: true}
	for _, row := range []struct {
		name  string
		proxy http.HandlerFunc
		s     scenario
		fault string
	}{
		{"it passes", forward, pass, ""},
		{"it caches", cache, hit, ""},
		{"it passes what it should have kept", forward, hit, "p in hit: the cache asked the origin even in pass 5"},
		{"it keeps what it should have passed", cache, scenario{name: "pass", path: hit.path, keys: 20, size: 1024},
			"p in pass: 0 requests reached the origin, want all 20"},
		{"too short", short, hit, " has 1000 bytes, want 1024"},
		{"another body", other, hit, " has a body other than the origin's"},
		{"an error", broken, pass, " answers 502 Bad Gateway"},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := httptest.NewServer(row.proxy)
			defer server.Close()
			h := &house{originURL: origin}
			err := h.verify(t.Context(), &runner{name: "p", url: server.URL}, row.s)
			switch {
			case row.fault == "" && err != nil:
				t.Error(err)
			case row.fault != "" && (err == nil || !strings.HasSuffix(err.Error(), row.fault)):
				t.Errorf("%v, want %q", err, row.fault)
			}
		})
	}
}

// Figures of runs that did not do the same work are not compared.
func TestComplain(t *testing.T) {
	r := &runner{name: "p", process: &process{log: "/dev/null"}}
	hit, pass := scenario{name: "hit", cached: true}, scenario{name: "pass"}
	for _, row := range []struct {
		l       load
		s       scenario
		reached int64
		want    string
	}{
		{load{requests: 10}, hit, 0, ""},
		{load{requests: 10}, pass, 12, ""},
		{load{requests: 10, errors: "status=3"}, hit, 0, "p in hit: the load had errors: status=3\n"},
		{load{requests: 10}, hit, 1, "p in hit: 1 of 10 requests reached the origin, want none"},
		{load{requests: 10}, pass, 9, "p in pass: 9 of 10 requests reached the origin, want all"},
	} {
		got := ""
		if err := row.l.complain(r, row.s, row.reached); err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%+v, %d reached: %q, want %q", row.l, row.reached, got, row.want)
		}
	}
}
