package cache

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
)

// maxBans bounds the exact bans that are remembered one by one. When one more
// comes, the floor rises to the newest sequence: purge more, never less.
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
	url map[uint64]uint64 // → sequence
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
	if _, known := b.url[hash]; !known && len(b.url) >= maxBans {
		clear(b.url)
		b.floor.Store(seq)
	}
	b.url[hash] = seq
	b.newest.Store(seq)
}

// banAll purges everything.
func (b *bans) banAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	seq := b.sequence.Add(1)
	clear(b.url)
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
	return b.url[exact] > seq || b.url[anyHost] > seq
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
