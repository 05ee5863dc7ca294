package cache

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// noon is when every head of these tests came, at once.
func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// at writes a date line, that long after noon.
func at(name string, after time.Duration) string {
	return name + ": " + noon().Add(after).Format("Mon, 02 Jan 2006 15:04:05 GMT")
}

func credentials() []string {
	return []string{"Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"}
}

// outcome is a verdict in one line, as the rows write it.
func outcome(v Verdict) string {
	if v.Reason != "" {
		return "refused " + string(v.Reason)
	}
	words := []string{"fresh", (v.Lifetime - v.Initial).String()}
	if v.Lifetime <= v.Initial {
		words = []string{"stale"}
	}
	if !v.Explicit {
		words = append(words, "assigned")
	}
	switch {
	case v.MustValidate:
		words = append(words, "validate")
	case v.NoStale:
		words = append(words, "nostale")
	}
	if len(v.Vary) > 0 {
		words = append(words, "vary "+strings.Join(v.Vary, ","))
	}
	return strings.Join(words, " ")
}

type judgeRow struct {
	name     string
	request  Fields
	response Fields
	want     string
}

func runJudge(t *testing.T, pol Policy, method string, status int, rows []judgeRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			req := &Request{Method: method, Fields: row.request}
			got := outcome(Judge(req, &Head{status, row.response}, &pol, noon(), noon()))
			if got != row.want {
				t.Errorf("%s %q → %d %q\n got %s\nwant %s", method, row.request, status, row.response, got, row.want)
			}
		})
	}
}

func TestJudgeFreshness(t *testing.T) {
	date := at("Date", 0)
	runJudge(t, Policy{}, "GET", 200, []judgeRow{
		{"5.2.2.1 max-age", nil, wire("Cache-Control: max-age=60"), "fresh 1m0s"},
		{"5.2.2.10 s-maxage beats max-age", nil, wire("Cache-Control: max-age=5, s-maxage=60"), "fresh 1m0s nostale"},
		{"5.2.2.10 s-maxage beats max-age, shorter", nil, wire("Cache-Control: s-maxage=5, max-age=60"), "fresh 5s nostale"},
		{"5.3 max-age beats Expires", nil, wire("Cache-Control: max-age=60", at("Expires", time.Hour), date), "fresh 1m0s"},
		{"5.3 max-age=0 beats Expires", nil, wire("Cache-Control: max-age=0", at("Expires", time.Hour), date), "refused expired"},
		{"5.3 s-maxage beats Expires", nil, wire("Cache-Control: s-maxage=60", "Expires: 0"), "fresh 1m0s nostale"},
		{"5.3 Expires", nil, wire(at("Expires", time.Hour), date), "fresh 1h0m0s"},
		{"5.3 Expires without Date", nil, wire(at("Expires", time.Hour)), "fresh 1h0m0s"},
		{"4.2.1 Expires counts from Date", nil, wire(at("Expires", time.Hour), at("Date", -10*time.Minute)), "fresh 1h0m0s"},
		{"4.2.1 Expires counts from a Date in the future", nil, wire(at("Expires", time.Hour), at("Date", 50*time.Minute)), "fresh 10m0s"},
		{"5.3 Expires in the past", nil, wire(at("Expires", -time.Hour), date), "refused expired"},
		{"5.3 Expires is Date", nil, wire(at("Expires", 0), date), "refused expired"},
		{"5.3 Expires: 0", nil, wire("Expires: 0"), "refused expired"},
		{"5.3 Expires: -1", nil, wire("Expires: -1"), "refused expired"},
		{"5.3 an empty Expires", nil, wire("Expires: "), "refused expired"},
		{"4.2.1 two Expires lines", nil, wire(at("Expires", time.Hour), at("Expires", time.Hour)), "refused expired"},
		{"Expires in the year 9999", nil, wire("Expires: Fri, 31 Dec 9999 23:59:59 GMT"), "fresh 596523h14m7s"},
		{"1.2.2 an overflowing max-age", nil, wire("Cache-Control: max-age=99999999999"), "fresh 596523h14m7s"},
		{"4.2.1 an unreadable max-age is stale", nil, wire("Cache-Control: max-age=x", at("Expires", time.Hour)), "refused expired"},
		{"4.2.3 Age is taken off", nil, wire("Cache-Control: max-age=60", "Age: 20"), "fresh 40s"},
		{"4.2.3 an old Date is taken off", nil, wire("Cache-Control: max-age=60", at("Date", -20*time.Second)), "fresh 40s"},
		{"4.2 Age of the whole lifetime", nil, wire("Cache-Control: max-age=60", "Age: 60"), "refused expired"},
		{"4.2 Age beyond it", nil, wire("Cache-Control: max-age=60", "Age: 7200"), "refused expired"},
		{"an endless Age", nil, wire("Cache-Control: max-age=99999999999", "Age: 99999999999"), "refused expired"},
		{"5.2.2.2 must-revalidate", nil, wire("Cache-Control: max-age=60, must-revalidate"), "fresh 1m0s nostale"},
		{"5.2.2.8 proxy-revalidate", nil, wire("Cache-Control: max-age=60, proxy-revalidate"), "fresh 1m0s nostale"},
		{"5.2.2.9 public says not how long", nil, wire("Cache-Control: public"), "refused no_freshness"},
		{"5.2.2.2 nor does must-revalidate", nil, wire("Cache-Control: must-revalidate"), "refused no_freshness"},
		{"a silent origin", nil, wire(date), "refused no_freshness"},
		{"4.2.2 a tenth since Last-Modified", nil, wire(date, at("Last-Modified", -100*time.Minute)), "fresh 10m0s assigned"},
		{"4.2.2 at most an hour", nil, wire(date, at("Last-Modified", -240*time.Hour)), "fresh 1h0m0s assigned"},
		{"4.2.2 without Date", nil, wire(at("Last-Modified", -100*time.Minute)), "fresh 10m0s assigned"},
		{"4.2.2 modified just now", nil, wire(date, at("Last-Modified", 0)), "refused no_freshness"},
		{"4.2.2 modified after Date", nil, wire(date, at("Last-Modified", time.Hour)), "refused no_freshness"},
		{"4.2.2 an unreadable Last-Modified", nil, wire(date, "Last-Modified: once"), "refused no_freshness"},
		{"4.2.2 not when the origin spoke", nil, wire("Expires: 0", at("Last-Modified", -100*time.Minute)), "stale"},
		{"4.2.2 older than the guess", nil, wire("Age: 3600", at("Last-Modified", -100*time.Minute)), "stale assigned"},
		{"5.4 Pragma with a silent origin", nil, wire("Pragma: no-cache", at("Last-Modified", -100*time.Minute)), "fresh 10m0s assigned validate"},
		{"5.4 Pragma without a validator", nil, wire("Pragma: no-cache"), "refused no_cache"},
		{"5.4 Pragma beside Expires", nil, wire("Pragma: no-cache", at("Expires", time.Hour)), "fresh 1h0m0s"},
		{"5.4 Pragma beside Cache-Control", nil, wire("Pragma: no-cache", "Cache-Control: max-age=60"), "fresh 1m0s"},
	})
}

func TestJudgeDirectives(t *testing.T) {
	runJudge(t, Policy{}, "GET", 200, []judgeRow{
		{"5.2.2.5 no-store beats max-age", nil, wire("Cache-Control: max-age=60, no-store"), "refused no_store"},
		{"5.2.2.5 no-store on another line", nil, wire("Cache-Control: max-age=60", "Cache-Control: No-Store"), "refused no_store"},
		{"5.2.2.7 private", nil, wire("Cache-Control: private, max-age=60"), "refused private"},
		{"5.2.2.7 private beats public", nil, wire("Cache-Control: public, private, max-age=60"), "refused private"},
		{"5.2.2.7 private with names", nil, wire(`Cache-Control: private="X-A", max-age=60`), "refused private"},
		{"5.2.2.4 no-cache", nil, wire("Cache-Control: no-cache, max-age=60"), "refused no_cache"},
		{"5.2.2.4 no-cache with names", nil, wire(`Cache-Control: no-cache="X-A", max-age=60`), "refused no_cache"},
		{"5.2.2.4 no-cache and an entity tag", nil, wire("Cache-Control: no-cache, max-age=60", `ETag: "a"`), "fresh 1m0s validate"},
		{"5.2.2.4 no-cache with names and an entity tag", nil, wire(`Cache-Control: no-cache="X-A", max-age=60`, `ETag: W/"a"`), "fresh 1m0s validate"},
		{"5.2.2.4 no-cache and Last-Modified", nil, wire("Cache-Control: no-cache, max-age=60", at("Last-Modified", -time.Hour)), "fresh 1m0s validate"},
		{"5.2.2.4 no-cache needs no freshness", nil, wire("Cache-Control: no-cache", `ETag: "a"`), "stale assigned validate"},
		{"5.2.2.4 no-cache and what is no entity tag", nil, wire("Cache-Control: no-cache, max-age=60", "ETag: a"), "refused no_cache"},
		{"5.2.2.4 no-cache and a validator with no-store", nil, wire("Cache-Control: no-cache, no-store", `ETag: "a"`), "refused no_store"},
		{"5.2.2.4 no-cache and a validator with private", nil, wire("Cache-Control: no-cache, private", `ETag: "a"`), "refused private"},
		{"5.2.2.4 no-cache of CDN-Cache-Control", nil, wire("Cache-Control: max-age=60", "CDN-Cache-Control: no-cache", `ETag: "a"`), "stale assigned validate"},
		{"4.3 max-age=0 and an entity tag", nil, wire("Cache-Control: max-age=0", `ETag: "a"`), "stale"},
		{"4.3 max-age=0, must-revalidate and an entity tag", nil, wire("Cache-Control: max-age=0, must-revalidate", `ETag: "a"`), "stale nostale"},
		{"4.3 too old on arrival, and Last-Modified", nil, wire("Cache-Control: max-age=60", "Age: 90", at("Last-Modified", -time.Hour)), "stale"},
		{"RFC 5861 max-age=0 and stale-while-revalidate", nil, wire("Cache-Control: max-age=0, stale-while-revalidate=9"), "stale"},
		{"RFC 5861 max-age=0 and stale-if-error", nil, wire("Cache-Control: max-age=0, stale-if-error=9"), "stale"},
		{"RFC 5861 max-age=0 and no time at all", nil, wire("Cache-Control: max-age=0, stale-if-error=0"), "refused expired"},
		{"RFC 5861 max-age=0 and must-revalidate", nil, wire("Cache-Control: max-age=0, stale-if-error=9, must-revalidate"), "refused expired"},
		{"a quote without an end", nil, wire(`Cache-Control: max-age=60, x="`), "refused bad_cache_control"},
		{"5.2.2.3 must-understand lifts no-store", nil, wire("Cache-Control: max-age=60, must-understand, no-store"), "fresh 1m0s"},
		{"5.2.2.3 must-understand lifts nothing else", nil, wire("Cache-Control: max-age=60, must-understand, no-store, private"), "refused private"},
		{"RFC 8246 immutable", nil, wire("Cache-Control: max-age=60, immutable"), "fresh 1m0s"},
		{"RFC 5861 says nothing of freshness", nil, wire("Cache-Control: stale-while-revalidate=60"), "refused no_freshness"},
		{"7.3 Set-Cookie", nil, wire("Cache-Control: max-age=60", "Set-Cookie: a=b"), "refused set_cookie"},
		{"4.1 Vary", nil, wire("Cache-Control: max-age=60", "Vary: B, a"), "fresh 1m0s vary a,b"},
		{"4.1 Vary: *", nil, wire("Cache-Control: max-age=60", "Vary: *"), "refused vary_star"},
		{"4.1 Vary: * on another line", nil, wire("Cache-Control: max-age=60", "Vary: a", "Vary: b, *"), "refused vary_star"},
		{"14.4 Content-Range of a 200", nil, wire("Cache-Control: max-age=60", "Content-Range: bytes 0-1/2"), "refused content_range"},
		{"an event stream", nil, wire("Cache-Control: max-age=60", "Content-Type: text/event-stream; charset=utf-8"), "refused event_stream"},
		{"RFC 9213 CDN-Cache-Control beats max-age", nil, wire("Cache-Control: max-age=5", "CDN-Cache-Control: max-age=60"), "fresh 1m0s"},
		{"RFC 9213 it beats no-store", nil, wire("Cache-Control: no-store", "CDN-Cache-Control: max-age=60"), "fresh 1m0s"},
		{"RFC 9213 its private", nil, wire("Cache-Control: max-age=5", "CDN-Cache-Control: private", at("Expires", time.Hour)), "refused private"},
		{"RFC 9213 its no-store", nil, wire("Cache-Control: max-age=5", "CDN-Cache-Control: no-store"), "refused no_store"},
		{"RFC 9213 it beats Expires", nil, wire("CDN-Cache-Control: max-age=60", "Expires: 0"), "fresh 1m0s"},
		{"RFC 9213 Expires is not heard beside it", nil, wire("CDN-Cache-Control: public", at("Expires", time.Hour)), "refused no_freshness"},
		{"RFC 9213 Age counts", nil, wire("CDN-Cache-Control: max-age=60", "Age: 50"), "fresh 10s"},
		{"RFC 9213 not well formed: absent", nil, wire("Cache-Control: no-store", "CDN-Cache-Control: max-age=60, &&"), "refused no_store"},
		{"RFC 9213 empty: absent", nil, wire("Cache-Control: max-age=5", "CDN-Cache-Control: "), "fresh 5s"},
	})
	runJudge(t, Policy{StoreSetCookie: true}, "GET", 200, []judgeRow{
		{"set_cookie: store", nil, wire("Cache-Control: max-age=60", "Set-Cookie: a=b"), "fresh 1m0s"},
	})
	runJudge(t, Policy{MaxObject: 10}, "GET", 200, []judgeRow{
		{"a body as large as max_object", nil, wire("Cache-Control: max-age=60", "Content-Length: 10"), "fresh 1m0s"},
		{"a larger body", nil, wire("Cache-Control: max-age=60", "Content-Length: 11"), "refused too_large"},
	})
	runJudge(t, Policy{}, "HEAD", 200, []judgeRow{
		{"HEAD stores nothing", nil, wire("Cache-Control: max-age=60"), "refused method"},
	})
	runJudge(t, Policy{}, "POST", 200, []judgeRow{
		{"POST stores nothing", nil, wire("Cache-Control: max-age=60"), "refused method"},
	})
	runJudge(t, Policy{Mode: Off}, "GET", 200, []judgeRow{
		{"mode off", nil, wire("Cache-Control: max-age=60"), "refused mode_off"},
	})
}

// What an answer of each status becomes: with max-age, with Last-Modified alone,
// with a ttl and a silent origin, and when it is public and has Last-Modified.
func TestJudgeStatus(t *testing.T) {
	const yes, hour = "fresh 1m0s", "fresh 1h0m0s assigned"
	const ttl, no, server = "fresh 1m0s assigned", "refused no_freshness", "refused server_error"
	rows := []struct {
		statuses                         []int
		explicit, guessed, byTTL, public string
	}{
		{[]int{200, 203, 204, 300, 301, 308, 404, 405, 410, 414}, yes, hour, ttl, hour},
		{[]int{201, 202, 205, 299, 302, 303, 307, 400, 401, 403, 412, 418, 421, 499}, yes, no, no, hour},
		{[]int{501}, yes, hour, hour, hour},
		{[]int{500, 502, 503, 504, 599, 700, 999}, yes, server, server, hour},
		{[]int{100, 101, 103, 206, 304, 428, 429, 431, 511}, "refused status", "refused status", "refused status", "refused status"},
	}
	modified := at("Last-Modified", -240*time.Hour)
	for _, row := range rows {
		for _, status := range row.statuses {
			t.Run(fmt.Sprint(status), func(t *testing.T) {
				runJudge(t, Policy{}, "GET", status, []judgeRow{
					{"4.2.1 max-age", nil, wire("Cache-Control: max-age=60"), row.explicit},
					{"4.2.2 Last-Modified", nil, wire(modified), row.guessed},
					{"4.2.2 public and Last-Modified", nil, wire("Cache-Control: public", modified), row.public},
				})
				runJudge(t, Policy{TTL: time.Minute}, "GET", status, []judgeRow{
					{"ttl", nil, wire(modified), row.byTTL},
				})
			})
		}
	}
	for _, status := range []int{299, 418, 499, 599} {
		runJudge(t, Policy{}, "GET", status, []judgeRow{
			{"5.2.2.3 must-understand, not understood", nil, wire("Cache-Control: max-age=60, must-understand"), "refused status"},
		})
	}
	for _, status := range []int{200, 302, 404, 417, 503} {
		runJudge(t, Policy{}, "GET", status, []judgeRow{
			{"5.2.2.3 must-understand, understood", nil, wire("Cache-Control: max-age=60, must-understand, no-store"), yes},
		})
	}
	runJudge(t, Policy{}, "GET", 503, []judgeRow{
		{"a server error marks no key, whatever it says", nil, wire("Cache-Control: no-store"), server},
		{"a server error that is stale is of no use", nil, wire("Cache-Control: max-age=0, stale-if-error=60", `ETag: "a"`), server},
		{"nor is one to validate", nil, wire("Cache-Control: max-age=60, no-cache", `ETag: "a"`), server},
		{"nor with a cookie", nil, wire("Cache-Control: max-age=5", "Set-Cookie: a=b"), server},
	})
}

func TestJudgeTTL(t *testing.T) {
	runJudge(t, Policy{TTL: 30 * time.Second, Credentials: credentials()}, "GET", 200, []judgeRow{
		{"a silent origin", nil, nil, "fresh 30s assigned"},
		{"public is silent on freshness", nil, wire("Cache-Control: public"), "fresh 30s assigned"},
		{"must-revalidate is silent on freshness", nil, wire("Cache-Control: must-revalidate"), "fresh 30s assigned nostale"},
		{"ttl beats the heuristic", nil, wire(at("Last-Modified", -240*time.Hour)), "fresh 30s assigned"},
		{"ttl counts from receipt, not from Date", nil, wire(at("Date", -time.Hour)), "fresh 30s assigned"},
		{"ttl counts from receipt, not from Age", nil, wire("Age: 100"), "fresh 30s assigned"},
		{"the origin beats ttl", nil, wire("Cache-Control: max-age=5"), "fresh 5s"},
		{"the origin beats ttl with Expires: 0", nil, wire("Expires: 0"), "refused expired"},
		{"the origin beats ttl with no-store", nil, wire("Cache-Control: no-store"), "refused no_store"},
		{"the origin beats ttl with no-cache", nil, wire("Cache-Control: no-cache"), "refused no_cache"},
		{"no-cache stays with ttl", nil, wire("Cache-Control: no-cache", `ETag: "a"`), "fresh 30s assigned validate"},
		{"the origin beats ttl with private", nil, wire("Cache-Control: private"), "refused private"},
		{"Pragma is no permission", nil, wire("Pragma: no-cache"), "refused no_cache"},
		{"ttl is not for a principal", wire("Authorization: x"), nil, "refused credentials"},
		{"not even with public", wire("Authorization: x"), wire("Cache-Control: public"), "refused credentials"},
		{"nor for a cookie", wire("Cookie: a=b"), nil, "refused credentials"},
	})
}

func TestJudgeOverride(t *testing.T) {
	pol := Policy{Mode: Override, TTL: 30 * time.Second, Credentials: credentials(), KeyHeaders: []string{"x-api-key"}}
	runJudge(t, pol, "GET", 200, []judgeRow{
		{"a silent origin", nil, nil, "fresh 30s assigned"},
		{"no-store", nil, wire("Cache-Control: no-store"), "fresh 30s assigned"},
		{"no-cache and private", nil, wire("Cache-Control: no-cache, private"), "fresh 30s assigned"},
		{"every freshness", nil, wire("Cache-Control: max-age=0, s-maxage=900", "Expires: 0"), "fresh 30s assigned"},
		{"what cannot be read", nil, wire(`Cache-Control: "`), "fresh 30s assigned"},
		{"Pragma", nil, wire("Pragma: no-cache"), "fresh 30s assigned"},
		{"CDN-Cache-Control", nil, wire("CDN-Cache-Control: no-store"), "fresh 30s assigned"},
		{"must-revalidate holds", nil, wire("Cache-Control: max-age=0, must-revalidate"), "fresh 30s assigned nostale"},
		{"Age", nil, wire("Age: 1000"), "fresh 30s assigned"},
		{"Set-Cookie blocks", nil, wire("Set-Cookie: a=b"), "refused set_cookie"},
		{"Vary: * blocks", nil, wire("Vary: *"), "refused vary_star"},
		{"the request's no-store blocks", wire("Cache-Control: no-store"), nil, "refused request_no_store"},
		{"keyed on the principal", wire("X-Api-Key: k"), wire("Cache-Control: private"), "fresh 30s assigned"},
		{"a principal: the origin's word holds", wire("Authorization: x"), wire("Cache-Control: private, max-age=60"), "refused private"},
		{"a principal: not by ttl", wire("Authorization: x"), nil, "refused credentials"},
		{"a principal: by the origin's permission", wire("Authorization: x"), wire("Cache-Control: public, max-age=60"), "fresh 1m0s"},
		{"keyed and another one", wire("X-Api-Key: k", "Cookie: a=b"), wire("Cache-Control: no-store"), "refused no_store"},
	})
	runJudge(t, pol, "GET", 302, []judgeRow{
		{"a status without a ttl", nil, wire("Cache-Control: max-age=60"), "refused no_freshness"},
	})
	runJudge(t, pol, "GET", 500, []judgeRow{
		{"a server error", nil, wire("Cache-Control: public, max-age=60"), "refused server_error"},
	})
	runJudge(t, Policy{Mode: Override}, "GET", 200, []judgeRow{
		{"no ttl at all", nil, wire("Cache-Control: max-age=60"), "refused no_freshness"},
	})
}

func TestJudgeCredentials(t *testing.T) {
	auth, cookie, both := wire("authorization: Bearer x"), wire("Cookie: a=b"), wire("Authorization: x", "Cookie: a=b")
	modified := at("Last-Modified", -240*time.Hour)
	runJudge(t, Policy{Credentials: credentials()}, "GET", 200, []judgeRow{
		{"3.5 Authorization, max-age alone", auth, wire("Cache-Control: max-age=60"), "refused credentials"},
		{"3.5 Authorization, Expires alone", auth, wire(at("Expires", time.Minute)), "refused credentials"},
		{"3.5 Authorization, public", auth, wire("Cache-Control: public, max-age=60"), "fresh 1m0s"},
		{"3.5 Authorization, s-maxage", auth, wire("Cache-Control: s-maxage=60"), "fresh 1m0s nostale"},
		{"3.5 Authorization, must-revalidate", auth, wire("Cache-Control: max-age=60, must-revalidate"), "fresh 1m0s nostale"},
		{"3.5 Authorization, proxy-revalidate is no permission", auth, wire("Cache-Control: max-age=60, proxy-revalidate"), "refused credentials"},
		{"3.5 Authorization, immutable is no permission", auth, wire("Cache-Control: max-age=60, immutable"), "refused credentials"},
		{"3.5 Authorization, public=1 is no permission", auth, wire("Cache-Control: public=1, max-age=60"), "refused credentials"},
		{"3.5 Authorization, permission of CDN-Cache-Control", auth, wire("CDN-Cache-Control: public, max-age=60"), "fresh 1m0s"},
		{"3.5 Authorization, Cache-Control is not heard beside it", auth, wire("CDN-Cache-Control: max-age=60", "Cache-Control: public"), "refused credentials"},
		{"3.5 Authorization, public and Expires", auth, wire("Cache-Control: public", at("Expires", time.Minute)), "fresh 1m0s"},
		{"3.5 Authorization, public and a heuristic", auth, wire("Cache-Control: public", modified), "refused credentials"},
		{"3.5 an empty Authorization is one too", wire("Authorization: "), wire("Cache-Control: max-age=60"), "refused credentials"},
		{"a Cookie alone, max-age", cookie, wire("Cache-Control: max-age=60"), "fresh 1m0s"},
		{"a Cookie alone, Expires", cookie, wire(at("Expires", time.Minute)), "fresh 1m0s"},
		{"a Cookie alone, private", cookie, wire("Cache-Control: private, max-age=60"), "refused private"},
		{"a Cookie alone, heuristic", cookie, wire(modified), "refused credentials"},
		{"a Cookie alone, silent", cookie, nil, "refused no_freshness"},
		{"Cookie and Authorization, max-age", both, wire("Cache-Control: max-age=60"), "refused credentials"},
		{"Cookie and Authorization, public", both, wire("Cache-Control: max-age=60, public"), "fresh 1m0s"},
		{"X-Api-Key, max-age", wire("X-Api-Key: k"), wire("Cache-Control: max-age=60"), "refused credentials"},
		{"X-Auth-Token, s-maxage", wire("X-Auth-Token: k"), wire("Cache-Control: s-maxage=60"), "fresh 1m0s nostale"},
		{"a Cookie alone, max-age=0 is no permission", cookie, wire("Cache-Control: max-age=0, stale-if-error=60", `ETag: "a"`), "refused expired"},
		{"a Cookie alone, public and max-age=0", cookie, wire("Cache-Control: public, max-age=0", `ETag: "a"`), "stale"},
		{"a Cookie alone, no-cache", cookie, wire("Cache-Control: max-age=60, no-cache", `ETag: "a"`), "refused no_cache"},
		{"a Cookie alone, public and no-cache", cookie, wire("Cache-Control: public, max-age=60, no-cache", `ETag: "a"`), "fresh 1m0s validate"},
		{"3.5 Authorization, max-age=0 and must-revalidate", auth, wire("Cache-Control: max-age=0, must-revalidate", `ETag: "a"`), "stale nostale"},
		{"3.5 Authorization, no-cache without a lifetime", auth, wire("Cache-Control: public, no-cache", `ETag: "a"`), "refused credentials"},
		{"another field is none", wire("X-Other: k"), wire("Cache-Control: max-age=60"), "fresh 1m0s"},
	})
	keyed := Policy{Credentials: credentials(), KeyHeaders: []string{"Authorization"}, TTL: time.Minute}
	runJudge(t, keyed, "GET", 200, []judgeRow{
		{"keyed: ttl", auth, nil, "fresh 1m0s assigned"},
		{"keyed: max-age", auth, wire("Cache-Control: max-age=5"), "fresh 5s"},
		{"keyed: private still counts", auth, wire("Cache-Control: private, max-age=5"), "refused private"},
		{"keyed, and a Cookie that is not: ttl", both, nil, "refused credentials"},
		{"keyed, and a Cookie that is not: max-age", both, wire("Cache-Control: max-age=5"), "fresh 5s"},
	})
	ignored := Policy{Credentials: []string{"Authorization"}, TTL: time.Minute}
	runJudge(t, ignored, "GET", 200, []judgeRow{
		{"ignored: ttl", cookie, nil, "fresh 1m0s assigned"},
		{"ignored, and one that is not", both, nil, "refused credentials"},
	})
}

func TestJudgeRequest(t *testing.T) {
	response := wire("Cache-Control: max-age=60")
	runJudge(t, Policy{}, "GET", 200, []judgeRow{
		{"5.2.1.5 no-store", wire("Cache-Control: no-store"), response, "refused request_no_store"},
		{"5.2.1.4 no-cache may be stored", wire("Cache-Control: no-cache"), response, "fresh 1m0s"},
		{"a Range, of which the whole is asked for", wire("Range: bytes=0-1"), response, "fresh 1m0s"},
		{"the request's reason comes first", wire("If-Match: x"), wire("Cache-Control: no-store"), "refused conditional"},
	})
}
