package test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// hammerWorkers ask and disturb at once; the store holds a part of what they ask
// for.
const (
	hammerWorkers = 64
	hammerMemory  = 2 << 20
)

// While answers are changed, purged, softened, evicted, run out, are refreshed and
// confirmed, each is the right resource, variant and principal, and not older than
// the last purge that was acknowledged (invariants 1 and 3).
func TestHammer(t *testing.T) {
	warmUp(t, newSockets(t))
	hammer(t, 1, 4*time.Second)
}

// hammering is one run.
type hammering struct {
	chaosRun
	gate      *chaosGate
	origin    *hammerOrigin
	resources []*resource
	client    *http.Client
	longest   atomic.Int64 // that an answer was under way, in nanoseconds
	tries     atomic.Int64
}

func hammer(t *testing.T, seed uint64, length time.Duration) {
	h := &hammering{origin: &hammerOrigin{at: make(map[string]*resource)}}
	h.seed, h.count = seed, make(map[string]int)
	families := hammerFamilies()
	for i := range families {
		for n := range hammerKeys {
			r := &resource{family: &families[i], number: n}
			h.resources = append(h.resources, r)
			h.origin.at[r.path()] = r
		}
	}
	api := httptest.NewServer(h.origin)
	defer api.Close()
	h.gate = newChaosGate(t, strings.ReplaceAll(hammerConfig, "{API}", api.URL), hammerMemory)
	h.url = "http://" + h.gate.listener.Addr().String()
	transport := &http.Transport{MaxIdleConnsPerHost: hammerWorkers, DisableCompression: true,
		DialContext: (&net.Dialer{Timeout: hung}).DialContext}
	h.client = &http.Client{Transport: transport, Timeout: hung}

	end := time.Now().Add(length)
	var crew sync.WaitGroup
	for n := range uint64(hammerWorkers) {
		crew.Go(func() {
			w := &hammerWorker{h, rand.New(rand.NewPCG(seed, n)), make(map[string]string)}
			for time.Now().Before(end) {
				w.act()
			}
		})
	}
	crew.Wait()
	transport.CloseIdleConnections()
	h.gate.close(t)
	h.told(t)
}

// told fails for each fault, and where too little happened to mean anything.
func (h *hammering) told(t *testing.T) {
	t.Helper()
	t.Logf("seed %d: %d requests; the origin sent %d answers and confirmed %d; the longest was under way for %v; %s", h.seed,
		h.tries.Load(), h.origin.answered.Load(), h.origin.confirmed.Load(), time.Duration(h.longest.Load()), counts(h.count))
	for _, err := range h.faults[:min(len(h.faults), 20)] {
		t.Error(err)
	}
	if n := len(h.faults); n > 20 {
		t.Errorf("and %d more", n-20)
	}
	for _, what := range []string{"hit", "hit stale", "stored", "confirmed", "collapsed", "not modified",
		"changed", "purged by url", "purged by prefix", "purged by tag"} {
		if h.count[what] == 0 {
			t.Errorf("nothing was %s: the run says little", what)
		}
	}
}

// hammerWorker does one thing after the other.
type hammerWorker struct {
	*hammering
	random *rand.Rand
	seen   map[string]string // the entity tag that was last seen, by request
}

// act does one thing to one resource; low numbers are the popular ones.
func (w *hammerWorker) act() {
	number := min(int(w.random.ExpFloat64()*hammerKeys/10), hammerKeys-1)
	family := w.random.IntN(len(w.resources) / hammerKeys)
	r := w.resources[family*hammerKeys+number]
	soft := w.random.IntN(2) == 0
	switch n := w.random.IntN(1000); {
	case n < 40:
		r.change()
	case n < 60:
		w.post(r)
	case n < 90: // who has changed something wants to see it
		r.change()
		defer w.get(r)
		w.purge("url", soft, func(o *resource) bool { return o == r }, func() error { return w.gate.gateway.PurgeURL(r.path(), soft) })
	case n < 100:
		w.purge("tag", soft, func(o *resource) bool { return o.tag() == r.tag() }, func() error {
			w.gate.gateway.PurgeTag(fmt.Sprint("tag", r.tag()), soft)
			return nil
		})
	case n < 110:
		prefix := r.path()
		w.purge("prefix", soft, func(o *resource) bool { return strings.HasPrefix(o.path(), prefix) }, func() error {
			return w.gate.gateway.PurgePrefix(prefix, soft)
		})
	case n < 111:
		w.purge("all", soft, func(*resource) bool { return true }, func() error {
			w.gate.gateway.PurgeAll(soft)
			return nil
		})
	default:
		w.get(r)
	}
}

// purge notes the versions before it, and that none of them may come again once it
// is acknowledged.
func (w *hammerWorker) purge(kind string, soft bool, reaches func(*resource) bool, acknowledged func() error) {
	versions := make(map[*resource]int)
	for _, r := range w.resources {
		if reaches(r) {
			versions[r] = r.current()
		}
	}
	if err := acknowledged(); err != nil {
		w.report(err)
		return
	}
	for r, version := range versions {
		r.purged(version, soft)
	}
	w.did("purged by " + kind)
}

// post changes a resource by an unsafe method, which invalidates it.
func (w *hammerWorker) post(r *resource) {
	answer, err := w.client.Post(w.url+r.path(), "text/plain", strings.NewReader("new"))
	if err != nil {
		w.report(err)
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		return
	}
	version, err := strconv.Atoi(answer.Header.Get("X-Version"))
	if err != nil {
		w.report(fmt.Errorf("POST %s: %w", r.path(), err))
		return
	}
	r.purged(version, false)
	w.did("changed")
}

// get asks, sometimes with a condition or for something new, and judges.
func (w *hammerWorker) get(r *resource) {
	a := r.ask(w.random)
	request, err := http.NewRequest(http.MethodGet, w.url+r.path(), nil)
	if err != nil {
		w.report(err)
		return
	}
	request.Header.Set("Accept-Language", a.language)
	if a.principal != "-" && r.family.credential != "" {
		request.Header.Set(r.family.credential, a.principal)
	} else if a.principal != "-" {
		request.Header.Set("Cookie", "session="+a.principal)
	}
	name := r.path() + a.language + a.principal
	if seen := w.seen[name]; seen != "" && w.random.IntN(4) == 0 {
		request.Header.Set("If-None-Match", seen)
	}
	if w.random.IntN(30) == 0 {
		a.newest = true
		request.Header.Set("Cache-Control", "no-cache")
	}
	etag, status, err := w.fetch(request)
	took := time.Since(a.at)
	for old := w.longest.Load(); int64(took) > old && !w.longest.CompareAndSwap(old, int64(took)); old = w.longest.Load() {
	}
	if err == nil && etag != "" {
		err = a.judge(etag, status, time.Second+2*time.Duration(w.longest.Load()))
		w.seen[name] = etag
	}
	if err != nil {
		w.report(fmt.Errorf("GET %s by %s in %s (%s): %w", r.path(), a.principal, a.language, status, err))
	}
}

// fetch returns the entity tag of an answer whose body belongs to it; none of the
// origin's own failures.
func (w *hammerWorker) fetch(request *http.Request) (etag, status string, err error) {
	w.tries.Add(1)
	answer, err := w.client.Do(request)
	if err != nil {
		return "", "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	status, etag = answer.Header.Get("Cache-Status"), answer.Header.Get("ETag")
	switch {
	case err != nil:
		return "", status, err
	case answer.StatusCode == http.StatusServiceUnavailable && strings.Contains(status, "fwd-status=503"):
		w.did("failed")
		return "", status, nil
	case answer.StatusCode == http.StatusNotModified:
		w.did("not modified")
	case answer.StatusCode != http.StatusOK:
		return "", status, fmt.Errorf("status %d", answer.StatusCode)
	case string(body) != hammerBody(etag):
		return "", status, fmt.Errorf("the body is not that of %s: %.60q", etag, body)
	}
	w.classify(status)
	return etag, status, nil
}

// classify counts what the cache did.
func (w *hammerWorker) classify(status string) {
	for _, sign := range []struct{ part, what string }{
		{"detail=stale_if_error", "stood in"}, {"collapsed", "collapsed"}, {"fwd-status=304", "confirmed"},
		{"stored", "stored"}, {"detail=stale", "hit stale"}, {"hit", "hit"}, {"", "passed"},
	} {
		if strings.Contains(status, sign.part) {
			w.did(sign.what)
			return
		}
	}
}
