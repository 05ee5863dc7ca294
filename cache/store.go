package cache

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"sync/atomic"
	"time"
)

// entryOverhead is counted for each object beside its bytes: the object, its
// slot and cell, its share of the index and of ristretto. A test compares what is
// counted with the heap.
const entryOverhead = 640

// markFor is how long a key stays marked uncacheable after its last refusal.
const markFor = 2 * time.Minute

// Options of a store.
type Options struct {
	// Memory is the budget in bytes, at least 1 MiB.
	Memory int64
}

// Store holds objects and the flights that fill them. It outlives
// configurations.
type Store struct {
	index  *index
	bans   *bans
	policy *policy
	seed   maphash.Seed
	ctx    context.Context
	stop   context.CancelFunc

	memory  int64
	bytes   atomic.Int64
	entries atomic.Int64
	flights atomic.Int64
}

// Stats are the store's figures.
type Stats struct {
	Bytes, Budget, Entries, Flights int64
}

// New makes an empty store; Close ends its flights and its policy.
func New(o Options) (*Store, error) {
	if o.Memory < 1<<20 {
		return nil, fmt.Errorf("a store of %d bytes: the least is 1 MiB", o.Memory)
	}
	s := &Store{index: newIndex(), bans: newBans(), seed: maphash.MakeSeed(), memory: o.Memory}
	s.ctx, s.stop = context.WithCancel(context.Background())
	p, err := newPolicy(s)
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("make the store's eviction policy: %w", err)
	}
	s.policy = p
	return s, nil
}

// Close cancels all flights and stops the policy. Nothing may be looked up
// afterwards.
func (s *Store) Close() {
	s.stop()
	s.policy.close()
}

// Stats returns the store's figures of this moment.
func (s *Store) Stats() Stats {
	return Stats{
		Bytes: s.bytes.Load(), Budget: s.memory,
		Entries: s.entries.Load(), Flights: s.flights.Load(),
	}
}

// Coded returns an object's form in a coding, made once and counted; see
// Object.code. nil: send it as it is.
func (s *Store) Coded(o *Object, name string, build func() (form *Form, ok bool)) *Form {
	return o.code(name, build, func(bytes int64) { s.grow(o, bytes) })
}

// grow counts the bytes that came to an object.
func (s *Store) grow(o *Object, bytes int64) {
	defer s.policy.overflow() // after the unlock
	s.withCell(o, func(c *cell) { s.policy.resize(c, c.cost+bytes) })
}

// withCell calls do, under the shard lock, with the cell that holds the object,
// if one still does.
func (s *Store) withCell(o *Object, do func(*cell)) {
	hash := maphash.String(s.seed, o.key)
	sh := s.index.shard(hash)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sl := sh.find(hash, o.key)
	if sl == nil {
		return
	}
	for _, c := range sl.variants() {
		if c.object.Load() == o {
			do(c)
			return
		}
	}
}

// put stores a flight's object and takes the flight out of its slot, in one
// locked step: whoever looks up next finds the one or the other.
func (s *Store) put(f *Flight, o *Object) {
	defer s.policy.overflow() // after the unlock
	sh := s.index.shard(f.slot.hash)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	defer s.dropFlight(sh, f)
	if s.bans.kills(o) {
		return
	}
	cost := o.size() + entryOverhead
	if c := sameVariant(sh.find(f.slot.hash, o.key), o); c != nil {
		if c.object.Load().seq < o.seq {
			c.object.Store(o)
			s.policy.resize(c, cost)
		}
		return
	}
	if s.policy.full() {
		return
	}
	sl := s.slotFor(sh, f.slot.hash, o.key)
	if c := s.spare(sl); c != nil {
		s.policy.refill(c, o, cost)
	} else {
		s.policy.admit(&cell{slot: sl, id: s.nameCell(sl, o.selecting)}, o, cost)
	}
	if sl.empty() { // there was no room after all
		sh.remove(sl)
	}
}

// spare makes sure that one more variant may come: it returns a cell without
// an object to put it into, or nil if a new one may be made.
func (s *Store) spare(sl *slot) *cell {
	if cells := sl.variants(); len(cells) >= maxVariants {
		s.policy.drop(cells[len(cells)-1])
	}
	for _, c := range sl.variants() {
		if c.object.Load() == nil {
			return c
		}
	}
	return nil
}

// sameVariant finds the cell that the object replaces.
func sameVariant(sl *slot, o *Object) *cell {
	if sl == nil {
		return nil
	}
	for _, c := range sl.variants() {
		old := c.object.Load()
		if old != nil && equal(old.Verdict.Vary, o.Verdict.Vary) && equal(old.selecting, o.selecting) {
			return c
		}
	}
	return nil
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// slotFor finds or makes the slot. The lock is held. The key must be the
// caller's own memory.
func (s *Store) slotFor(sh *shard, hash uint64, key string) *slot {
	if sl := sh.find(hash, key); sl != nil {
		return sl
	}
	sl := &slot{hash: hash, key: key}
	sh.insert(sl)
	return sl
}

// show gives a cell its object; hide takes it away. Both keep the count.
func (s *Store) show(c *cell, o *Object) {
	if c.object.Swap(o) == nil {
		s.entries.Add(1)
	}
}

func (s *Store) hide(c *cell) {
	if c.object.Swap(nil) != nil {
		s.entries.Add(-1)
	}
}

// forget removes a cell whose object is gone or whose place was taken, and the
// slot with it when nothing else is in it. The lock is held.
func (s *Store) forget(sh *shard, c *cell) {
	s.hide(c)
	c.slot.drop(c)
	s.policy.release(c)
	if c.slot.empty() {
		sh.remove(c.slot)
	}
}

// Discard takes an object out that its origin wants kept no longer.
func (s *Store) Discard(o *Object) { s.withCell(o, s.policy.drop) }

// settle writes down what a head tells about its key. A flight that is not to
// be shared leaves its slot in the same step.
func (s *Store) settle(f *Flight, v *Verdict) {
	sh := s.index.shard(f.slot.hash)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sl := f.slot
	sl.vary = v.Vary
	switch {
	case v.Reason == "":
		sh.marks.clear(sl.hash, f.crowd)
		if v.Shareable() || f.refreshing { // whose end nobody has to hasten
			return
		}
	case f.sharesUnstored(v): // the next crowd may share one fetch, too
	case v.Reason.MarksKey(), v.Reason == Credentials && f.crowd == principal:
		sh.marks.set(sl.hash, f.crowd, v.Received.Add(markFor).UnixNano())
	}
	s.dropFlight(sh, f)
}

// dropFlight takes the flight out of its slot. The lock is held.
func (s *Store) dropFlight(sh *shard, f *Flight) {
	sl := f.slot
	for i, other := range sl.flights {
		if other == f {
			sl.flights = slices.Delete(sl.flights, i, i+1) // which lets go of its bytes
			s.flights.Add(-1)
			break
		}
	}
	if sl.empty() {
		sh.remove(sl)
	}
}
