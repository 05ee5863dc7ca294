package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// two is a file with a route that never changes and one that does.
func two(api, changing string) string {
	return fmt.Sprintf(`
upstreams: { api: { targets: [%q] } }
routes:
  - { path: /kept/, upstream: api }
  - { path: /changed/, upstream: api, %s }
`, api, changing)
}

// change reloads with another file.
func (p *process) change(text string) {
	p.t.Helper()
	p.write("afterburner.yaml", text)
	if got := p.reload(); got.StatusCode != 200 {
		p.t.Fatalf("POST /api/reload = %s %s", got.Status, got.body)
	}
}

// A reload empties no cache; what a changed policy would not have stored is not
// used, and is there again when the policy is.
func TestReloadKeepsWhatIsStored(t *testing.T) {
	api := newOrigin(t)
	const plain, off = "cache: { mode: rfc9111 }", "cache: { mode: off }"
	p := start(t, map[string]string{"afterburner.yaml": two(api.URL, plain)})
	askUntilHit(t, p.url+"/kept/1")
	askUntilHit(t, p.url+"/changed/1")
	status := func(path string) string { return ask(t, "GET", p.url+path, "").Header.Get("Cache-Status") }
	p.change(two(api.URL, off))
	for range 2 {
		if got := status("/kept/1"); !strings.HasPrefix(got, "afterburner; hit; ttl=") {
			t.Errorf("the unchanged route after the reload: %s, want a hit", got)
		}
		if got := status("/changed/1"); !strings.HasPrefix(got, "afterburner; fwd=bypass") {
			t.Errorf("the changed route with mode off: %s, want a bypass", got)
		}
	}
	p.change(two(api.URL, plain))
	before := api.requests.Load()
	if got := status("/changed/1"); !strings.HasPrefix(got, "afterburner; hit; ttl=") {
		t.Errorf("the changed route as it was before: %s, want a hit", got)
	}
	if n := api.requests.Load(); n != before {
		t.Error("the origin was asked")
	}
}

// connections counts those that clients opened to a server.
func connections(o *origin) *atomic.Int64 {
	var n atomic.Int64
	o.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			n.Add(1)
		}
	}
	return &n
}

// Pools of unchanged upstreams stay; that of a changed one is left at once.
func TestReloadKeepsConnections(t *testing.T) {
	api, other := newStillOrigin(t), newStillOrigin(t)
	n, m := connections(api), connections(other)
	api.Start()
	other.Start()
	file := func(timeout, more string) string {
		return fmt.Sprintf(`
upstreams:
  api: { targets: [%q] }
  other: { targets: [%q], timeout: { response: %s } }
routes:
  - { path: /, upstream: api }
  - { path: /other/, upstream: other, cache: { mode: off } }
  %s
`, api.URL, other.URL, timeout, more)
	}
	p := start(t, map[string]string{"afterburner.yaml": file("30s", "")})
	both := func() {
		ask(t, "GET", p.url+"/private", "")
		ask(t, "GET", p.url+"/other/x", "")
	}
	both()
	p.change(file("30s", "- { path: /more, upstream: api }"))
	both()
	if n.Load() != 1 || m.Load() != 1 {
		t.Errorf("%d and %d connections to unchanged upstreams, want 1 each", n.Load(), m.Load())
	}
	p.change(file("31s", ""))
	both()
	if n.Load() != 1 || m.Load() != 2 {
		t.Errorf("%d connections to the unchanged and %d to the changed upstream, want 1 and 2", n.Load(), m.Load())
	}
}

// What runs finishes on what it began with, and who joins a flight of before is
// not given an answer that his own configuration would not give.
func TestReloadWhileRequestsRun(t *testing.T) {
	first, second := newOrigin(t), newOrigin(t)
	p := start(t, map[string]string{"afterburner.yaml": versioned(first.URL, "1", "")})
	leader := inBackground(t, p.url+"/held")
	<-first.reached
	follower := inBackground(t, p.url+"/held")
	p.active(2)
	p.change(versioned(second.URL, "2", ""))
	late := inBackground(t, p.url+"/held")
	<-second.reached
	close(first.release)
	for who, c := range map[string]<-chan answer{"leader": leader, "follower": follower} {
		got := <-c
		if got.body != string(document("/held")) || got.Header.Get("X-Version") != "1" {
			t.Errorf("the %s got %.60q, version %q; want the document by the configuration it began with", who, got.body, got.Header.Get("X-Version"))
		}
	}
	close(second.release)
	if got := <-late; got.body != string(document("/held")) || got.Header.Get("X-Version") != "2" {
		t.Errorf("who came after the reload got %.60q, version %q", got.body, got.Header.Get("X-Version"))
	}
	if first.requests.Load() != 1 || second.requests.Load() != 1 {
		t.Errorf("%d and %d requests reached the origins, want one each", first.requests.Load(), second.requests.Load())
	}
}

// A limit that is read with each request holds for the next one, also on a
// connection that was open before.
func TestReloadChangesTheTimeForABody(t *testing.T) {
	api := newOrigin(t)
	file := func(timeout string) string {
		return versioned(api.URL, timeout, "limits: { request_timeout: "+timeout+" }")
	}
	p := start(t, map[string]string{"afterburner.yaml": file("1h")})
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	must(t, err)
	defer c.Close()
	answers := bufio.NewReader(c)
	next := func(request string) int {
		t.Helper()
		_, err := c.Write([]byte(request))
		must(t, err)
		got, err := http.ReadResponse(answers, nil)
		must(t, err)
		_, err = io.Copy(io.Discard, got.Body)
		must(t, err)
		return got.StatusCode
	}
	if status := next("POST /private HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"); status != 200 {
		t.Fatalf("a whole body gets %d, want 200", status)
	}
	p.change(file("50ms"))
	if status := next("POST /private HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na"); status != 408 {
		t.Errorf("a body that stops gets %d, want 408 after 50ms", status)
	}
}

// active waits until so many requests run.
func (p *process) active(n int) {
	p.t.Helper()
	line := fmt.Sprintf("\nhttp_server_active_requests %d\n", n)
	eventually(p.t, "/metrics has"+line, func() bool {
		return strings.Contains(ask(p.t, "GET", p.admin+"/metrics", "").body, line)
	})
}
