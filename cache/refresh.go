package cache

import (
	"hash/maphash"
	"slices"
	"time"
)

// refresh serves a stale object, and lets the first who gets it ask the origin
// behind it (RFC 5861 section 3).
func (s *Store) refresh(sh *shard, c claim, stale Answer) Answer {
	if c.req.Method == "HEAD" || c.pol.Wait == 0 {
		return stale
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sl := sh.find(maphash.String(s.seed, c.req.Key), c.req.Key)
	if sl == nil || sl.quiet > c.now.UnixNano() {
		return stale
	}
	who := crowdOf(c.req, c.pol)
	if s.refreshes(sl, who, c) || s.joinable(sl, who, c) != nil || sh.marks.has(sl.hash, who, c.now.UnixNano()) {
		return stale
	}
	return s.begin(sl, who, c, stale)
}

// refreshes tells whether somebody asks already. The answer may be stale on arrival,
// so that nobody could join.
func (s *Store) refreshes(sl *slot, who crowd, c claim) bool {
	return slices.ContainsFunc(sl.flights, func(f *Flight) bool {
		return f.refreshing && s.fits(f, sl, who, c)
	})
}

// quietFor is how long nobody asks again behind a stale answer when asking
// failed.
const quietFor = time.Second

// quieten notes that a refresh failed.
func (s *Store) quieten(f *Flight) {
	if !f.refreshing {
		return
	}
	sh := s.index.shard(f.slot.hash)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	f.slot.quiet = time.Now().Add(quietFor).UnixNano()
}
