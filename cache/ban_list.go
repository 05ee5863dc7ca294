package cache

// maxBans bounds each list of bans. Beyond it the older half is forgotten.
const maxBans = 100_000

// banList has the newest bans of each name, in two generations. A name is known
// by its hash, since a client may choose how long it is; two names of one hash
// purge each other.
type banList struct {
	newest reach
	young  map[uint64]reach // at most half of maxBans
	old    map[uint64]reach // the half before
}

// add notes a ban. It returns how far those reach that are forgotten for it.
func (l *banList) add(hash uint64, to reach) (forgotten reach) {
	if _, known := l.young[hash]; !known && len(l.young) >= maxBans/2 {
		for _, r := range l.old {
			forgotten = forgotten.join(r)
		}
		l.old, l.young = l.young, make(map[uint64]reach, maxBans/2)
	}
	if l.young == nil {
		l.young = make(map[uint64]reach)
	}
	l.young[hash] = l.young[hash].join(to)
	l.newest = l.newest.join(to)
	return forgotten
}

// of is how far the bans of a name reach.
func (l *banList) of(hash uint64) reach { return l.young[hash].join(l.old[hash]) }

// maxPrefix bounds a prefix, in bytes. A longer one is cut: purge more, never
// less.
const maxPrefix = 1024

// prefixList has bans of beginnings. A walk over a name meets all that it could
// begin with: one pass, and a look into the list at each length that was banned.
type prefixList struct {
	banList
	seed    uint64
	lengths [maxPrefix/64 + 1]uint64 // a bit for each length
}

func (l *prefixList) add(prefix string, to reach) (forgotten reach) {
	prefix = prefix[:min(len(prefix), maxPrefix)]
	hash := l.seed
	for i := range len(prefix) {
		hash = step(hash, prefix[i])
	}
	l.lengths[len(prefix)/64] |= 1 << (len(prefix) % 64)
	return l.banList.add(hash, to)
}

// of is how far the bans of all beginnings of name reach.
func (l *prefixList) of(name string) (found reach) {
	hash := l.seed
	for i := range min(len(name), maxPrefix) {
		hash = step(hash, name[i])
		if n := i + 1; l.lengths[n/64]>>(n%64)&1 != 0 {
			found = found.join(l.banList.of(hash))
		}
	}
	return found
}

// step is that of FNV-1a, which can go on from any beginning.
func step(hash uint64, c byte) uint64 { return (hash ^ uint64(c)) * 1099511628211 }
