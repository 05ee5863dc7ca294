package proxy

import (
	"context"
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
type watcher struct {
	mu      sync.Mutex
	waiting map[*conn]watched
	running bool
	closed  bool
}

// watched is a waiting client.
type watched struct {
	done <-chan struct{} // its exchange is finished
	gone context.CancelFunc
}

func newWatcher() *watcher { return &watcher{waiting: make(map[*conn]watched)} }

// add watches a connection until ctx ends; gone is called when the peer left.
func (w *watcher) add(ctx context.Context, c *conn, gone context.CancelFunc) {
	if _, ok := c.Conn.(syscall.Conn); !ok {
		return // in memory: it cannot be looked at
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting[c] = watched{ctx.Done(), gone}
	if !w.running && !w.closed {
		w.running = true
		go w.run()
	}
}

// forget watches a connection no longer: what it reads is somebody's again.
func (w *watcher) forget(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.waiting, c)
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
	for c, one := range w.waiting {
		select {
		case <-one.done:
			delete(w.waiting, c)
		default:
			if hasLeft(c.Conn.(syscall.Conn)) {
				one.gone()
				delete(w.waiting, c)
			}
		}
	}
	w.running = len(w.waiting) > 0 && !w.closed
	return w.running
}

func (w *watcher) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
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
