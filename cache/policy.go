package cache

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"github.com/dgraph-io/ristretto/v2"
)

// policy decides which cells stay. ristretto does the deciding, our index holds
// the truth: ristretto is told of every lookup and of every cell that has left
// the window, and its callbacks remove cells. It is never asked for a value.
//
//	new - cost <= window -> inWindow - pushed out -> offered - evicted, rejected -> gone
//	    - larger ---------------------------------> offered
//	inWindow - dropped -> gone
//	offered  - dropped -> tombstone: offered without an object, refilled by a later store
//
// Its habits, and what is done about them:
//   - Of two Sets of a key that is still queued the older value wins, and the
//     younger is reported as rejected: see rejected.
//   - After a Del a following Set may be lost: there is no Del of a cell's key.
//   - Wait, Del and Close block on its goroutine, which runs our callbacks, which
//     take shard locks: none of the three under a lock or in a callback.
//   - A burst is queued before it is judged: the budget is our own count of bytes.
//   - Of a cell that was rejected another Set may be queued still: see weigh.
//
// Locks, outermost first: shard, then the window's or ristretto's.
type policy struct {
	store   *Store
	cache   *ristretto.Cache[uint64, *cell]
	window  window
	maxCost int64 // ristretto's share of the budget, in bytes
	soft    int64 // bytes above which nothing new is stored
	hard    int64 // bytes that are never exceeded
	ballast uint64

	suspicious bool // the last audit was off; for the policy's goroutine alone

	closed atomic.Bool
	jobs   chan func() // for the policy's goroutine, one waiting at most
	stop   chan struct{}
	done   chan struct{}
}

// place is where a cell is on its way; it belongs to the shard lock.
type place uint8

const (
	gone     place = iota // not in the index: not yet, or no more
	inWindow              // in the index, unknown to ristretto
	offered               // in the index, told to ristretto
)

// meanCost is what an entry is taken to cost when the counters are sized, and
// countersPerEntry are needed because all rows of ristretto's sketch use the
// same bits of the id. A counter takes counterBytes with its share of the filter.
const (
	meanCost         = 4 << 10
	countersPerEntry = 32
	counterBytes     = 4
)

// The shares of the budget, in percent.
const (
	windowShare = 5
	softShare   = 103
	hardShare   = 105
)

func newPolicy(s *Store) (*policy, error) {
	counters := int64(1) << (bits.Len64(uint64(countersPerEntry*s.memory/meanCost)) - 1)
	budget := s.memory - counterBytes*counters
	p := &policy{
		store: s, window: window{limit: budget * windowShare / 100},
		soft: budget * softShare / 100, hard: budget * hardShare / 100,
		ballast: maphash.String(s.seed, "ballast"),
		jobs:    make(chan func(), 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	p.maxCost = budget - p.window.limit
	var err error
	p.cache, err = ristretto.NewCache(&ristretto.Config[uint64, *cell]{
		NumCounters: counters, MaxCost: p.maxCost, BufferItems: 64,
		IgnoreInternalCost: true, TtlTickerDurationInSec: 3600, // nothing has a TTL
		// A conflict hash makes entries vanish; ids are mixed well as they are.
		KeyToHash: func(id uint64) (uint64, uint64) { return id, 0 },
		Cost:      p.weigh, OnEvict: p.evicted, OnReject: p.rejected,
	})
	if err != nil {
		return nil, err
	}
	go p.run()
	return p, nil
}

// touch tells of a lookup, be it a hit or a miss: counting hits alone costs the
// resistance to scans. Of 64 calls one allocates.
func (p *policy) touch(id uint64) {
	if !p.closed.Load() {
		p.cache.Get(id)
	}
}

// full tells whether new objects must be refused, and if so sees to it that
// this ends.
func (p *policy) full() bool {
	if p.store.bytes.Load() <= p.soft {
		return false
	}
	p.ask(p.relieve)
	return true
}

// admit puts a new cell with its object into the index, where it is visible at
// once, or leaves it out. The lock of its shard is held, like in all that take a
// cell; the caller calls overflow after it has let go.
func (p *policy) admit(c *cell, o *Object, cost int64) {
	if cost > p.maxCost {
		return
	}
	if !p.reserve(cost) {
		p.consider(c, o, cost)
		return
	}
	c.cost = cost
	p.store.show(c, o)
	c.slot.add(c)
	if cost > p.window.limit {
		c.place = offered
		p.tell(c)
		return
	}
	c.place = inWindow
	p.window.push(c, cost)
}

// refill gives a tombstone an object again.
func (p *policy) refill(c *cell, o *Object, cost int64) {
	if cost > p.maxCost {
		return
	}
	if !p.reserve(cost - c.cost) {
		p.consider(c, o, cost)
		return
	}
	c.cost = cost
	p.store.show(c, o)
	p.tell(c)
}

// resize counts what was attached to a cell's object, or another object in its
// place. A cell that there is no room for is dropped.
func (p *policy) resize(c *cell, cost int64) {
	if cost == c.cost || c.place == gone {
		return
	}
	if cost > p.maxCost || !p.reserve(cost-c.cost) {
		p.drop(c)
		return
	}
	c.cost = cost
	if c.place == inWindow {
		p.window.resize(c, cost) // no effect if it was popped: overflow reads c.cost
		return
	}
	p.tell(c)
}

// drop takes a cell's object away. ristretto cannot be told to forget a key, so
// a cell that it knows stays as a tombstone of small cost.
func (p *policy) drop(c *cell) {
	if c.place != offered {
		p.store.forget(p.shard(c), c)
		return
	}
	p.store.hide(c)
	p.charge(c, tombstoneCost(c))
	p.tell(c)
}

// tombstoneCost is what a cell without an object counts.
func tombstoneCost(c *cell) int64 { return int64(entryOverhead + len(c.slot.key)) }

// overflow offers what the window has no room for. Each cell is offered under
// its own shard's lock, so the caller holds none; whoever fills the window
// empties it, so that it cannot run away.
func (p *policy) overflow() {
	for c := p.window.pop(); c != nil; c = p.window.pop() {
		p.offer(c)
	}
}

func (p *policy) offer(c *cell) {
	sh := p.shard(c)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if c.place != inWindow { // dropped since it was popped
		return
	}
	c.place = offered
	p.tell(c)
}

// tell offers a cell to ristretto, or tells of its new cost, which is asked for
// when its turn comes: see weigh. The index holds the cell: that, and the shard
// lock, is what makes it certain that an evicted cell is never set again by
// somebody who does not know.
func (p *policy) tell(c *cell) {
	if !p.closed.Load() && !p.cache.Set(c.id, c, 0) {
		p.store.forget(p.shard(c), c)
	}
}

// reserve counts bytes that are about to be stored, if they fit.
func (p *policy) reserve(bytes int64) bool {
	if p.closed.Load() {
		return false
	}
	for {
		old := p.store.bytes.Load()
		if bytes > 0 && old+bytes > p.hard {
			p.ask(p.relieve)
			return false
		}
		if p.store.bytes.CompareAndSwap(old, old+bytes) {
			return true
		}
	}
}

// charge sets a cell's cost where no room is asked for: it shrinks.
func (p *policy) charge(c *cell, cost int64) {
	p.store.bytes.Add(cost - c.cost)
	c.cost = cost
}

// release is the policy's part of forgetting a cell.
func (p *policy) release(c *cell) {
	p.charge(c, 0)
	p.window.remove(c)
	c.place = gone
}

func (p *policy) shard(c *cell) *shard { return p.store.index.shard(c.slot.hash) }

// close stops it. After each shard's lock was taken once nobody is inside a Set
// any more: ristretto panics when Close meets one.
func (p *policy) close() {
	if p.closed.Swap(true) {
		return
	}
	for i := range p.store.index.shards {
		sh := &p.store.index.shards[i]
		sh.mu.Lock()
		//lint:ignore SA2001 a barrier
		sh.mu.Unlock()
	}
	close(p.stop)
	<-p.done
	p.cache.Close()
}
