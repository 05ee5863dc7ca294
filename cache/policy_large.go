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

// decide is called when ristretto has had its turn: a candidate whose cell is
// still there was accepted, and is shown if the room was really made.
func (p *policy) decide(c *cell, o *Object) {
	p.relieve()
	sh := p.shard(c)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if c.place != offered || c.object.Load() != nil { // rejected, or refilled meanwhile
		return
	}
	cost := o.size() + entryOverhead // codings may have been added
	if !p.store.bans.newer(o.key, o.seq) && p.reserve(cost-c.cost) {
		c.cost = cost
		p.store.show(c, o)
	}
	p.tell(c)
}
