package cache

import (
	"hash/maphash"
	"runtime"
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

// get looks a key up and on a miss stores a body of that size. It tells whether
// it was a hit. Like a request that waits for its network it lets others run:
// ristretto loses most touches of a loop that never does.
func (h *shelf) get(key string, size int, vary ...string) bool {
	runtime.Gosched()
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

// sums are the bytes that ristretto counts, and those that it should.
func (h *shelf) sums() (told, held int64) {
	p := h.store.policy
	return p.maxCost - p.cache.RemainingCost(), h.store.Stats().Bytes - p.window.size()
}

// within checks the budget's last word.
func (h *shelf) within() {
	if s := h.store.Stats(); s.Bytes > s.Budget*hardShare/100 {
		h.Errorf("%d bytes of a budget of %d", s.Bytes, s.Budget)
	}
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
