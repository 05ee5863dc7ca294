package cache

// consider lets ristretto decide about an object that found no room. Small ones
// are refused: room comes and goes by itself. For one larger than the window it
// has to be made: its cell waits in the index without it, a miss for lookups,
// until ristretto has had its turn. One waits at a time.
func (p *policy) consider(c *cell, o *Object, cost int64) {
	if cost <= p.window.limit || p.closed.Load() || !p.ask(func() { p.decide(c, o) }) {
		return
	}
	if c.place == gone && !p.bury(c) {
		return
	}
	if !p.cache.Set(c.id, c, cost) {
		p.store.forget(p.shard(c), c)
	}
}

// bury puts a new cell into the index as a tombstone.
func (p *policy) bury(c *cell) bool {
	if !p.reserve(tombstoneCost(c)) {
		return false
	}
	c.cost = tombstoneCost(c)
	c.place = offered
	c.slot.add(c)
	return true
}

// decide is called when it is the candidate's turn: if its cell is still there
// after ristretto has judged it, it was accepted, and is shown if the room was
// really made. The first look also waits until consider has let go of the lock.
func (p *policy) decide(c *cell, o *Object) {
	sh := p.shard(c)
	sh.mu.Lock()
	offered := c.waits()
	sh.mu.Unlock()
	if !offered {
		return
	}
	p.relieve()
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if !c.waits() { // rejected, or refilled meanwhile
		return
	}
	cost := o.size() + entryOverhead // codings may have been added
	if !p.store.bans.kills(o) && p.reserve(cost-c.cost) {
		c.cost = cost
		p.store.show(c, o)
	}
	p.tell(c)
}

// waits tells whether the cell is in the index without an object. The lock is
// held.
func (c *cell) waits() bool { return c.place == offered && c.object.Load() == nil }
