package cache

import (
	"context"
	"hash/maphash"
	"strings"
	"time"
)

// Word is a lookup's answer.
type Word uint8

// The words. What is claimed is claimed under the lock that looked.
const (
	Pass     Word = iota // because of the request's own facts: fetch, store nothing
	Hit                  // deliver the object
	HitStale             // deliver it although it is stale; the first fills a refresh behind it
	Lead                 // fill the flight, and read it like the others
	Follow               // read another's flight
	Alone                // the key is marked uncacheable: fill a flight that nobody joins
)

// Answer is what Lookup found.
type Answer struct {
	Word Word
	// Reason is why it is not a hit, as far as there is one.
	Reason Reason
	// Forward is the fwd parameter of RFC 9211 section 2.2; empty on a hit.
	Forward string
	// Object, with its age and remaining freshness in seconds, on a hit. On other
	// words it is a stale one that may stand in where the origin fails, or nil.
	Object   *Object
	Age, TTL int64
	// OnError and OnUnreachable tell when Object may stand in: for a response of
	// 500, 502, 503 or 504 (RFC 5861 section 4), and where no response came (RFC
	// 9111 section 4.2.4).
	OnError, OnUnreachable bool
	// Reader reads the flight: on Lead, Follow and Alone. Leave it in the end.
	Reader *Reader
	// Flight and Fill are set on Lead and Alone, and on HitStale for the first: the
	// caller starts a goroutine that fills it.
	Flight *Flight
	Fill   Fill

	id uint64 // of the variant that was found, fresh or not; 0: none
}

// The values of Answer.Forward (RFC 9211 section 2.2).
const (
	FwdBypass   = "bypass"
	FwdMethod   = "method"
	FwdURIMiss  = "uri-miss"
	FwdVaryMiss = "vary-miss"
	FwdMiss     = "miss"
	FwdRequest  = "request"
	FwdStale    = "stale"
)

// Lookup answers with one word. The request's strings may be views: what is
// claimed keeps a copy. alone makes a request that has waited enough lead
// without followers.
func (s *Store) Lookup(req *Request, pol *Policy, now time.Time, alone bool) Answer {
	if reason := Passes(req, pol); reason != "" {
		return Answer{Word: Pass, Reason: reason, Forward: passForward(reason)}
	}
	hash := maphash.String(s.seed, req.Key)
	sh := s.index.shard(hash)
	sl := sh.find(hash, req.Key)
	answer := s.search(sl, req, pol, now)
	if answer.id == 0 {
		answer.id = s.missID(sl, hash, req.Fields)
	}
	s.policy.touch(answer.id)
	if answer.Word == Hit {
		return answer
	}
	if answer.Word == HitStale {
		return s.refresh(sh, claim{req, pol, now, alone}, answer)
	}
	if OnlyIfCached(req.Fields, pol) {
		answer.Word, answer.Reason = Pass, OnlyCached
		return answer
	}
	if req.Method == "HEAD" { // a head alone stores nothing
		return answer
	}
	if hasRange(req) && (alone || pol.Principal(req.Fields)) {
		answer.Word, answer.Reason = Pass, Range // the whole would be for it alone
		return answer
	}
	return s.claim(sh, hash, claim{req, pol, now, alone})
}

// passForward is the fwd parameter for a request that passes.
func passForward(r Reason) string {
	switch r {
	case Method:
		return FwdMethod
	case ModeOff:
		return FwdBypass
	}
	return FwdRequest
}

// search looks for an object that may be reused, without a lock.
func (s *Store) search(sl *slot, req *Request, pol *Policy, now time.Time) Answer {
	if sl == nil {
		return Answer{Forward: FwdURIMiss}
	}
	cells := sl.variants()
	if len(cells) == 0 {
		return Answer{Forward: FwdURIMiss}
	}
	answer := Answer{Forward: FwdVaryMiss}
	for _, c := range cells {
		o := c.object.Load()
		if o == nil || !Selects(o.Verdict.Vary, o.selecting, req.Fields) {
			continue
		}
		answer.id = c.id
		if o.fingerprint != pol.Fingerprint || s.bans.kills(o) {
			answer.Forward = FwdMiss
			continue
		}
		return found(c, o, s.bans.reuse(o, req, pol, now))
	}
	return answer
}

// found is the answer for an object that the request selects.
func found(c *cell, o *Object, reuse Reuse) Answer {
	answer := Answer{Object: o, Age: reuse.Age, TTL: reuse.TTL, id: c.id}
	switch {
	case reuse.Fresh:
		answer.Word = Hit
		return answer
	case reuse.Stale:
		answer.Word = HitStale
	case reuse.Reason == Credentials: // not for this request, in whatever state
		answer.Object = nil
	}
	answer.Reason, answer.Forward = reuse.Reason, reuseForward(reuse.Reason)
	answer.OnError, answer.OnUnreachable = reuse.OnError, reuse.OnUnreachable
	return answer
}

func reuseForward(r Reason) string {
	switch r {
	case Stale, NoCache:
		return FwdStale
	case Credentials:
		return FwdMiss
	}
	return FwdRequest
}

// claim is a request that needs the origin.
type claim struct {
	req   *Request
	pol   *Policy
	now   time.Time
	alone bool
}

// claim looks again under the lock, then follows a flight or claims one.
func (s *Store) claim(sh *shard, hash uint64, c claim) Answer {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sl := sh.find(hash, c.req.Key)
	answer := s.search(sl, c.req, c.pol, c.now)
	if answer.Word == Hit || answer.Word == HitStale { // it came meanwhile
		return answer
	}
	who := crowdOf(c.req, c.pol)
	if sh.marks.has(hash, who, c.now.UnixNano()) {
		if isConditional(c.req.Fields) || hasRange(c.req) { // the origin's 304, or its part, is worth more than its whole answer
			answer.Word, answer.Reason = Pass, UncacheableMark
			return answer
		}
		answer.Word, answer.Reason = Alone, UncacheableMark
		return s.begin(sl, who, c, answer)
	}
	if answer.Object != nil && !answer.Object.Verdict.Shareable() {
		answer.Word = Alone // each has to ask: nobody could share the answer
		return s.begin(sl, who, c, answer)
	}
	if c.alone || c.pol.Wait == 0 || answer.Forward == FwdRequest || wantsNew(c.req.Fields, c.pol) {
		answer.Word = Alone
		return s.begin(sl, who, c, answer)
	}
	if f := s.joinable(sl, who, c); f != nil {
		answer.Word, answer.Reader = Follow, f.join(false)
		return answer
	}
	if sl == nil {
		sl = s.slotFor(sh, hash, strings.Clone(c.req.Key))
	}
	answer.Word = Lead
	return s.begin(sl, who, c, answer)
}

// isConditional tells whether the client has a copy that the origin could
// confirm.
func isConditional(f Fields) bool { return f.Has("If-None-Match") || f.Has("If-Modified-Since") }

func crowdOf(req *Request, pol *Policy) crowd {
	if pol.Principal(req.Fields) {
		return principal
	}
	return anonymous
}

// joinable finds a flight of the same crowd and policy, not older than a purge,
// whose request had the same selecting values as far as they are known.
func (s *Store) joinable(sl *slot, who crowd, c claim) *Flight {
	if sl == nil {
		return nil
	}
	for _, f := range sl.flights {
		if s.fits(f, sl, who, c) && !f.outlived(c.now) {
			return f
		}
	}
	return nil
}

// fits is joinable but for the response's freshness.
func (s *Store) fits(f *Flight, sl *slot, who crowd, c claim) bool {
	return f.crowd == who && f.policy.Fingerprint == c.pol.Fingerprint && !s.bans.outdates(f) &&
		sameSelection(sl.vary, f.Request.Fields, c.req.Fields)
}

// begin makes a flight and, unless it is to be alone, puts it into its slot.
// The lock is held.
func (s *Store) begin(sl *slot, who crowd, c claim, answer Answer) Answer {
	if sl == nil { // alone on a key that nobody remembers
		key := strings.Clone(c.req.Key)
		sl = &slot{hash: maphash.String(s.seed, key), key: key}
	}
	f := &Flight{
		Request: c.req.clone(sl.key), store: s, slot: sl, policy: c.pol, crowd: who,
		seq: s.bans.next(), started: time.Now(), private: answer.Word == Alone,
		refreshing: answer.Word == HitStale, stale: answer.Object,
	}
	f.ctx, f.cancel = context.WithCancel(s.ctx)
	if !f.private {
		sl.flights = append(sl.flights, f)
		s.flights.Add(1)
	}
	answer.Flight, answer.Fill = f, Fill{f}
	if !f.refreshing { // for a refresh nobody waits
		answer.Reader = f.join(true)
	}
	return answer
}

// clone copies a request into memory of its own; the key has its own already,
// which slot, flight and object share.
func (r *Request) clone(key string) *Request {
	return &Request{Method: strings.Clone(r.Method), Key: key, Fields: r.Fields.Clone()}
}
