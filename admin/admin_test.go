package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// gateway is a Gateway that does as it is told and keeps what it was asked.
type gateway struct {
	notReady error
	result   PurgeResult
	err      error
	purges   []Purge
	reloaded ReloadResult
	reloads  int
	status   Status
}

func (g *gateway) Ready() error { return g.notReady }

func (g *gateway) Purge(_ context.Context, p Purge) (PurgeResult, error) {
	g.purges = append(g.purges, p)
	return g.result, g.err
}

func (g *gateway) Reload(context.Context) (ReloadResult, error) {
	g.reloads++
	return g.reloaded, g.err
}

func (g *gateway) Status(context.Context) Status { return g.status }

func metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "up 1\n") })
}

// request is "METHOD PATH" with lines of "Name: value" and, after an empty one, a body.
func request(t *testing.T, text string) *http.Request {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost:9901"
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("no field: %q", line)
		}
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	return r
}

// answer is "STATUS", then the fields that matter, then the body.
func answer(h http.Handler, r *http.Request) string {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	text := fmt.Sprintf("%d\n", rec.Code)
	for _, name := range []string{"Content-Type", "Allow", "Www-Authenticate", "Accept"} {
		if v := rec.Header().Get(name); v != "" {
			text += name + ": " + v + "\n"
		}
	}
	return text + "\n" + rec.Body.String()
}

func problemText(status int, fields, name, title, detail string) string {
	return fmt.Sprintf("%d\nContent-Type: application/problem+json\n%s\n"+
		`{"type":"urn:afterburner:problem:%s","title":"%s","status":%d,"detail":"%s"}`+"\n",
		status, fields, name, title, status, detail)
}

const plain = "Content-Type: text/plain; charset=utf-8\n"

func TestEndpoints(t *testing.T) {
	sick := &gateway{notReady: errors.New("draining")}
	rows := []struct {
		name, request, want string
		gateway             *gateway
	}{
		{"alive", "GET /healthz", "200\n" + plain + "\nok\n", &gateway{}},
		{"alive though not ready", "GET /healthz", "200\n" + plain + "\nok\n", sick},
		{"ready", "GET /readyz", "200\n" + plain + "\nready\n", &gateway{}},
		{"ready, with a query", "GET /readyz?verbose", "200\n" + plain + "\nready\n", &gateway{}},
		{"draining", "GET /readyz", problemText(503, "", "not_ready", "Not ready", "The gateway is not ready: draining."), sick},
		{"metrics", "GET /metrics", "200\n" + plain + "\nup 1\n", &gateway{}},
		{"404", "GET /nothing", problemText(404, "", "not_found", "Not found", `The admin API has no \"/nothing\".`), &gateway{}},
		{"404 is not cleaned", "GET //healthz", problemText(404, "", "not_found", "Not found", `The admin API has no \"//healthz\".`), &gateway{}},
		{"404 for a profile", "GET /debug/pprof/nothing",
			problemText(404, "", "not_found", "Not found", `The admin API has no \"/debug/pprof/nothing\".`), &gateway{}},
		{"405 for a read", "DELETE /healthz",
			problemText(405, "Allow: GET, HEAD\n", "method_not_allowed", "Method not allowed", "/healthz takes GET, HEAD."), &gateway{}},
		{"405 for a change", "GET /api/purge",
			problemText(405, "Allow: POST\n", "method_not_allowed", "Method not allowed", "/api/purge takes POST."), &gateway{}},
		{"405 for a profile", "POST /debug/pprof/heap",
			problemText(405, "Allow: GET, HEAD\n", "method_not_allowed", "Method not allowed", "/debug/pprof/heap takes GET, HEAD."), &gateway{}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			h := New(Options{Gateway: row.gateway, Metrics: metrics()})
			if got := answer(h, request(t, row.request)); got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
		})
	}
}

func TestProfiles(t *testing.T) {
	h := New(Options{Gateway: &gateway{}, Metrics: metrics()})
	for path, part := range map[string]string{
		"/debug/pprof/":                  "full goroutine stack dump",
		"/debug/pprof/goroutine?debug=1": "goroutine profile: total ",
		"/debug/pprof/heap?debug=1":      "heap profile: ",
		"/debug/pprof/cmdline":           "admin.test",
		"/debug/pprof/symbol":            "num_symbols: 1\n",
	} {
		if got := answer(h, request(t, "GET "+path)); !strings.HasPrefix(got, "200\n") || !strings.Contains(got, part) {
			t.Errorf("GET %s = %.200s, want %q in it", path, got, part)
		}
	}
}

func TestAnswersAreNotCached(t *testing.T) {
	h := New(Options{Gateway: &gateway{}, Metrics: metrics()})
	for _, path := range []string{"/healthz", "/metrics", "/nothing"} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, request(t, "GET "+path))
		if rec.Header().Get("Cache-Control") != "no-store" || rec.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("GET %s has the fields %v", path, rec.Header())
		}
	}
}

func TestGuard(t *testing.T) {
	const (
		ok    = "200\n" + plain + "\nok\n"
		up    = "200\n" + plain + "\nup 1\n"
		done  = "200\nContent-Type: application/json\n\n" + `{"purged":true,"scope":"local","kind":"all"}` + "\n"
		purge = "POST /api/purge\nContent-Type: application/json"
		all   = "\n\n" + `{"all":true}`
	)
	unauthorized := problemText(401, "Www-Authenticate: Bearer realm=\"afterburner admin\"\n", "unauthorized", "Unauthorized",
		`Send the admin token as \"Authorization: Bearer TOKEN\".`)
	rebound := problemText(403, "", "host_not_loopback", "Forbidden",
		"Without a token the admin API answers only to a loopback Host, such as localhost. Set admin.token to use another.")
	crossSite := problemText(403, "", "cross_site", "Forbidden", "The admin API takes no changes from pages of other sites.")
	rows := []struct{ name, token, request, want string }{
		{"no token needed for health", "s3cret", "GET /healthz", ok},
		{"no token needed for readiness", "s3cret", "GET /readyz", "200\n" + plain + "\nready\n"},
		{"the token is missing", "s3cret", "GET /metrics", unauthorized},
		{"the token is right", "s3cret", "GET /metrics\nAuthorization: Bearer s3cret", up},
		{"RFC 9110 11.1 the scheme in any case", "s3cret", "GET /metrics\nAuthorization: bearer s3cret", up},
		{"the token is wrong", "s3cret", "GET /metrics\nAuthorization: Bearer s3creT", unauthorized},
		{"the token is a beginning", "s3cret", "GET /metrics\nAuthorization: Bearer s3cre", unauthorized},
		{"the token has more", "s3cret", "GET /metrics\nAuthorization: Bearer s3cret1", unauthorized},
		{"the token is empty", "s3cret", "GET /metrics\nAuthorization: Bearer ", unauthorized},
		{"another scheme", "s3cret", "GET /metrics\nAuthorization: Basic s3cret", unauthorized},
		{"a purge without the token", "s3cret", purge + all, unauthorized},
		{"a profile without the token", "s3cret", "GET /debug/pprof/heap", unauthorized},
		{"what is not there is not told without the token", "s3cret", "GET /nothing", unauthorized},
		{"with a token any Host is fine", "s3cret", "GET /metrics\nHost: gateway.example\nAuthorization: Bearer s3cret", up},
		{"no token configured, any Authorization", "", "GET /metrics\nAuthorization: Bearer x", up},
		{"rebinding", "", "GET /metrics\nHost: evil.example:9901", rebound},
		{"rebinding, a purge", "", purge + "\nHost: evil.example:9901" + all, rebound},
		{"rebinding, health", "", "GET /healthz\nHost: evil.example", rebound},
		{"a name that begins like loopback", "", "GET /metrics\nHost: localhost.evil.example", rebound},
		{"a name that looks like an address", "", "GET /metrics\nHost: 127.0.0.1.evil.example:9901", rebound},
		{"an address of the network", "", "GET /metrics\nHost: 10.0.0.1:9901", rebound},
		{"the unspecified address", "", "GET /metrics\nHost: 0.0.0.0:9901", rebound},
		{"no Host", "", "GET /metrics\nHost: ", rebound},
		{"localhost", "", "GET /metrics\nHost: LocalHost", up},
		{"127.0.0.0/8", "", "GET /metrics\nHost: 127.1.2.3:80", up},
		{"[::1] with a port", "", "GET /metrics\nHost: [::1]:9901", up},
		{"[::1] without one", "", "GET /metrics\nHost: [::1]", up},
		{"a page of another site", "", purge + "\nSec-Fetch-Site: cross-site" + all, crossSite},
		{"a page of another port", "", purge + "\nSec-Fetch-Site: same-site" + all, crossSite},
		{"an old browser's page of another site", "", purge + "\nOrigin: http://evil.example" + all, crossSite},
		{"another site with the token", "s3cret", purge + "\nSec-Fetch-Site: cross-site\nAuthorization: Bearer s3cret" + all, crossSite},
		{"a read from another site", "", "GET /healthz\nSec-Fetch-Site: cross-site", ok},
		{"a page of our own", "", purge + "\nSec-Fetch-Site: same-origin" + all, done},
		{"no browser", "s3cret", purge + "\nAuthorization: Bearer s3cret" + all, done},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			g := &gateway{}
			h := New(Options{Token: row.token, Gateway: g, Metrics: metrics()})
			if got := answer(h, request(t, row.request)); got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
			if purged := len(g.purges) > 0; purged != (row.want == done) {
				t.Errorf("purges = %v", g.purges)
			}
		})
	}
}

// broken is a body that ends too early.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestABodyThatDoesNotArrive(t *testing.T) {
	h := New(Options{Gateway: &gateway{}, Metrics: metrics()})
	r := request(t, "POST /api/purge\nContent-Type: application/json")
	r.Body = io.NopCloser(broken{})
	want := problemText(400, "", "invalid_purge", "Invalid purge", "The body did not arrive whole.")
	if got := answer(h, r); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPurgeFailuresAreLoggedNotTold(t *testing.T) {
	var log bytes.Buffer
	g := &gateway{err: errors.New("10.0.0.1: refused")}
	h := New(Options{Gateway: g, Metrics: metrics(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	got := answer(h, request(t, "POST /api/purge\nContent-Type: application/json\n\n"+`{"tag":"a"}`))
	want := problemText(500, "", "purge_failed", "Purge failed", "The purge failed; the gateway's log says why.")
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if !strings.Contains(log.String(), `level=ERROR msg="purge failed" kind=tag error="10.0.0.1: refused"`) {
		t.Errorf("log = %s", log.String())
	}
}
