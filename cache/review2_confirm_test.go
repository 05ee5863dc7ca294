package cache

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// What a 304 confirms keeps its codings, and is counted with them, whoever makes
// codings, purges and asks meanwhile.
func TestConfirmedWhileItIsCodedAndPurged(t *testing.T) {
	h := newShelf(t, 4<<20)
	var crew sync.WaitGroup
	for seed := range uint64(6) {
		crew.Go(func() {
			random := rand.New(rand.NewPCG(seed, 7))
			for end := time.Now().Add(time.Second); time.Now().Before(end); {
				h.askOrConfirm(random)
			}
		})
	}
	crew.Wait()
	h.agree()
	if n := h.store.Stats().Flights; n != 0 {
		t.Errorf("%d flights are left", n)
	}
}

func (h *shelf) askOrConfirm(random *rand.Rand) {
	key := "http://h/" + string(rune('a'+random.IntN(3)))
	if random.IntN(4) == 0 {
		h.store.PurgeURL(withoutScheme(key), random.IntN(8) != 0)
	}
	req := h.request(key, nil)
	if random.IntN(8) == 0 {
		req.Fields = Fields{{"Cache-Control", "no-cache"}}
	}
	a := h.store.Lookup(req, h.rules, h.now, false)
	if a.Flight != nil {
		h.answerOrConfirm(a, random)
	}
	if a.Reader != nil {
		if _, _, err := a.Reader.Head(req, nil, func(Interim) {}); err != nil {
			h.Error(err)
		}
		if o, err := a.Reader.Object(nil, time.Second); err != nil || o != nil && string(o.Plain().Body) != "old" {
			h.Errorf("the object is %v (%v)", o, err)
		}
		a.Reader.Leave()
	}
	if a.Object != nil {
		h.store.Coded(a.Object, "gzip", func() (*Form, bool) {
			if random.IntN(4) == 0 {
				return nil, random.IntN(2) == 0
			}
			return &Form{Body: make([]byte, 100)}, true
		})
	}
}

func (h *shelf) answerOrConfirm(a Answer, random *rand.Rand) {
	head := h.tagged("t")
	head.Verdict.StaleWhile = time.Hour
	head.Fields = Fields{{"ETag", `"v1"`}}
	if a.Flight.Stale() != nil && random.IntN(4) != 0 {
		a.Fill.Validated(head, func(_ string, lines []byte) []byte { return append([]byte(nil), lines...) })
		return
	}
	a.Fill.Head(head)
	if err := a.Fill.Chunk([]byte("old")); err != nil {
		h.Error(err)
	}
	a.Fill.Done(nil)
}
