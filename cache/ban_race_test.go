package cache

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// tagged is the head of a response that carries tags.
func (h *shelf) tagged(names ...string) *Response {
	return &Response{
		Status: 200, Length: -1, Tags: Tags{names: names},
		Verdict: Verdict{Lifetime: time.Hour, Received: h.now, Explicit: true},
	}
}

// ledger is an origin whose one resource has a version, and what was purged of it.
type ledger struct {
	*shelf
	version atomic.Uint64
	purged  atomic.Uint64 // the version that the newest purge that has returned was for
	served  atomic.Uint64 // the newest version that anybody got
}

// raise makes n at least as large.
func raise(n *atomic.Uint64, least uint64) {
	for old := n.Load(); old < least && !n.CompareAndSwap(old, least); {
		old = n.Load()
	}
}

// Invariant 3: after a purge has returned nobody is served an older object,
// whatever was in flight.
func TestNothingOlderThanAPurgeIsServed(t *testing.T) {
	l := &ledger{shelf: newShelf(t, 8<<20)}
	var readers, writers sync.WaitGroup
	over := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					l.read()
					runtime.Gosched()
				}
			}
		})
	}
	for seed := range uint64(2) {
		writers.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			for range 200 {
				l.write(random)
			}
		})
	}
	writers.Wait()
	close(over)
	readers.Wait()
}

// write changes the resource and purges it, one way or another.
func (l *ledger) write(random *rand.Rand) {
	version := l.version.Add(1)
	switch random.IntN(6) {
	case 0:
		l.store.PurgeURL("http://h/p", false)
	case 1:
		l.store.PurgePrefix("/", false)
	case 2:
		l.store.PurgeTag("t", false)
	case 3:
		l.store.PurgeGroups("http://h/", Fields{{"Cache-Group-Invalidation", `"g"`}})
	case 4:
		l.store.PurgeAll(false)
	case 5:
		l.store.PurgeTag("t", true)
		l.store.PurgeURL("/p", false)
	}
	raise(&l.purged, version)
	if random.IntN(4) == 0 { // the next comes at once
		return
	}
	for l.served.Load() < version && !l.Failed() {
		runtime.Gosched()
	}
	for range random.IntN(20) {
		runtime.Gosched()
	}
}

// read asks for the resource and compares what it gets with the newest purge
// that had returned before.
func (l *ledger) read() {
	least := l.purged.Load()
	a := l.store.Lookup(l.request("http://h/p", nil), l.rules, l.now, false)
	var got []byte
	switch a.Word {
	case Hit:
		got = a.Object.Plain().Body
	case Lead, Alone:
		go l.answer(a.Fill)
		fallthrough
	case Follow:
		defer a.Reader.Leave()
		outcome, _, err := a.Reader.Head(l.request("http://h/p", nil), nil, func(Interim) {})
		if outcome != Shared {
			l.Errorf("the outcome is %v (%v)", outcome, err)
			return
		}
		if got, err = a.Reader.Next(nil); err != nil && err != io.EOF {
			l.Error(err)
			return
		}
	}
	version := binary.BigEndian.Uint64(got)
	raise(&l.served, version)
	if version < least {
		l.Errorf("word %d: got version %d, but %d was purged before", a.Word, version, least)
	}
}

// answer is the origin's, at some time after the lookup.
func (l *ledger) answer(fill Fill) {
	body := binary.BigEndian.AppendUint64(nil, l.version.Load())
	runtime.Gosched()
	head := l.tagged("t")
	head.Tags.groups = []string{"g"}
	fill.Head(head)
	runtime.Gosched()
	if err := fill.Chunk(body); err != nil {
		l.Error(err)
	}
	runtime.Gosched()
	fill.Done(nil)
}
