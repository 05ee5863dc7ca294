package cache

import (
	"fmt"
	"runtime"
	"testing"
)

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestZZMem(t *testing.T) {
	for _, size := range []int{100, 1000, 4000, 10000} {
		before := heap()
		h := newShelf(t, 256<<20)
		empty := heap() - before
		n := 100_000
		if size > 1000 {
			n = 20_000
		}
		for i := range n {
			h.getF(fmt.Sprint("http://example.com/products/", i), size)
		}
		h.rest()
		s := h.store.Stats()
		used := heap() - before - empty
		t.Logf("size %d: empty %d, entries %d, counted %d (%d each), heap %d (%d each), off by %d each", size, empty, s.Entries, s.Bytes, s.Bytes/s.Entries, used, used/s.Entries, (used-s.Bytes)/s.Entries)
		runtime.KeepAlive(h)
		h.store.Close()
	}
}

func (h *shelf) getF(key string, size int) {
	req := h.request(key, nil)
	req.Fields = Fields{{"Accept", "application/json"}, {"User-Agent", "curl/8.5"}, {"Accept-Encoding", "gzip, br"}}
	a := h.store.Lookup(req, h.rules, h.now, false)
	if a.Word != Lead {
		h.Fatal(a.Word)
	}
	v := Verdict{Lifetime: 3600e9, Received: h.now, Explicit: true}
	a.Fill.Head(&Response{Status: 200, Length: int64(size), Verdict: v, Fields: Fields{{"Content-Type", "application/json"}, {"Cache-Control", "max-age=60"}, {"Date", "Tue, 24 Nov 2026 10:48:00 GMT"}, {"ETag", "\"abcdef\""}, {"Server", "nginx"}}})
	a.Fill.Chunk(make([]byte, size))
	a.Fill.Done(nil)
	a.Reader.Leave()
}
