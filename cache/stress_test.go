package cache

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// TestStressNoOrphanNoGhost mixes all that is done to a store, on many
// goroutines, and then compares the index, our counts and ristretto's.
func TestStressNoOrphanNoGhost(t *testing.T) {
	h := newShelf(t, 4<<20)
	var crew sync.WaitGroup
	for seed := range uint64(8) {
		crew.Go(func() {
			random := rand.New(rand.NewPCG(seed, 99))
			for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
				h.disturb(random)
				h.within()
			}
		})
	}
	crew.Wait()
	ghosts := h.agree()
	told, held := h.sums()
	t.Logf("%+v, %d ghosts, ristretto counts %d bytes, the index %d", h.store.Stats(), ghosts, told, held)
	if off := told - held; max(off, -off) > h.store.policy.maxCost/100 {
		t.Errorf("ristretto counts %d bytes, the index %d", told, held)
	}

	h.store.policy.reconcile()
	ghosts = h.agree()
	if told, held = h.sums(); told != held+int64(ghosts) {
		t.Errorf("after a repair ristretto counts %d bytes, the index %d and %d ghosts", told, held, ghosts)
	}
}

// disturb does one thing to the store.
func (h *shelf) disturb(random *rand.Rand) {
	key := fmt.Sprint("http://h/", int(random.ExpFloat64()*800))
	size := 100 + random.IntN(6000)
	switch random.IntN(20) {
	case 0:
		h.drop(key)
	case 1, 2, 3:
		h.refresh(key, size)
	case 4:
		h.store.PurgeURL(key, random.IntN(2) == 0)
	case 5:
		h.get(key, size, fmt.Sprint("l", random.IntN(80)))
	case 6:
		h.attach(key, size/3)
	case 7:
		if random.IntN(20) == 0 {
			h.get(key, 300_000) // larger than the window
		}
	case 8:
		if random.IntN(500) == 0 {
			h.store.PurgeAll(false)
		}
	default:
		h.get(key, size)
	}
}

// attach makes a coding of what is stored.
func (h *shelf) attach(key string, size int) {
	a := h.store.Lookup(h.request(key, nil), h.rules, h.now, false)
	if a.Word != Hit {
		h.fill(a, size, nil)
		return
	}
	h.store.Coded(a.Object, "gzip", func() (*Form, bool) { return &Form{Body: make([]byte, size)}, true })
}
