package cache

import "sync"

// window is the first-in first-out room that new cells pass through before the
// policy decides about them. It gives a new object time to be asked for again,
// and makes it visible at once. Its lock is the innermost: nothing else is
// locked while it is held.
type window struct {
	limit int64 // bytes; what is over it has to leave

	mu     sync.Mutex
	bytes  int64
	oldest *cell
	newest *cell
}

// seat is a cell's place in the window, under the window's lock. bytes is never
// zero while the cell is seated.
type seat struct {
	older, newer *cell
	bytes        int64
}

// push seats a cell as the newest.
func (w *window) push(c *cell, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.seat = seat{older: w.newest, bytes: bytes}
	if w.newest == nil {
		w.oldest = c
	} else {
		w.newest.seat.newer = c
	}
	w.newest = c
	w.bytes += bytes
}

// resize changes what a seated cell weighs; one that has just left is none of
// the window's business any more.
func (w *window) resize(c *cell, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.seat.bytes == 0 {
		return
	}
	w.bytes += bytes - c.seat.bytes
	c.seat.bytes = bytes
}

// remove takes a cell out, wherever it sits.
func (w *window) remove(c *cell) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.seat.bytes != 0 {
		w.unseat(c)
	}
}

// pop takes the oldest cell out if the window is over its limit, else it
// returns nil.
func (w *window) pop() *cell {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bytes <= w.limit {
		return nil
	}
	c := w.oldest
	w.unseat(c)
	return c
}

// unseat unlinks a seated cell. The lock is held.
func (w *window) unseat(c *cell) {
	older, newer := c.seat.older, c.seat.newer
	if older == nil {
		w.oldest = newer
	} else {
		older.seat.newer = newer
	}
	if newer == nil {
		w.newest = older
	} else {
		newer.seat.older = older
	}
	w.bytes -= c.seat.bytes
	c.seat = seat{}
}

// size returns the bytes of all seated cells.
func (w *window) size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes
}
