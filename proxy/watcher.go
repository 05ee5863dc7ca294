package proxy

import (
	"sync"
	"syscall"
	"time"
)

// watchEvery is how often waiting connections are looked at: a client that
// left is noticed within it.
const watchEvery = 250 * time.Millisecond

// watcher notices clients that leave while they wait: one goroutine looks at
// all their connections, because nobody reads from them meanwhile. It runs
// only while somebody waits.
//
// A connection stays in the list when its request is answered, and is struck off
// at the next look unless it waits again: so most requests do not touch the list.
type watcher struct {
	mu      sync.Mutex
	list    []*conn
	running bool
	closed  bool
}

// canWatch tells whether a connection can be looked at; one in memory cannot.
func canWatch(c *conn) bool {
	_, ok := c.Conn.(syscall.Conn)
	return ok
}

// add watches a connection whose presence was just renewed, until that is over.
func (w *watcher) add(c *conn) {
	if c.listed.Load() {
		return // look sees that it waits, or has struck it off before this
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		c.presence.Load().leave()
		return
	}
	if c.listed.Swap(true) {
		return // look was faster
	}
	w.list = append(w.list, c)
	if !w.running {
		w.running = true
		go w.run()
	}
}

// forget watches a connection no longer: what it reads is somebody's again.
func (w *watcher) forget(c *conn) {
	w.mu.Lock() // and so waits for a look that is under way
	defer w.mu.Unlock()
	if p := c.presence.Load(); p != nil {
		p.unwatch()
	}
}

func (w *watcher) run() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for range tick.C {
		if !w.look() {
			return
		}
	}
}

// look tests each waiting connection, and says whether to go on.
func (w *watcher) look() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := w.list[:0]
	for _, c := range w.list {
		if w.goesOn(c) {
			kept = append(kept, c)
		}
	}
	clear(w.list[len(kept):])
	w.list = kept
	w.running = len(kept) > 0 && !w.closed
	return w.running
}

// goesOn looks at one connection. Its next exchange may have begun meanwhile: a
// client that has left has left for that, too.
func (w *watcher) goesOn(c *conn) bool {
	if p := c.presence.Load(); p.watched() {
		if !hasLeft(c.Conn.(syscall.Conn)) {
			return true
		}
		p.leave()
	}
	c.listed.Store(false)
	if !c.presence.Load().watched() {
		return false
	}
	c.listed.Store(true) // it began to wait just now, and may have found itself listed
	return true
}

// close ends the waiting of all, as the process ends.
func (w *watcher) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, c := range w.list {
		c.presence.Load().leave()
	}
}

// hasLeft peeks without taking anything: an end or an error means gone. A peer
// that only closed its sending half cannot be told from one that left, and
// counts as gone.
func hasLeft(c syscall.Conn) bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return true
	}
	left := false
	err = raw.Control(func(fd uintptr) {
		var one [1]byte
		n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case err == nil:
			left = n == 0
		case err != syscall.EAGAIN && err != syscall.EINTR:
			left = true
		}
	})
	return left || err != nil
}
