//go:build !race

package cache

// Not under the race detector, which multiplies the memory of everything.

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"
)

// Keys that come once, of 1 KiB each, fill a store of 256 MiB and then some:
// its count and the process's memory stay where they should (invariant 4).
func TestFlood(t *testing.T) { flood(t, 250_000) }

func flood(t *testing.T, keys int) {
	const memory, limit = 256 << 20, 400 << 20
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // as serve does for such a store
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memory + memory/5 + 64<<20))
	h := newShelf(t, memory)
	random := rand.New(rand.NewPCG(11, 11))
	var most uint64
	for i := range keys {
		h.get(fmt.Sprintf("http://example.com/products/%016x", random.Uint64()), 1<<10)
		if i%(keys/50) == 0 {
			h.within()
			most = max(most, memoryInUse())
		}
	}
	most = max(most, memoryInUse())
	s := h.store.Stats()
	t.Logf("%d entries, %d MiB counted, at most %d MiB in use", s.Entries, s.Bytes>>20, most>>20)
	if most > limit {
		t.Errorf("%d MiB were in use, want at most %d", most>>20, limit>>20)
	}
	if s.Bytes < memory*8/10 {
		t.Errorf("only %d MiB of %d are used", s.Bytes>>20, memory>>20)
	}
}

// memoryInUse is what the runtime holds of the system's memory.
func memoryInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

// An object of 1 KiB takes little beside its body and head.
func TestOverheadPerObject(t *testing.T) {
	const objects, body, most = 50_000, 1 << 10, 700
	empty := newShelf(t, 128<<20)
	before := heapBytes()
	h := newShelf(t, 128<<20)
	fixed := heapBytes() - before
	for i := range objects {
		h.get(fmt.Sprintf("http://example.com/products/%08d", i), body)
	}
	h.rest()
	entries := h.store.Stats().Entries
	overhead := (heapBytes()-before-fixed)/entries - body
	t.Logf("%d bytes for each of %d objects, beside %d of body", overhead, entries, body)
	if overhead > most {
		t.Errorf("an object takes %d bytes beside its body, want at most %d", overhead, most)
	}
	runtime.KeepAlive(empty)
}
