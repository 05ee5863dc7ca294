package cache

// marksPerShard times shardCount keys are remembered as uncacheable: 32,768.
const marksPerShard = 128

// marks remember for a while whose answers could not be shared, so that the next
// crowd does not queue. They need no slot: each key has one place by its hash,
// and the newer of two that share it stays. Forgetting one costs a crowd one
// wait; two keys of one hash cost one of them its coalescing.
type marks [marksPerShard]mark

type mark struct {
	hash  uint64
	until [crowds]int64 // Unix nanoseconds; 0: not marked
}

func (m *marks) place(hash uint64) *mark { return &m[(hash>>8)%marksPerShard] }

// set marks a key for a crowd. The shard lock is held, as for the others.
func (m *marks) set(hash uint64, c crowd, until int64) {
	p := m.place(hash)
	if p.hash != hash {
		*p = mark{hash: hash}
	}
	p.until[c] = until
}

// clear forgets: the answer could be shared again.
func (m *marks) clear(hash uint64, c crowd) {
	if p := m.place(hash); p.hash == hash {
		p.until[c] = 0
	}
}

// has tells whether a key is marked for a crowd at now, in Unix nanoseconds.
func (m *marks) has(hash uint64, c crowd, now int64) bool {
	p := m.place(hash)
	return p.hash == hash && p.until[c] > now
}
