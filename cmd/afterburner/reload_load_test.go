package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// traffic asks again and again, by several clients that keep their connections.
type traffic struct {
	stop    context.CancelFunc
	clients sync.WaitGroup

	mu       sync.Mutex
	requests int
	failed   []string
	slowest  time.Duration
}

// newTraffic asks for what uri says; every answer must be the origin's document.
func newTraffic(t *testing.T, url string, clients int, uri func(client, i int) string) *traffic {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	l := &traffic{stop: stop}
	for n := range clients {
		l.clients.Go(func() { l.client(ctx, url, func(i int) string { return uri(n, i) }) })
	}
	t.Cleanup(func() { l.end(t) })
	return l
}

func (l *traffic) client(ctx context.Context, url string, uri func(i int) string) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	for i := 0; ctx.Err() == nil; i++ {
		target := uri(i)
		began := time.Now()
		got, err := tryAsk(context.WithoutCancel(ctx), client, "GET", url+target, "")
		l.note(time.Since(began), verdict(target, got, err))
	}
}

// verdict is empty for the right answer.
func verdict(target string, got answer, err error) string {
	switch {
	case err != nil:
		return fmt.Sprintf("%s: %v", target, err)
	case got.StatusCode != 200 || got.body != string(document(target)):
		return fmt.Sprintf("%s: %s %.80q", target, got.Status, got.body)
	}
	return ""
}

func (l *traffic) note(took time.Duration, failure string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	l.slowest = max(l.slowest, took)
	if failure != "" && len(l.failed) < 10 {
		l.failed = append(l.failed, failure)
	}
}

// end stops asking and reports what failed.
func (l *traffic) end(t *testing.T) {
	t.Helper()
	l.stop()
	l.clients.Wait()
	for _, failure := range l.failed {
		t.Error("failed under load:", failure)
	}
	l.failed = nil
}

// figure reads a metric without labels.
func (p *process) figure(name string) float64 {
	p.t.Helper()
	text := ask(p.t, "GET", p.admin+"/metrics", "").body
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
	if found == nil {
		p.t.Fatalf("/metrics has no %s", name)
	}
	value, err := strconv.ParseFloat(found[1], 64)
	must(p.t, err)
	return value
}

// heap is what is alive after a garbage collection, in bytes.
func (p *process) heap() float64 {
	p.t.Helper()
	ask(p.t, "GET", p.admin+"/debug/pprof/heap?gc=1", "")
	return p.figure("go_memstats_heap_alloc_bytes")
}

// openConnections counts those that are open to a server now.
func openConnections(o *origin) *atomic.Int64 {
	var open atomic.Int64
	o.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
	return &open
}

// reloads is how many a loaded test does.
func reloads() int {
	if len(raceFlag) > 0 {
		return 30
	}
	return 100
}

// Of a hundred reloads under load a third are broken files, a third add routes
// and upstreams, a third remove them: no request fails, and nothing is left.
func TestAHundredReloadsUnderLoad(t *testing.T) {
	api, extra := newStillOrigin(t), newStillOrigin(t)
	open := openConnections(extra)
	api.Start()
	extra.Start()
	base := fmt.Sprintf(`
telemetry: { access_log: { format: off } }
upstreams: { api: { targets: [%q] }, %%s }
routes:
  - { path: /, upstream: api }
`, api.URL)
	plain := strings.Replace(base, ", %s", "", 1)
	round := func(p *process, i int) {
		text, want := plain, 200
		switch i % 3 {
		case 0:
			text, want = strings.Replace(plain, "upstream: api", "upstream: apo", 1), 422
		case 1:
			text = fmt.Sprintf(base, fmt.Sprintf("extra%d: { targets: [%q] }", i, extra.URL)) + fmt.Sprintf(`
  - { path: /extra/, upstream: extra%d, cache: { mode: off } }
  - { path: "/a%d/{id}", upstream: api }
`, i, i%7)
		}
		p.write("afterburner.yaml", text)
		if got := p.reload(); got.StatusCode != want {
			t.Fatalf("reload %d = %s %s, want %d", i, got.Status, got.body, want)
		}
	}
	// Hits, answers that are not stored, and new ones, also under routes that come and go.
	uri := func(client, i int) string {
		return []string{"/hit", "/private", fmt.Sprintf("/extra/%d", i%3), fmt.Sprintf("/a%d/%d", i%7, client), fmt.Sprintf("/miss?%d.%d", client, i%500)}[i%5]
	}

	p := start(t, map[string]string{"afterburner.yaml": plain})
	warm := newTraffic(t, p.url, 4, uri)
	for i := range 9 {
		round(p, i)
	}
	eventually(t, "every URI was asked for", func() bool { warm.mu.Lock(); defer warm.mu.Unlock(); return warm.requests > 3_000 })
	warm.end(t)
	settled := func() float64 {
		eventually(t, "no connection to an upstream that is gone", func() bool { return open.Load() == 0 })
		eventually(t, "no request runs", func() bool { return p.figure("http_server_active_requests") == 0 })
		return p.figure("go_goroutines")
	}
	goroutines, heap := settled(), p.heap()

	began := time.Now()
	l := newTraffic(t, p.url, 4, uri)
	for i := range reloads() {
		round(p, i)
	}
	round(p, 2)
	took := time.Since(began)
	l.end(t)
	settled()
	eventually(t, "the goroutines are as many as before", func() bool { return settled() <= goroutines })
	const more = 4 << 20
	eventually(t, "the memory returns", func() bool { return p.heap() < heap+more })
	t.Logf("%d reloads in %v, %d requests meanwhile, the slowest %v; goroutines %v before, %v after; heap %.1f and %.1f MiB",
		reloads(), took.Round(time.Millisecond), l.requests, l.slowest.Round(time.Millisecond),
		goroutines, p.figure("go_goroutines"), heap/(1<<20), p.heap()/(1<<20))
}

// manyRoutes is a file with n routes of the shapes that files have.
func manyRoutes(api, version string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
telemetry: { access_log: { format: off } }
upstreams: { api: { targets: [%q] } }
defaults: { headers: { response: { set: { X-Version: %q } } } }
routes:
  - { path: "/", upstream: api }
`, api, version)
	for i := 1; i < n; i++ {
		shape := []string{"/r%d", "/r%d/{id}", "/r%d/{id}/parts/{rest...}", "/r%d/list/"}[i%4]
		fmt.Fprintf(&b, "  - name: resource-%d\n    path: %q\n    methods: [GET]\n    upstream: api\n    cache: { ttl: 30s }\n",
			i, fmt.Sprintf(shape, i))
	}
	return b.String()
}

// The file of a large API: checked and taken over within a second each, and hits
// go on meanwhile. The bounds leave room for a machine that does other things.
func TestTenThousandRoutes(t *testing.T) {
	routes, bound := 10_000, 3*time.Second
	if len(raceFlag) > 0 { // ten times slower, and its figures say nothing
		routes, bound = 2_000, 20*time.Second
	}
	api := newOrigin(t)
	file := written(t, manyRoutes(api.URL, "many", routes))
	began := time.Now()
	if p := launch(t, nil, "check", "--config", file); p.wait() != 0 || p.stdout.String() != fmt.Sprintf("%s is valid: %d routes, 1 upstream\n", file, routes) {
		t.Fatalf("check: %s%s", p.stdout, p.stderr)
	}
	checked := time.Since(began)

	p := start(t, map[string]string{"afterburner.yaml": manyRoutes(api.URL, "few", 1)})
	askUntilHit(t, p.url+"/hit")
	pace := time.NewTicker(time.Millisecond) // hits alone could take the whole machine
	t.Cleanup(pace.Stop)                     // after the clients have ended
	l := newTraffic(t, p.url, 2, func(int, int) string {
		<-pace.C
		return "/hit"
	})
	took := time.Hour
	for _, version := range []string{"many", "more", "most"} {
		p.write("afterburner.yaml", manyRoutes(api.URL, version, routes))
		began = time.Now()
		if got := p.reload(); got.StatusCode != 200 {
			t.Fatalf("POST /api/reload = %s %.300s", got.Status, got.body)
		}
		took = min(took, time.Since(began)) // others use the machine, too
		if v := p.version(); v != version {
			t.Errorf("version %q answers, want %q", v, version)
		}
	}
	l.end(t)
	t.Logf("%d routes: check %v, reload %v; %d hits meanwhile, the slowest %v", routes,
		checked.Round(time.Millisecond), took.Round(time.Millisecond), l.requests, l.slowest.Round(time.Millisecond))
	if checked > bound || took > bound || l.slowest > bound {
		t.Errorf("check %v, reload %v, the slowest hit %v: want less than a second each, and never more than %v", checked, took, l.slowest, bound)
	}
}
