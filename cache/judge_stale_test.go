package cache

import (
	"strings"
	"testing"
	"time"
)

// windows are how long a verdict permits stale answers, as the rows write it.
func windows(v Verdict) string {
	return strings.Join([]string{v.StaleWhile.String(), v.StaleError.String(), v.StaleUnreachable.String()}, " ")
}

// While one refreshes, on an error, and where the origin cannot be reached.
func TestJudgeStale(t *testing.T) {
	silent := Policy{}
	route := Policy{StaleWhileRevalidate: 30 * time.Second, StaleIfError: time.Hour, StaleIfErrorGiven: true}
	never := Policy{StaleIfErrorGiven: true}
	override := Policy{Mode: Override, TTL: time.Minute, StaleWhileRevalidate: 30 * time.Second}
	endless := Policy{StaleWhileRevalidate: 1 << 62}
	rows := []struct {
		name   string
		pol    Policy
		status int
		lines  []string
		want   string
	}{
		{"4.2.4 disconnected: ten minutes", silent, 200, []string{"Cache-Control: max-age=60"}, "0s 0s 10m0s"},
		{"4.2.4 also what the heuristic gave", silent, 200, []string{at("Last-Modified", -time.Hour)}, "0s 0s 10m0s"},
		{"4.2.4 also a 404", silent, 404, []string{"Cache-Control: max-age=60"}, "0s 0s 10m0s"},
		{"4.2.4 a server error stands in for nothing", silent, 503, []string{"Cache-Control: max-age=60"}, "0s 0s 0s"},
		{"4.2.4 must-revalidate", route, 200, []string{"Cache-Control: max-age=60, must-revalidate"}, "0s 0s 0s"},
		{"4.2.4 proxy-revalidate", route, 200, []string{"Cache-Control: max-age=60, proxy-revalidate"}, "0s 0s 0s"},
		{"4.2.4 s-maxage", route, 200, []string{"Cache-Control: s-maxage=60"}, "0s 0s 0s"},
		{"4.2.4 no-cache", route, 200, []string{"Cache-Control: no-cache, max-age=60", `ETag: "a"`}, "0s 0s 0s"},
		{"4.2.4 they forbid what the origin says beside them", silent, 200,
			[]string{"Cache-Control: s-maxage=60, stale-while-revalidate=5, stale-if-error=5"}, "0s 0s 0s"},
		{"RFC 5861 stale-while-revalidate", silent, 200, []string{"Cache-Control: max-age=60, stale-while-revalidate=5"}, "5s 0s 10m0s"},
		{"RFC 5861 stale-if-error counts for the network too", silent, 200, []string{"Cache-Control: max-age=60, stale-if-error=5"}, "0s 5s 5s"},
		{"RFC 5861 stale-if-error=0", silent, 200, []string{"Cache-Control: max-age=60, stale-if-error=0"}, "0s 0s 0s"},
		{"RFC 5861 what cannot be read is no time", route, 200, []string{"Cache-Control: max-age=60, stale-while-revalidate=x, stale-if-error=-1"}, "0s 0s 0s"},
		{"RFC 5861 an overflow", silent, 200, []string{"Cache-Control: max-age=60, stale-while-revalidate=99999999999"}, "596523h14m7s 0s 10m0s"},
		{"RFC 5861 of CDN-Cache-Control", silent, 200,
			[]string{"Cache-Control: max-age=60, must-revalidate", "CDN-Cache-Control: max-age=60, stale-while-revalidate=7"}, "7s 0s 10m0s"},
		{"the route, where the origin is silent", route, 200, []string{"Cache-Control: max-age=60"}, "30s 1h0m0s 1h0m0s"},
		{"the route, with the origin's word on one of them", route, 200, []string{"Cache-Control: max-age=60, stale-while-revalidate=0"}, "0s 1h0m0s 1h0m0s"},
		{"the route: stale_if_error of 0s", never, 200, []string{"Cache-Control: max-age=60"}, "0s 0s 0s"},
		{"the route is not heard about a server error", route, 500, []string{"Cache-Control: max-age=60"}, "0s 0s 0s"},
		{"but the origin is", route, 500, []string{"Cache-Control: max-age=60, stale-while-revalidate=5"}, "5s 0s 0s"},
		{"override", override, 200, []string{"Cache-Control: no-store, no-cache"}, "30s 0s 10m0s"},
		{"override and s-maxage", override, 200, []string{"Cache-Control: s-maxage=60"}, "30s 0s 10m0s"},
		{"override and must-revalidate", override, 200, []string{"Cache-Control: must-revalidate"}, "0s 0s 0s"},
		{"an endless time of the route", endless, 200, []string{"Cache-Control: max-age=60"}, "596523h14m7s 0s 10m0s"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			v := Judge(&Request{Method: "GET"}, &Head{row.status, wire(row.lines...)}, &row.pol, noon(), noon())
			if got := windows(v); got != row.want || v.Reason != "" {
				t.Errorf("%d %q: %q\n got %s\nwant %s", row.status, row.lines, v.Reason, got, row.want)
			}
		})
	}
}

func TestJudgeStatusTTL(t *testing.T) {
	by := map[int]time.Duration{404: 5 * time.Second, 302: 10 * time.Second, 503: time.Second, 200: 0, 304: time.Hour}
	modified := at("Last-Modified", -240*time.Hour)
	pol := Policy{TTL: time.Minute, StatusTTL: by, Credentials: credentials()}
	runJudge(t, pol, "GET", 404, []judgeRow{
		{"a silent origin", nil, nil, "fresh 5s assigned"},
		{"it beats the heuristic", nil, wire(modified), "fresh 5s assigned"},
		{"the origin beats it", nil, wire("Cache-Control: max-age=60"), "fresh 1m0s"},
		{"the origin beats it with no-store", nil, wire("Cache-Control: no-store"), "refused no_store"},
		{"it counts from receipt", nil, wire("Age: 100"), "fresh 5s assigned"},
		{"it is not for a principal", wire("Authorization: x"), wire("Cache-Control: public"), "refused credentials"},
	})
	runJudge(t, pol, "GET", 302, []judgeRow{{"a status without a freshness of its own", nil, nil, "fresh 10s assigned"}})
	runJudge(t, pol, "GET", 503, []judgeRow{{"a server error", nil, nil, "fresh 1s assigned"}})
	runJudge(t, pol, "GET", 410, []judgeRow{{"one that is not named has the ttl", nil, nil, "fresh 1m0s assigned"}})
	runJudge(t, pol, "GET", 304, []judgeRow{{"one that is never stored", nil, nil, "refused status"}})
	runJudge(t, pol, "GET", 200, []judgeRow{
		{"0s: no freshness but the origin's", nil, wire(modified), "refused no_freshness"},
		{"0s: the origin's", nil, wire("Cache-Control: max-age=60"), "fresh 1m0s"},
	})
	over := Policy{Mode: Override, TTL: time.Minute, StatusTTL: by}
	runJudge(t, over, "GET", 404, []judgeRow{{"override: instead of what the origin says", nil, wire("Cache-Control: max-age=900, no-store"), "fresh 5s assigned"}})
	runJudge(t, over, "GET", 503, []judgeRow{{"override: a server error", nil, wire("Cache-Control: no-store"), "fresh 1s assigned"}})
	runJudge(t, over, "GET", 200, []judgeRow{{"override: 0s", nil, wire("Cache-Control: max-age=900"), "refused no_freshness"}})
}

func TestJudgeTargets(t *testing.T) {
	pol := Policy{Targets: []string{"Afterburner-Cache-Control", "Surrogate-Control"}}
	runJudge(t, pol, "GET", 200, []judgeRow{
		{"RFC 9213 a target of the route", nil, wire("Afterburner-Cache-Control: max-age=60", "Cache-Control: no-store"), "fresh 1m0s"},
		{"RFC 9213 the first counts", nil, wire("Surrogate-Control: max-age=5", "afterburner-cache-control: max-age=60"), "fresh 1m0s"},
		{"RFC 9213 then the second", nil, wire("Surrogate-Control: max-age=5", "CDN-Cache-Control: max-age=60"), "fresh 5s"},
		{"RFC 9213 CDN-Cache-Control behind them", nil, wire("CDN-Cache-Control: max-age=60", "Cache-Control: no-store"), "fresh 1m0s"},
		{"RFC 9213 one that is not well formed is passed over", nil, wire("Afterburner-Cache-Control: max-age=", "CDN-Cache-Control: max-age=60"), "fresh 1m0s"},
		{"RFC 9213 its no-store", nil, wire("Afterburner-Cache-Control: no-store", "CDN-Cache-Control: max-age=60"), "refused no_store"},
	})
	runJudge(t, Policy{}, "GET", 200, []judgeRow{
		{"RFC 9213 a target of nobody", nil, wire("Afterburner-Cache-Control: max-age=60", "Cache-Control: no-store"), "refused no_store"},
	})
	runJudge(t, Policy{Targets: []string{"A-Control", "CDN-Cache-Control", "B-Control"}}, "GET", 200, []judgeRow{
		{"RFC 9213 CDN-Cache-Control where the route puts it", nil, wire("B-Control: max-age=5", "CDN-Cache-Control: max-age=60"), "fresh 1m0s"},
	})
}

// What the followers of a flight may be given.
func TestShareable(t *testing.T) {
	rows := []struct {
		name  string
		lines []string
		want  bool
	}{
		{"4 fresh", []string{"Cache-Control: max-age=60"}, true},
		{"4 stale on arrival", []string{"Cache-Control: max-age=0", `ETag: "a"`}, false},
		{"5.2.2.4 to be validated", []string{"Cache-Control: max-age=60, no-cache", `ETag: "a"`}, false},
		{"3 not to be stored", []string{"Cache-Control: no-store"}, false},
	}
	for _, row := range rows {
		v := Judge(&Request{Method: "GET"}, &Head{200, wire(row.lines...)}, &Policy{}, noon(), noon())
		if v.Shareable() != row.want {
			t.Errorf("%s: %q: %v, want %v", row.name, row.lines, v.Shareable(), row.want)
		}
	}
}

// A stored response is judged again with what a 304 brought.
func TestRevalidate(t *testing.T) {
	stored := wire("Cache-Control: max-age=60", at("Date", -time.Hour), "Age: 70", `ETag: "a"`, "Content-Length: 5")
	pol := Policy{Credentials: credentials(), MaxObject: 10}
	rows := []struct {
		name    string
		method  string
		request []string
		update  []string
		want    string
	}{
		{"4.3.4 a new lifetime", "GET", nil, []string{"Cache-Control: max-age=5", at("Date", 0)}, "fresh 5s"},
		{"4.3.4 the stored lifetime, counted anew", "GET", nil, []string{at("Date", 0)}, "fresh 1m0s"},
		{"4.3.4 without a Date", "GET", nil, nil, "fresh 1m0s"},
		{"4.2.3 a 304 that is itself old", "GET", nil, []string{"Age: 20"}, "fresh 40s"},
		{"4.3.5 the response to a HEAD", "HEAD", nil, []string{"Cache-Control: max-age=5"}, "fresh 5s"},
		{"the request's facts have done their part", "GET", []string{"Range: bytes=0-1"}, nil, "fresh 1m0s"},
		{"no-store from now on", "GET", nil, []string{"Cache-Control: no-store"}, "refused no_store"},
		{"no-cache from now on", "GET", nil, []string{"Cache-Control: no-cache"}, "stale assigned validate"},
		{"3.5 a principal renews nothing", "GET", []string{"Authorization: x"}, nil, "refused credentials"},
		{"3.5 unless the origin permits it", "GET", []string{"Authorization: x"}, []string{"Cache-Control: public, max-age=5"}, "fresh 5s"},
		{"3.2 its length is not the body's", "GET", nil, []string{"Content-Length: 11"}, "fresh 1m0s"},
		{"7.3 a cookie", "GET", nil, []string{"Set-Cookie: a=b"}, "refused set_cookie"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			merged := &Head{200, MergeFields(stored, wire(row.update...))}
			got := outcome(Revalidate(&Request{Method: row.method, Fields: wire(row.request...)}, merged, &pol, noon(), noon()))
			if got != row.want {
				t.Errorf("%q\n got %s\nwant %s", merged.Fields, got, row.want)
			}
		})
	}
}
