package cache

import (
	"sync"
	"sync/atomic"
)

// shardCount spreads the locks; a power of two. Lookups take none of them.
const shardCount = 256

// index maps primary keys to slots. It is the truth about what is stored.
// Readers walk it without a lock; writers hold the shard's.
type index struct {
	shards [shardCount]shard
}

// shard is one hash table with its lock. A table is replaced as a whole when it
// grows, so a reader may walk an older one: what it misses there it finds when
// it looks again under the lock.
type shard struct {
	mu    sync.Mutex
	table atomic.Pointer[table]
	count int
	marks marks
}

type table struct {
	buckets []atomic.Pointer[node]
}

type node struct {
	hash uint64 // the slot's, so that the slots of others need not be looked at
	slot *slot
	next atomic.Pointer[node]
}

func newIndex() *index {
	x := new(index)
	for i := range x.shards {
		x.shards[i].table.Store(newTable(8))
	}
	return x
}

func newTable(size int) *table { return &table{buckets: make([]atomic.Pointer[node], size)} }

// bucket uses the upper bits: the lower ones chose the shard.
func (t *table) bucket(hash uint64) *atomic.Pointer[node] {
	return &t.buckets[(hash>>32)&uint64(len(t.buckets)-1)]
}

func (x *index) shard(hash uint64) *shard { return &x.shards[hash&(shardCount-1)] }

// find returns the key's slot or nil. Safe with and without the lock.
func (s *shard) find(hash uint64, key string) *slot {
	for n := s.table.Load().bucket(hash).Load(); n != nil; n = n.next.Load() {
		if n.hash == hash && n.slot.key == key {
			return n.slot
		}
	}
	return nil
}

// insert adds a slot that find did not see. The lock is held.
func (s *shard) insert(sl *slot) {
	t := s.table.Load()
	if s.count >= len(t.buckets) {
		t = s.grow(t)
	}
	t.push(sl)
	s.count++
}

func (t *table) push(sl *slot) {
	b := t.bucket(sl.hash)
	n := &node{hash: sl.hash, slot: sl}
	n.next.Store(b.Load())
	b.Store(n)
}

// grow builds a table of twice the size with nodes of its own, so that readers
// of the old one are not led astray, and publishes it.
func (s *shard) grow(old *table) *table {
	t := newTable(2 * len(old.buckets))
	for i := range old.buckets {
		for n := old.buckets[i].Load(); n != nil; n = n.next.Load() {
			t.push(n.slot)
		}
	}
	s.table.Store(t)
	return t
}

// remove takes a slot out. The lock is held. A reader that stands on its node
// goes on to the next.
func (s *shard) remove(sl *slot) {
	at := s.table.Load().bucket(sl.hash)
	for n := at.Load(); n != nil; n = at.Load() {
		if n.slot == sl {
			at.Store(n.next.Load())
			s.count--
			return
		}
		at = &n.next
	}
}

// each visits the slots. The lock is held; visit may remove the slot it is given.
func (s *shard) each(visit func(*slot)) {
	t := s.table.Load()
	for i := range t.buckets {
		for n := t.buckets[i].Load(); n != nil; n = n.next.Load() {
			visit(n.slot)
		}
	}
}
