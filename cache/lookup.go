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
	Pass   Word = iota // because of the request's own facts: fetch, store nothing
	Hit                // deliver the object
	Lead               // fill the flight, and read it like the others
	Follow             // read another's flight
	Alone              // the key is marked uncacheable: fill a flight that nobody joins
)

// Answer is what Lookup found.
type Answer struct {
	Word Word
	// Reason is why it is not a hit, as far as there is one.
	Reason Reason
	// Forward is the fwd parameter of RFC 9211 section 2.2; empty on a hit.
	Forward string
	// Object, with its age and remaining freshness in seconds, on a hit.
	Object   *Object
	Age, TTL int64
	// Reader reads the flight: on Lead, Follow and Alone. Leave it in the end.
	Reader *Reader
	// Flight and Fill are set on Lead and Alone: the caller starts a goroutine
	// that fills it.
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
	if OnlyIfCached(req.Fields) {
		answer.Word, answer.Reason = Pass, OnlyCached
		return answer
	}
	if req.Method == "HEAD" { // a head alone stores nothing
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
		reuse := o.Verdict.Reusable(req, pol, now)
		if reuse.Fresh {
			return Answer{Word: Hit, Object: o, Age: reuse.Age, TTL: reuse.TTL, id: c.id}
		}
		answer.Reason, answer.Forward = reuse.Reason, reuseForward(reuse.Reason)
		return answer
	}
	return answer
}

func reuseForward(r Reason) string {
	switch r {
	case Stale:
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
	if answer.Word == Hit {
		return answer
	}
	who := crowdOf(c.req, c.pol)
	if sh.marks.has(hash, who, c.now.UnixNano()) {
		if isConditional(c.req.Fields) { // the origin's 304 is worth more than its whole answer
			answer.Word, answer.Reason = Pass, UncacheableMark
			return answer
		}
		answer.Word, answer.Reason = Alone, UncacheableMark
		return s.begin(sl, who, c, answer)
	}
	if c.alone || c.pol.Wait == 0 || answer.Forward == FwdRequest || wantsNew(c.req.Fields) {
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

// wantsNew tells whether a request is owed an answer that was made after it came
// (RFC 9111 section 5.2.1.4): a flight that began before has none.
func wantsNew(f Fields) bool { return refusedByClient(f, 0, maxDelta) == ClientNoCache }

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
		if f.crowd != who || f.policy.Fingerprint != c.pol.Fingerprint || s.bans.newer(sl.key, f.seq) || f.outlived(c.now) {
			continue
		}
		if sameSelection(sl.vary, f.Request.Fields, c.req.Fields) {
			return f
		}
	}
	return nil
}

// begin makes a flight and, unless it is to be alone, puts it into its slot.
// The lock is held.
func (s *Store) begin(sl *slot, who crowd, c claim, answer Answer) Answer {
	f := &Flight{
		Request: c.req.Clone(), store: s, slot: sl, policy: c.pol, crowd: who,
		seq: s.bans.next(), started: time.Now(), private: answer.Word == Alone,
	}
	if sl == nil { // alone on a key that nobody remembers
		f.slot = &slot{hash: maphash.String(s.seed, f.Request.Key), key: f.Request.Key}
	}
	f.ctx, f.cancel = context.WithCancel(s.ctx)
	if !f.private {
		sl.flights = append(sl.flights, f)
		s.flights.Add(1)
	}
	answer.Flight, answer.Fill, answer.Reader = f, Fill{f}, f.join(true)
	return answer
}

// Clone copies a request into memory of its own.
func (r *Request) Clone() *Request {
	return &Request{
		Method: strings.Clone(r.Method),
		Key:    strings.Clone(r.Key),
		Fields: r.Fields.Clone(),
	}
}
