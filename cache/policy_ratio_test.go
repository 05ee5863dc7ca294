//go:build !race

package cache

// Not under the race detector: there a sync.Pool, which ristretto gathers the
// touches in, loses most of them.

import (
	"container/list"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

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

func TestPolicyTouchAllocatesNothing(t *testing.T) {
	p := newShelf(t, 1<<20).store.policy
	if n := testing.AllocsPerRun(10_000, func() { p.touch(1) }); n != 0 {
		t.Errorf("a touch allocates %v times, want 0", n)
	}
}

func TestCountedBytesAreTheHeaps(t *testing.T) {
	empty := newShelf(t, 64<<20)
	before := heapBytes()
	h := newShelf(t, 64<<20)
	fixed := heapBytes() - before
	for i := range 30_000 {
		h.get(fmt.Sprint("http://example.com/products/", i), 1000)
	}
	h.rest()
	counted, held := h.store.Stats().Bytes, heapBytes()-before-fixed
	if ratio := float64(held) / float64(counted); ratio < 0.9 || ratio > 1.1 {
		t.Errorf("%d bytes are counted, the heap holds %d", counted, held)
	}
	runtime.KeepAlive(empty)
}

func heapBytes() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first only empties the pools
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
