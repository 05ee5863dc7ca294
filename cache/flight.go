package cache

import (
	"context"
	"sync"
	"time"
)

// A Flight is a response while it fills: a head and growing immutable chunks.
//
//	claimed - head ---------> Shared   deliver while it fills, each at its own pace
//	        - not yours ----> Again    look up again, no mark (Vary, a policy that is newer)
//	        - not shareable -> GiveUp  each alone; the key perhaps marked for a while
//	        - failed, panic -> Failed  look up again: one new leader, once
//	        - wait ran out --> TooOld  those followers look up again, the first leads
//	shared  - chunks, done --> complete: the object is in the index before anybody learns
//	        - broken --------> broken: every reader's transfer breaks
//	        - outgrown ------> a stream: no more joiners, a bounded window
//
// Lookup claims it under the shard lock, which is also held when it leaves its
// slot. Head and chunks never change. It runs in a goroutine of its own on its
// own copy of the request, and belongs to the store, not to the leader's client:
// when the last reader has left an unstorable one, it is cancelled.
type Flight struct {
	// Request is a copy that holds nothing of the exchange that led to it.
	Request *Request

	store   *Store
	slot    *slot
	policy  *Policy
	crowd   crowd
	seq     uint64
	started time.Time
	private bool // of one who goes alone: never in a slot's list
	// refreshing: begun behind a stale answer, so it goes on without readers.
	refreshing bool
	// stale is the object that the origin may confirm; nil: none.
	stale *Object

	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	phase    phase
	sharing  Outcome // what followers learn once the head, or its failure, is there
	tooOld   bool
	storing  bool
	interim  []Interim
	response *Response
	chunks   [][]byte
	first    int   // how many chunks were dropped before chunks[0]
	base     int64 // offset of chunks[0]
	end      int64 // offset behind the last chunk
	window   int64 // most bytes kept behind the slowest reader; 0: all
	readers  []*Reader
	err      error
	trailers Fields
	object   *Object
	changed  chan struct{} // closed at the next change; nil: nobody waits
	room     chan struct{} // closed when a reader moved on; nil: the writer does not wait
	timer    *time.Timer   // the one of TooOld
}

type phase uint8

const (
	claimed phase = iota
	filling
	complete
	broken
)

// Outcome is what a follower learns of a flight.
type Outcome uint8

// The outcomes; their names are what the log, the metrics and Cache-Status say.
const (
	Shared Outcome = iota
	Again
	Failed
	GiveUp
	TooOld
	Gone // the follower's own client left
)

// String is the outcome's name in logs and metrics.
func (o Outcome) String() string {
	return [...]string{"shared", "again", "failed", "give_up", "too_old", "gone"}[o]
}

// Interim is a response before the response (RFC 9110 section 15.2).
type Interim struct {
	Status int
	Fields Fields
}

// Response is the head of a flight.
type Response struct {
	Status  int
	Fields  Fields
	Length  int64 // of the body as the origin declared it; -1: unknown
	Verdict Verdict
	// Tags by which it is purged. Of a Validated one without tags of the origin's
	// own, those of what was stored hold.
	Tags Tags
	// Validated: the origin confirmed what was stored by a 304.
	Validated bool

	tags tagSet // made of Tags when it is given
}

// streamWindow is how far a body that is not stored may run ahead of its
// slowest reader, in bytes.
const streamWindow = 256 << 10

// Stale is the object that a 304 may confirm (RFC 9111 section 4.3); nil: there
// is none, or it has no validator to ask with.
func (f *Flight) Stale() *Object {
	if f.stale == nil || !f.stale.Validators().Any() {
		return nil
	}
	return f.stale
}

// Context ends when nobody needs the flight any more.
func (f *Flight) Context() context.Context { return f.ctx }

// Join adds a reader from byte 0. The caller knows that the flight takes
// joiners: it has just claimed it or found it in the slot under the lock.
func (f *Flight) join(leader bool) *Reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &Reader{flight: f, leader: leader}
	f.readers = append(f.readers, r)
	if !leader && f.phase == claimed && f.timer == nil {
		f.timer = time.AfterFunc(f.policy.Wait-time.Since(f.started), f.outwaited)
	}
	return r
}

// outwaited tells those who still wait for the head to look up again.
func (f *Flight) outwaited() {
	f.leaveSlot()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.phase == claimed {
		f.tooOld = true
		f.wake()
	}
}

// sharesUnstored tells whether those who have joined may share an answer that is
// not stored: the route allows it, nobody has a principal, and nothing but the
// want of freshness, or the size, keeps it from being stored. What the origin
// forbids (no-store, private, no-cache), a Set-Cookie and an error are for one.
func (f *Flight) sharesUnstored(v *Verdict) bool {
	if !f.policy.Unstored || f.crowd != anonymous || v.MustValidate {
		return false
	}
	return v.Reason == NoFreshness || v.Reason == Expired || v.Reason == TooLarge
}

// outlived tells whether the response is no longer fresh while it still fills:
// then it is for those alone who asked before.
func (f *Flight) outlived(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.response != nil && f.response.Verdict.Age(now) >= f.response.Verdict.Lifetime
}

// leaveSlot takes the flight out of its slot: nobody joins from now on.
func (f *Flight) leaveSlot() {
	if f.private {
		return
	}
	sh := f.store.index.shard(f.slot.hash)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	f.store.dropFlight(sh, f)
}

// wake lets everybody who waits for a change look again. mu is held.
func (f *Flight) wake() {
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// makeRoom lets the writer look again. mu is held.
func (f *Flight) makeRoom() {
	if f.room != nil {
		close(f.room)
		f.room = nil
	}
}

// slowest is the reader that holds the window back. mu is held.
func (f *Flight) slowest() *Reader {
	var last *Reader
	for _, r := range f.readers {
		if last == nil || r.at < last.at {
			last = r
		}
	}
	return last
}

// release drops the chunks of a windowed flight that every reader has passed.
// mu is held.
func (f *Flight) release() {
	if f.window == 0 {
		return
	}
	low := f.end
	if r := f.slowest(); r != nil {
		low = r.at
	}
	for len(f.chunks) > 0 && f.base+int64(len(f.chunks[0])) <= low {
		f.first++
		f.base += int64(len(f.chunks[0]))
		f.chunks[0] = nil
		f.chunks = f.chunks[1:]
	}
}
