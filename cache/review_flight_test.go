package cache

import (
	"io"
	"testing"
	"time"
)

// An origin that writes its body in small chunks made each reader walk over all
// that had come before, under the flight's lock: the cost grew with the square
// of the number of chunks.
func TestReadingManySmallChunksIsLinear(t *testing.T) {
	took := func(chunks int) time.Duration {
		h := newShelf(t, 64<<20)
		a := h.store.Lookup(h.request("http://h/", nil), h.rules, h.now, false)
		a.Fill.Head(&Response{Status: 200, Length: -1, Verdict: Verdict{Lifetime: time.Hour, Received: h.now, Explicit: true}})
		for range chunks {
			if err := a.Fill.Chunk([]byte{'x'}); err != nil {
				t.Fatal(err)
			}
		}
		a.Fill.Done(nil)
		began, bytes := time.Now(), 0
		for {
			p, err := a.Reader.Next(nil)
			bytes += len(p)
			if err == io.EOF {
				break
			}
		}
		a.Reader.Leave()
		if bytes != chunks {
			t.Fatalf("read %d bytes, want %d", bytes, chunks)
		}
		return time.Since(began)
	}
	few, many := took(4_000), took(64_000)
	if many > 100*few+100*time.Millisecond {
		t.Errorf("64,000 chunks take %v, 4,000 take %v", many, few)
	}
}

// A request that says no-cache is owed an answer that was made after it came; a
// flight that began before is not one, whether or not something is stored.
func TestNoCacheFollowsNobody(t *testing.T) {
	for name, line := range map[string][2]string{
		"RFC 9111 section 5.2.1.4": {"Cache-Control", "no-cache"},
		"RFC 9111 section 5.4":     {"Pragma", "no-cache"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newShelf(t, 8<<20)
			leader := h.store.Lookup(h.request("http://h/", nil), h.rules, h.now, false)
			defer leader.Reader.Leave()
			req := h.request("http://h/", nil)
			req.Fields = Fields{line}
			reload := h.store.Lookup(req, h.rules, h.now, false)
			defer reload.Reader.Leave()
			if reload.Word != Alone {
				t.Errorf("the word is %d, want Alone (%d)", reload.Word, Alone)
			}
		})
	}
}
