package cache

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
)

// maxBans bounds the exact bans that are remembered one by one. Beyond it the
// older half is forgotten and the floor rises to the newest of them: purge more,
// never less.
const maxBans = 100_000

// bans is the list of what was purged, all one sequence. An object older than a
// ban that names it is a miss. In the steady state a lookup compares two
// integers; when the sequence moved, it tests the object's own URL once.
type bans struct {
	sequence atomic.Uint64 // of bans and fetches together
	newest   atomic.Uint64 // sequence of the newest ban
	floor    atomic.Uint64 // all objects older than this are gone

	mu   sync.RWMutex
	seed maphash.Seed
	// url has the hash of "host/path?query" or "/path?query" (every host): a
	// client chooses how long they are. Two of one hash purge each other.
	url   map[uint64]uint64 // → sequence; at most half of maxBans
	older map[uint64]uint64 // the half before, full
}

func newBans() *bans {
	return &bans{seed: maphash.MakeSeed(), url: make(map[uint64]uint64)}
}

// next numbers a fetch that is about to begin.
func (b *bans) next() uint64 { return b.sequence.Add(1) }

// banURL purges a URL without its scheme; one that begins with "/" means every
// host.
func (b *bans) banURL(name string) {
	hash := maphash.String(b.seed, name)
	b.mu.Lock()
	defer b.mu.Unlock()
	seq := b.sequence.Add(1)
	if _, known := b.url[hash]; !known && len(b.url) >= maxBans/2 {
		b.forgetOlder()
	}
	b.url[hash] = seq
	b.newest.Store(seq)
}

// forgetOlder makes room: what the forgotten bans named is gone with all that is
// older than the newest of them. mu is held.
func (b *bans) forgetOlder() {
	floor := b.floor.Load()
	for _, seq := range b.older {
		floor = max(floor, seq)
	}
	b.floor.Store(floor)
	b.older, b.url = b.url, make(map[uint64]uint64, maxBans/2)
}

// banAll purges everything.
func (b *bans) banAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	seq := b.sequence.Add(1)
	b.url, b.older = make(map[uint64]uint64), nil
	b.floor.Store(seq)
	b.newest.Store(seq)
}

// newer tells whether a ban newer than seq names the key.
func (b *bans) newer(key string, seq uint64) bool {
	if seq > b.newest.Load() {
		return false
	}
	if seq < b.floor.Load() {
		return true
	}
	name := withoutScheme(keyURL(key))
	path := ""
	if i := strings.IndexByte(name, '/'); i >= 0 {
		path = name[i:]
	}
	exact, anyHost := maphash.String(b.seed, name), maphash.String(b.seed, path)
	b.mu.RLock()
	defer b.mu.RUnlock()
	return max(b.url[exact], b.older[exact], b.url[anyHost], b.older[anyHost]) > seq
}

// kills tests an object and remembers up to where it was tested.
func (b *bans) kills(o *Object) bool {
	newest := b.newest.Load()
	if o.tested.Load() >= newest {
		return false
	}
	if b.newer(o.key, o.seq) {
		return true
	}
	o.tested.Store(newest)
	return false
}

// keyURL is the URL part of a key; see KeyRules.Append.
func keyURL(key string) string {
	url, _, _ := strings.Cut(key, "\x00")
	return url
}

func withoutScheme(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	return rest
}
