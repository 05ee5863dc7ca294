package cache

import (
	"hash/maphash"
	"testing"
	"time"
)

// stored puts a response with a validator into the store.
func (h *shelf) stored(key string, tags ...string) {
	a := h.store.Lookup(h.request(key, nil), h.rules, h.now, false)
	head := h.tagged(tags...)
	head.Fields = Fields{{"ETag", `"v1"`}}
	a.Fill.Head(head)
	if err := a.Fill.Chunk([]byte("old")); err != nil {
		h.Fatal(err)
	}
	a.Fill.Done(nil)
	a.Reader.Leave()
}

// confirm ends a flight by a 304 that brings the tags.
func (h *shelf) confirm(a Answer, tags ...string) {
	r := h.tagged(tags...)
	r.Fields = Fields{{"ETag", `"v1"`}}
	r.Tags.told = len(tags) > 0
	a.Fill.Validated(r, func(_ string, lines []byte) []byte { return lines })
}

// Invariant 3: what a 304 confirms was fetched before the flight began, so a hard
// purge that reaches what was stored reaches what is confirmed, too.
func TestPurgeWhileTheOriginConfirms(t *testing.T) {
	for name, purge := range map[string]func(*Store){
		"by URL":                          func(s *Store) { s.PurgeURL("h/p", false) },
		"by a tag that it has no more":    func(s *Store) { s.PurgeTag("old", false) },
		"by a tag that it has since then": func(s *Store) { s.PurgeTag("new", false) },
		"all":                             func(s *Store) { s.PurgeAll(false) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newShelf(t, 1<<20)
			h.stored("http://h/p", "old")
			h.now = h.now.Add(2 * time.Hour)
			a := h.store.Lookup(h.request("http://h/p", nil), h.rules, h.now, false)
			if a.Word != Lead || a.Flight.Stale() == nil {
				t.Fatalf("word %d, stale %v", a.Word, a.Flight.Stale())
			}
			purge(h.store)
			h.confirm(a, "new")
			a.Reader.Leave()
			if h.has("http://h/p") {
				t.Error("what was purged is a hit again")
			}
		})
	}
}

// The purge may also come between the search without a lock and the claim.
func TestPurgeBetweenSearchAndRefresh(t *testing.T) {
	h := newShelf(t, 1<<20)
	h.stored("http://h/p")
	req := h.request("http://h/p", nil)
	sh := h.store.index.shard(maphash.String(h.store.seed, req.Key))
	sl := sh.find(maphash.String(h.store.seed, req.Key), req.Key)
	stale := h.store.search(sl, req, h.rules, h.now)
	stale.Word = HitStale
	h.store.PurgeAll(false)
	a := h.store.refresh(sh, claim{req, h.rules, h.now, false}, stale)
	if a.Flight != nil && a.Flight.Stale() != nil {
		h.confirm(a)
	}
	if h.has("http://h/p") {
		t.Error("what was purged is a hit again")
	}
}
