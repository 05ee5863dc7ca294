package upstream

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// A pool hands out the connections of one target. A place stands for one
// connection that is, or may be, open; there are at most max of them.
//
//	free place --acquire--> taken --put----> idle --acquire--> taken
//	                              --put----> first waiter (taken by it)
//	                              --vacate-> first waiter, with the place to dial
//	                                         or, with nobody waiting, free place
//	                        idle  --sweep, retire--> free place
//
// Somebody waits only while no connection is idle and no place is free, so the
// first to wait is the first to go on.
type pool struct {
	max, maxWaiting int
	idleFor, wait   time.Duration
	parked          func() // called, without the lock, after a connection became idle

	mu      sync.Mutex // never held while something blocks
	taken   int        // places in use, idle connections included
	idle    []*conn    // oldest first; the newest is used first
	queue   list.List  // of waiter
	retired bool
}

// A waiter gets one connection, or nil: a place to dial into.
type waiter chan *conn

// acquire takes a place, with the newest idle connection or with nil.
func (p *pool) acquire(ctx context.Context) (*conn, *Error) {
	p.mu.Lock()
	if c := p.pop(); c != nil {
		p.mu.Unlock()
		return c, nil
	}
	if p.taken < p.max {
		p.taken++
		p.mu.Unlock()
		return nil, nil
	}
	if p.wait == 0 || p.queue.Len() >= p.maxWaiting {
		p.mu.Unlock()
		return nil, &Error{Kind: ConnectionLimitReached, Err: errQueueFull}
	}
	w := make(waiter, 1)
	spot := p.queue.PushBack(w)
	p.mu.Unlock()
	return p.await(ctx, w, spot)
}

func (p *pool) await(ctx context.Context, w waiter, spot *list.Element) (*conn, *Error) {
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	select {
	case c := <-w:
		return c, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	p.queue.Remove(spot) // nothing happens if it was served meanwhile
	p.mu.Unlock()
	gone := canceled(ctx, ConnectionLimitReached)
	select {
	case c := <-w: // served at the same moment
		if gone == nil {
			return c, nil
		}
		p.giveBack(c)
	default:
	}
	if gone != nil {
		return nil, gone
	}
	return nil, &Error{Kind: ConnectionLimitReached, Err: errWaitOver}
}

func (p *pool) giveBack(c *conn) {
	if c == nil {
		p.vacate()
		return
	}
	p.put(c)
}

// another gives up the place of a dead connection for an idle one; nil: none is
// idle, and the place is kept.
func (p *pool) another() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.pop()
	if c != nil {
		p.taken--
	}
	return c
}

// put returns a connection that is clean.
func (p *pool) put(c *conn) {
	c.since = time.Now()
	p.mu.Lock()
	if p.retired || p.idleFor == 0 {
		p.mu.Unlock()
		c.Close()
		p.vacate()
		return
	}
	if w := p.first(); w != nil {
		w <- c
		p.mu.Unlock()
		return
	}
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	p.parked()
}

// vacate returns the place of a connection that was closed or never opened.
func (p *pool) vacate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.first(); w != nil {
		w <- nil
		return
	}
	p.taken--
}

// sweep closes what was idle too long and tells since when the oldest of the
// others is; the zero time: there is none.
func (p *pool) sweep(now time.Time) time.Time {
	p.mu.Lock()
	n := 0
	for n < len(p.idle) && now.Sub(p.idle[n].since) >= p.idleFor {
		n++
	}
	old := append([]*conn(nil), p.idle[:n]...)
	p.idle = append(p.idle[:0], p.idle[n:]...)
	p.taken -= n
	var oldest time.Time
	if len(p.idle) > 0 {
		oldest = p.idle[0].since
	}
	p.mu.Unlock()
	closeAll(old)
	return oldest
}

func (p *pool) retire() {
	p.mu.Lock()
	p.retired = true
	old := p.idle
	p.idle = nil
	p.taken -= len(old)
	p.mu.Unlock()
	closeAll(old)
}

func (p *pool) count() (open, idle, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken, len(p.idle), p.queue.Len()
}

// pop takes the newest idle connection; the lock is held.
func (p *pool) pop() *conn {
	n := len(p.idle) - 1
	if n < 0 {
		return nil
	}
	c := p.idle[n]
	p.idle[n] = nil
	p.idle = p.idle[:n]
	return c
}

// first takes the first waiter off the queue; the lock is held.
func (p *pool) first() waiter {
	spot := p.queue.Front()
	if spot == nil {
		return nil
	}
	return p.queue.Remove(spot).(waiter)
}

func closeAll(conns []*conn) {
	for _, c := range conns {
		c.Close()
	}
}
