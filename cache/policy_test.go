package cache

import (
	"container/list"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// shelf is a store with what tests do to it.
type shelf struct {
	testing.TB
	store *Store
	rules *Policy
	now   time.Time
}

func newShelf(t testing.TB, memory int64) *shelf {
	t.Helper()
	s, err := New(Options{Memory: memory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &shelf{t, s, &Policy{MaxObject: memory, Wait: time.Minute, Fingerprint: 1}, time.Now()}
}

// get looks a key up; on a miss it stores a body of that size when fill says so.
// It tells whether it was a hit.
func (h *shelf) get(key string, size int, vary ...string) bool {
	return h.fill(h.store.Lookup(h.request(key, vary), h.rules, h.now, false), size, vary)
}

// refresh stores the key anew, whatever is there.
func (h *shelf) refresh(key string, size int, vary ...string) {
	req := h.request(key, vary)
	req.Fields = append(req.Fields, [2]string{"Cache-Control", "no-cache"})
	h.fill(h.store.Lookup(req, h.rules, h.now, true), size, vary)
}

func (h *shelf) request(key string, vary []string) *Request {
	req := &Request{Method: "GET", Key: key}
	for _, value := range vary {
		req.Fields = append(req.Fields, [2]string{"Accept-Language", value})
	}
	return req
}

func (h *shelf) fill(a Answer, size int, vary []string) bool {
	switch a.Word {
	case Hit:
		return true
	case Lead, Alone:
		v := Verdict{Lifetime: time.Hour, Received: h.now, Explicit: true}
		if len(vary) > 0 {
			v.Vary = []string{"accept-language"}
		}
		a.Fill.Head(&Response{Status: 200, Length: int64(size), Verdict: v})
		a.Fill.Chunk(make([]byte, size)) // after Close there is nobody to write for
		a.Fill.Done(nil)
	}
	if a.Reader != nil {
		a.Reader.Leave()
	}
	return false
}

// has tells whether a key is stored, without telling the policy.
func (h *shelf) has(key string) bool {
	hash := maphash.String(h.store.seed, key)
	return h.store.search(h.store.index.shard(hash).find(hash, key), h.request(key, nil), h.rules, h.now).Word == Hit
}

// rest waits until the policy's goroutine has nothing to do and ristretto has
// judged all that it was offered.
func (h *shelf) rest() {
	p, idle := h.store.policy, make(chan struct{})
	p.overflow()
	p.jobs <- func() { close(idle) }
	<-idle
	for range 3 { // a false rejection sets once more
		p.cache.Wait()
	}
}

// census is what a walk of the whole index finds.
type census struct {
	bytes, window, entries int64
	offered                map[uint64]*cell
}

func (h *shelf) census() census {
	found := census{offered: make(map[uint64]*cell)}
	for i := range h.store.index.shards {
		sh := &h.store.index.shards[i]
		sh.mu.Lock()
		sh.each(func(sl *slot) {
			if sl.empty() {
				h.Errorf("slot %q is kept for nothing", sl.key)
			}
			for _, c := range sl.variants() {
				found.count(h, c)
			}
		})
		sh.mu.Unlock()
	}
	return found
}

func (n *census) count(h *shelf, c *cell) {
	want := tombstoneCost(c)
	if o := c.object.Load(); o != nil {
		n.entries++
		want = o.size() + entryOverhead
	}
	if c.cost != want {
		h.Errorf("%q counts %d bytes, want %d", c.slot.key, c.cost, want)
	}
	n.bytes += want
	switch {
	case c.place == inWindow:
		n.window += want
	case c.place != offered:
		h.Errorf("%q is in the index with place %d", c.slot.key, c.place)
	case n.offered[c.id] != nil:
		h.Errorf("%q shares its id", c.slot.key)
	default:
		n.offered[c.id] = c
	}
}

// agree compares the counts with a walk of the index, and what ristretto holds
// with what the index holds. It returns how many ghosts there are.
func (h *shelf) agree() (ghosts int) {
	h.Helper()
	h.rest()
	n, p := h.census(), h.store.policy
	if got := h.store.Stats(); got.Bytes != n.bytes || got.Entries != n.entries {
		h.Errorf("Stats say %d bytes and %d entries, the index holds %d and %d", got.Bytes, got.Entries, n.bytes, n.entries)
	}
	if got := p.window.size(); got != n.window || got > p.window.limit {
		h.Errorf("the window says %d of %d bytes, its cells have %d", got, p.window.limit, n.window)
	}
	known := make(map[*cell]bool)
	p.cache.IterValues(func(c *cell) bool {
		known[c] = true
		if c != nil && n.offered[c.id] != c {
			ghosts++
		}
		return false
	})
	for _, c := range n.offered {
		if !known[c] {
			h.Errorf("orphan: ristretto does not know %q", c.slot.key)
		}
	}
	return ghosts
}

// within checks the budget's last word.
func (h *shelf) within() {
	if s := h.store.Stats(); s.Bytes > s.Budget*hardShare/100 {
		h.Errorf("%d bytes of a budget of %d", s.Bytes, s.Budget)
	}
}

func TestPolicyFloodStaysWithinBudget(t *testing.T) {
	h := newShelf(t, 4<<20)
	var flood sync.WaitGroup
	for seed := range uint64(4) {
		flood.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			for range 8000 {
				h.get(fmt.Sprint("http://h/", random.Uint64()), 100+random.IntN(20_000))
				h.within()
			}
		})
	}
	flood.Wait()
	if ghosts := h.agree(); ghosts != 0 {
		t.Errorf("%d ghosts, want none where nothing is stored twice", ghosts)
	}
	if s := h.store.Stats(); s.Bytes < s.Budget*85/100 {
		t.Errorf("only %d of %d bytes are used after a flood", s.Bytes, s.Budget)
	}
}

// hotRatio asks for a hot set with a flood of keys that come once between.
func hotRatio(t *testing.T, scan int) float64 {
	h := newShelf(t, 8<<20)
	random := rand.New(rand.NewPCG(7, 7))
	hits, asked, once := 0, 0, 0
	for i := range 40_000 {
		hit := h.get(fmt.Sprint("http://h/hot/", random.IntN(1000)), 4000)
		if i >= 10_000 {
			asked++
			if hit {
				hits++
			}
		}
		for range scan {
			once++
			h.get(fmt.Sprint("http://h/once/", once), 4000)
		}
	}
	return float64(hits) / float64(asked)
}

func TestPolicyHotSetSurvivesScan(t *testing.T) {
	quiet, flooded := hotRatio(t, 0), hotRatio(t, 3)
	t.Logf("hit ratio of the hot set: %.3f without, %.3f with a scan", quiet, flooded)
	if flooded < quiet*0.9 {
		t.Errorf("the scan cost too much: %.3f, without it %.3f", flooded, quiet)
	}
}

// lru is the plain thing to compare with.
type lru struct {
	room, size int
	order      *list.List
	at         map[string]*list.Element
}

func (l *lru) get(key string) bool {
	if e := l.at[key]; e != nil {
		l.order.MoveToFront(e)
		return true
	}
	l.at[key] = l.order.PushFront(key)
	if l.order.Len()*l.size > l.room {
		delete(l.at, l.order.Remove(l.order.Back()).(string))
	}
	return false
}

func TestPolicyZipfAgainstLRU(t *testing.T) {
	const memory, size, asked = 8 << 20, 4000, 150_000
	h := newShelf(t, memory)
	plain := &lru{memory, size + entryOverhead, list.New(), make(map[string]*list.Element)}
	zipf := rand.NewZipf(rand.New(rand.NewPCG(3, 3)), 1.01, 1, 50_000)
	ours, theirs := 0, 0
	for range asked {
		key := fmt.Sprint("http://h/", zipf.Uint64())
		if h.get(key, size) {
			ours++
		}
		if plain.get(key) {
			theirs++
		}
	}
	t.Logf("Zipf hit ratio: %.3f, LRU %.3f", float64(ours)/asked, float64(theirs)/asked)
	if ours < theirs {
		t.Errorf("%d hits of %d, a plain LRU has %d", ours, asked, theirs)
	}
}

func TestPolicyLargeObjects(t *testing.T) {
	const memory = 4 << 20
	h := newShelf(t, memory)
	h.get("http://h/large", memory/10)
	if !h.has("http://h/large") {
		t.Error("an object larger than the window is not stored at once in an empty store")
	}
	if h.get("http://h/huge", memory-1000); h.has("http://h/huge") {
		t.Error("an object larger than ristretto's share is stored")
	}
	h.agree()
	for i := range 3000 {
		h.get(fmt.Sprint("http://h/", i), 4000)
	}
	h.rest()
	const popular = "http://h/popular"
	for range 100 {
		h.get(popular, memory/8)
		h.within()
		h.rest()
	}
	if !h.get(popular, memory/8) {
		t.Error("a popular object larger than the free room of a full store is never stored")
	}
	h.agree()
}

func TestPolicyRefreshesThatGrowDoNotLock(t *testing.T) {
	h := newShelf(t, 4<<20)
	for i := range 2000 {
		h.get(fmt.Sprint("http://h/", i), 2000)
	}
	for i := range 2000 {
		h.refresh(fmt.Sprint("http://h/", i), 2300)
		h.within()
	}
	stored := 0
	for i := 0; stored < 200; i++ {
		if i == 1_000_000 {
			t.Fatal("nothing new is stored any more")
		}
		key := fmt.Sprint("http://h/new/", i)
		if h.get(key, 2000); h.has(key) {
			stored++
		}
	}
	h.agree()
}

func TestPolicyVariants(t *testing.T) {
	h := newShelf(t, 4<<20)
	const key = "http://h/page"
	hash := maphash.String(h.store.seed, key)
	for i := range 3 * maxVariants {
		language := fmt.Sprint("l", i)
		h.get(key, 100, language)
		if !h.get(key, 100, language) {
			t.Fatalf("variant %d is not stored", i)
		}
	}
	sl := h.store.index.shard(hash).find(hash, key)
	if got := len(sl.variants()); got != maxVariants {
		t.Errorf("%d variants, want %d", got, maxVariants)
	}
	ids := make(map[uint64]bool)
	for _, c := range sl.variants() {
		ids[c.id] = true
	}
	if len(ids) != maxVariants {
		t.Errorf("%d ids, want one for each variant", len(ids))
	}
	h.agree()
}

func TestPolicyVariantsOfferedBecomeTombstones(t *testing.T) {
	h := newShelf(t, 4<<20)
	const key = "http://h/page"
	for i := range 2 * maxVariants { // most of them larger than the window together
		h.get(key, 20_000, fmt.Sprint("l", i))
	}
	hash := maphash.String(h.store.seed, key)
	if got := len(h.store.index.shard(hash).find(hash, key).variants()); got != maxVariants {
		t.Errorf("%d variants, want %d", got, maxVariants)
	}
	if ghosts := h.agree(); ghosts != 0 {
		t.Errorf("%d ghosts, want none", ghosts)
	}
}

func TestPolicyDrop(t *testing.T) {
	h := newShelf(t, 4<<20)
	h.get("http://h/seated", 1000)
	h.get("http://h/told", 500_000)
	for _, key := range []string{"http://h/seated", "http://h/told"} {
		h.drop(key)
		if h.has(key) {
			t.Errorf("%s is found after it was dropped", key)
		}
	}
	n := h.census()
	if n.entries != 0 || len(n.offered) != 1 || n.window != 0 {
		t.Errorf("after the drops the index holds %+v, want a tombstone", n)
	}
	h.agree()
	if h.get("http://h/told", 400_000); !h.has("http://h/told") {
		t.Error("a tombstone is not refilled")
	}
	if n := h.census(); len(n.offered) != 1 {
		t.Errorf("%d cells, want the refilled one alone", len(n.offered))
	}
	h.agree()
}

// drop drops every variant of a key.
func (h *shelf) drop(key string) {
	hash := maphash.String(h.store.seed, key)
	sh := h.store.index.shard(hash)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sl := sh.find(hash, key); sl != nil {
		for _, c := range sl.variants() {
			h.store.policy.drop(c)
		}
	}
}

func TestPolicyAttachedCodingsAreCounted(t *testing.T) {
	h := newShelf(t, 4<<20)
	h.get("http://h/a", 1000)
	a := h.store.Lookup(h.request("http://h/a", nil), h.rules, h.now, false)
	h.store.Coded(a.Object, "gzip", func() (*Form, bool) { return &Form{Body: make([]byte, 300)}, true })
	h.agree()
}

func TestPolicyAuditRepairs(t *testing.T) {
	h := newShelf(t, 4<<20)
	for i := range 600 {
		h.get(fmt.Sprint("http://h/", i), 4000)
	}
	h.rest()
	p := h.store.policy
	lost := 0
	for id := range h.census().offered { // an orphan each, as a fault would make it
		if lost++; lost <= 100 {
			p.cache.Del(id)
		}
	}
	ghost := &cell{id: 12345, slot: &slot{key: "http://h/ghost"}}
	p.cache.Set(ghost.id, ghost, p.maxCost/10)
	p.audit()
	p.audit()
	if ghosts := h.agree(); ghosts != 1 {
		t.Errorf("%d ghosts, want the one, without weight", ghosts)
	}
	if told, held := p.maxCost-p.cache.RemainingCost(), h.store.Stats().Bytes-p.window.size(); told != held+1 {
		t.Errorf("ristretto counts %d bytes, the index %d", told, held)
	}
}

func TestWindowIsFirstInFirstOut(t *testing.T) {
	w := window{limit: 10}
	cells := make([]*cell, 5)
	for i := range cells {
		cells[i] = new(cell)
		w.push(cells[i], 4)
	}
	w.remove(cells[1])
	w.remove(cells[1])
	w.resize(cells[2], 6)
	var left []int
	for c := w.pop(); c != nil; c = w.pop() {
		for i := range cells {
			if cells[i] == c {
				left = append(left, i)
			}
		}
	}
	if got := fmt.Sprint(left, w.size()); got != "[0 2] 8" {
		t.Errorf("left in order, then bytes: %s, want [0 2] 8", got)
	}
	w.resize(cells[0], 9)
	w.remove(cells[4])
	w.remove(cells[3])
	if w.oldest != nil || w.newest != nil || w.size() != 0 {
		t.Errorf("an emptied window holds %+v", &w)
	}
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	s, err := New(Options{Memory: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	h := &shelf{t, s, &Policy{MaxObject: 1 << 20, Wait: time.Minute}, time.Now()}
	for i := range 1000 {
		h.get(fmt.Sprint("http://h/", i), 3000)
	}
	late := s.Lookup(h.request("http://h/late", nil), h.rules, h.now, false)
	s.Close()
	s.Close()
	h.fill(late, 100, nil)
	for range 1000 {
		if !strings.Contains(stacks(), "ristretto") && !strings.Contains(stacks(), "(*policy).run") {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("goroutines are left:\n%s", stacks())
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}
