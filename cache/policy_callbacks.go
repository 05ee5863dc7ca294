package cache

import "github.com/dgraph-io/ristretto/v2"

// What ristretto calls, all on its one goroutine and with none of its locks
// held, so that the shard lock may be taken here.

// weigh is called on ristretto's goroutine when it comes to a queued cell. One
// that has gone since, because an earlier Set of it was rejected, weighs more
// than may be stored: it is rejected, not counted for ever.
func (p *policy) weigh(c *cell) int64 {
	if c == nil || p.closed.Load() {
		return 1
	}
	sh := p.shard(c)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if c.place != offered {
		return p.maxCost + 1
	}
	return c.cost
}

// evicted is called on ristretto's goroutine, also with a nil value.
func (p *policy) evicted(item *ristretto.Item[*cell]) {
	p.judged(item.Value, p.store.forget)
}

// rejected is called on ristretto's goroutine. It comes falsely when a second
// Set of a key was queued before the first had been judged: then the older value
// stands there, and setting it once more, now as an update, puts it right.
func (p *policy) rejected(item *ristretto.Item[*cell]) {
	p.judged(item.Value, func(sh *shard, c *cell) {
		if _, present := p.cache.GetTTL(c.id); present {
			p.tell(c)
			return
		}
		p.store.forget(sh, c)
	})
}

// judged applies a judgement to a cell that the index holds.
func (p *policy) judged(c *cell, apply func(*shard, *cell)) {
	if c == nil || p.closed.Load() {
		return
	}
	sh := p.shard(c)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if c.place == offered {
		apply(sh, c)
	}
}
