package cache

import "time"

// auditEvery is how often ristretto's sum is compared with ours.
const auditEvery = 10 * time.Second

// ballastTouches make the ballast more popular than anything: the counters end
// at 15, and of a row of touches many are lost.
const ballastTouches = 1300

// run is the policy's own goroutine: it alone waits for ristretto.
func (p *policy) run() {
	defer close(p.done)
	tick := time.NewTicker(auditEvery)
	defer tick.Stop()
	for {
		select {
		case job := <-p.jobs:
			job()
		case <-tick.C:
			p.audit()
		case <-p.stop:
			return
		}
	}
}

// ask gives the goroutine something to do, unless something waits already: who
// still needs it asks again.
func (p *policy) ask(job func()) bool {
	select {
	case p.jobs <- job:
		return true
	default:
		return false
	}
}

// relieve waits until all that is queued was judged. Objects that grew evict
// nobody; if they alone are what is too much, refusing new ones would go on for
// ever, so a ballast is added, which makes ristretto evict down to its limit.
func (p *policy) relieve() {
	p.cache.Wait()
	if p.cache.RemainingCost() >= 0 {
		return
	}
	for range ballastTouches {
		p.cache.Get(p.ballast)
	}
	p.cache.Set(p.ballast, nil, 1)
	p.cache.Wait()
	p.cache.Del(p.ballast)
	p.cache.Wait()
}

// audit compares the sums. Being off once may be a moment's traffic; twice in a
// row is repaired.
func (p *policy) audit() {
	p.cache.Wait()
	told := p.maxCost - p.cache.RemainingCost()
	held := p.store.bytes.Load() - p.window.size()
	suspicious := max(told-held, held-told) > p.maxCost/100
	if suspicious && p.suspicious {
		p.reconcile()
		suspicious = false
	}
	p.suspicious = suspicious
}

// reconcile tells ristretto of every cell again, and makes weightless what it
// counts without a cell.
func (p *policy) reconcile() {
	for i := range p.store.index.shards {
		p.retell(&p.store.index.shards[i])
		p.cache.Wait() // the queue is short; an update that finds it full is lost
	}
	for _, c := range p.ghosts() {
		p.lighten(c)
	}
	p.cache.Wait()
}

func (p *policy) retell(sh *shard) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.each(func(sl *slot) {
		for _, c := range sl.variants() {
			if c.place == offered {
				p.tell(c)
			}
		}
	})
}

// ghosts lists what ristretto holds and has no object.
func (p *policy) ghosts() []*cell {
	var list []*cell
	p.cache.IterValues(func(c *cell) bool {
		if c != nil && c.object.Load() == nil {
			list = append(list, c)
		}
		return false
	})
	return list
}

// lighten sets a ghost's cost to the least, unless its id is in use again: a Del
// could take a later Set along.
func (p *policy) lighten(c *cell) {
	sh := p.shard(c)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if c.place != gone || p.closed.Load() {
		return
	}
	if sl := sh.find(c.slot.hash, c.slot.key); sl != nil {
		for _, other := range sl.variants() {
			if other.id == c.id && other.place == offered {
				return
			}
		}
	}
	p.cache.Set(c.id, c, 1)
}
