package cache

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

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
	for asked := 0; !h.get(popular, memory/8); asked++ {
		if asked == 100 {
			t.Fatal("a popular object larger than the free room of a full store is never stored")
		}
		for range 200 { // others ask for it too
			h.store.policy.touch(maphash.String(h.store.seed, popular))
		}
		h.rest()
		h.within()
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

func TestPolicyAttachedCodingsAreCounted(t *testing.T) {
	h := newShelf(t, 4<<20)
	h.get("http://h/a", 1000)
	a := h.store.Lookup(h.request("http://h/a", nil), h.rules, h.now, false)
	h.store.Coded(a.Object, "gzip", func() (*Form, bool) { return &Form{Body: make([]byte, 300)}, true })
	h.agree()
}

func TestPolicyAuditRepairs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newShelf(t, 4<<20)
		for i := range 600 {
			h.get(fmt.Sprint("http://h/", i), 4000)
		}
		h.rest()
		p, lost := h.store.policy, 0
		for id := range h.census().offered { // an orphan each, as a fault would make it
			if lost++; lost <= 100 {
				p.cache.Del(id)
			}
		}
		ghost := &cell{id: 12345, slot: &slot{key: "http://h/ghost"}}
		p.cache.Set(ghost.id, ghost, p.maxCost/10)
		time.Sleep(3 * auditEvery)
		if ghosts := h.agree(); ghosts != 1 {
			t.Errorf("%d ghosts, want the one, without weight", ghosts)
		}
		if told, held := h.sums(); told != held+1 {
			t.Errorf("ristretto counts %d bytes, the index %d", told, held)
		}
	})
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
	synctest.Test(t, func(t *testing.T) { // it fails if one is left
		h := newShelf(t, 1<<20)
		for i := range 1000 {
			h.get(fmt.Sprint("http://h/", i), 3000)
		}
		late := h.store.Lookup(h.request("http://h/late", nil), h.rules, h.now, false)
		h.store.Close()
		h.store.Close()
		h.fill(late, 100, nil)
		if h.has("http://h/late") {
			t.Error("a flight that ended after Close was stored")
		}
	})
}
