package cache

import (
	"hash/maphash"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// bans is the list of what was purged: URLs, tags, beginnings of URLs, all. It
// and the fetches have one sequence, so that an object that began before a ban
// is older than it, whatever was in flight.
//
//	lookup - nothing was banned since the object was last tested: one comparison
//	       - else its own URL, tags and the beginnings of its URL are looked for,
//	         whatever the number of bans
//
// An object older than a hard ban that names it is gone, one older than a soft
// ban is stale.
type bans struct {
	sequence atomic.Uint64 // of bans and fetches together
	newest   atomic.Uint64 // sequence of the newest ban

	seed     maphash.Seed
	mu       sync.RWMutex
	floor    reach // for everything: of all, and of what was forgotten
	urls     banList
	tags     banList // and groups
	prefixes prefixList
}

// reach is how far bans reach: what is older than hard is gone, what is older
// than soft is stale. 0: nothing is.
type reach struct{ hard, soft uint64 }

func reachOf(sequence uint64, soft bool) reach {
	if soft {
		return reach{soft: sequence}
	}
	return reach{hard: sequence}
}

func (r reach) join(other reach) reach {
	return reach{max(r.hard, other.hard), max(r.soft, other.soft)}
}

// latest is the sequence of the newest, of either kind.
func (r reach) latest() uint64 { return max(r.hard, r.soft) }

func newBans() *bans {
	b := &bans{seed: maphash.MakeSeed()}
	b.prefixes.seed = rand.Uint64()
	return b
}

// next numbers a fetch that is about to begin.
func (b *bans) next() uint64 { return b.sequence.Add(1) }

// banURL purges a URL without its scheme; one that begins with "/" means every
// host.
func (b *bans) banURL(name string, soft bool) {
	hash := maphash.String(b.seed, name)
	b.ban(soft, func(to reach) reach { return b.urls.add(hash, to) })
}

// banPrefix purges all URLs that begin so, in the same two forms.
func (b *bans) banPrefix(prefix string, soft bool) {
	b.ban(soft, func(to reach) reach { return b.prefixes.add(prefix, to) })
}

// banTag purges by the hash of a tag or a group.
func (b *bans) banTag(hash uint64, soft bool) {
	b.ban(soft, func(to reach) reach { return b.tags.add(hash, to) })
}

// banAll purges everything. A hard one makes all others superfluous.
func (b *bans) banAll(soft bool) {
	b.ban(soft, func(to reach) reach {
		if !soft {
			b.urls, b.tags = banList{}, banList{}
			b.prefixes = prefixList{seed: b.prefixes.seed}
		}
		return to
	})
}

// ban takes the next sequence for a ban. write notes it and returns what had to
// be forgotten for it: there the floor rises. Purge more, never less.
func (b *bans) ban(soft bool, write func(to reach) (forgotten reach)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	sequence := b.sequence.Add(1)
	b.floor = b.floor.join(write(reachOf(sequence, soft)))
	b.newest.Store(sequence)
}

// naming is how far the bans reach that name a response. Those of up to from are
// known to the caller and may be left out.
func (b *bans) naming(key string, tags tagSet, from uint64) reach {
	name := withoutScheme(keyURL(key))
	path := name[max(strings.IndexByte(name, '/'), 0):]
	b.mu.RLock()
	defer b.mu.RUnlock()
	found := b.floor
	if b.urls.newest.latest() > from {
		found = found.join(b.urls.of(maphash.String(b.seed, name)))
		found = found.join(b.urls.of(maphash.String(b.seed, path)))
	}
	if b.tags.newest.latest() > from {
		found = found.join(tags.in(&b.tags))
	}
	if b.prefixes.newest.latest() > from {
		found = found.join(b.prefixes.of(name)).join(b.prefixes.of(path))
	}
	return found
}

// kills tells whether an object is gone. It remembers up to where the object was
// tested, and whether that made it stale.
func (b *bans) kills(o *Object) bool {
	newest, tested := b.newest.Load(), o.tested.Load()
	if tested >= newest {
		return false
	}
	found := b.naming(o.key, o.tags, max(tested, o.seq))
	if found.hard > o.seq {
		return true
	}
	if found.soft > o.seq {
		o.softened.Store(true)
	}
	o.tested.Store(newest) // after softened: who reads this reads that
	return false
}

// softened tells whether a soft purge made an object stale. It holds for the
// bans that kills has tested.
func (b *bans) softened(o *Object) bool { return o.softened.Load() }

// reuse is what may be done with an object that kills has spared. The freshness
// of a softened one is over, whatever its origin said.
func (b *bans) reuse(o *Object, req *Request, pol *Policy, now time.Time) Reuse {
	if !b.softened(o) {
		return o.Verdict.Reusable(req, pol, now)
	}
	stale := o.Verdict
	stale.Lifetime = min(stale.Lifetime, stale.Age(now))
	return stale.Reusable(req, pol, now)
}

// outdates tells whether a flight is no more for those who ask now: a ban of
// either kind that is newer names it, or could, as long as its tags are unknown.
func (b *bans) outdates(f *Flight) bool {
	if f.seq > b.newest.Load() {
		return false
	}
	return b.naming(f.Request.Key, f.tags(), f.seq).latest() > f.seq
}

// keyURL is the URL part of a key; see KeyRules.Append.
func keyURL(key string) string {
	url, _, _ := strings.Cut(key, "\x00")
	return url
}

// withoutScheme leaves a path alone, whatever it has in its query.
func withoutScheme(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found || strings.HasPrefix(url, "/") {
		return url
	}
	return rest
}
