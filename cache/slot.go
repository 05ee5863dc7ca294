package cache

import (
	"slices"
	"sync/atomic"
)

// crowd tells the requests with a principal from those without: they keep their
// own flights and marks, so that neither learns from the other's refusals.
type crowd uint8

const (
	anonymous crowd = iota
	principal
	crowds
)

// maxVariants bounds the objects of one key that differ by Vary; the oldest
// goes when one more comes.
const maxVariants = 64

// slot is all that is known of one primary key.
type slot struct {
	hash uint64
	key  string
	// cells are the stored variants, the newest first; read without a lock,
	// replaced as a whole under the shard's. nil: none.
	cells atomic.Pointer[[]*cell]

	// The rest belongs to the shard lock.
	vary    []string // the names the origin selected by when last seen
	flights []*Flight
	quiet   int64 // no refresh before, Unix nanoseconds: the last one failed
}

// cell is the place of one variant: the object in it may be replaced, the cell
// is what the policy knows.
type cell struct {
	slot   *slot
	object atomic.Pointer[Object] // nil: gone, a miss for lookups
	id     uint64                 // what the policy calls it; it never changes
	place  place                  // under the shard lock
	cost   int64                  // bytes counted for it, under the shard lock
	seat   seat                   // under the window's lock
}

// variants returns the cells, the newest first.
func (s *slot) variants() []*cell {
	if cells := s.cells.Load(); cells != nil {
		return *cells
	}
	return nil
}

// add puts a cell in front. The lock is held.
func (s *slot) add(c *cell) {
	cells := append([]*cell{c}, s.variants()...)
	s.cells.Store(&cells)
}

// drop takes a cell out and tells whether it was there. The lock is held.
func (s *slot) drop(c *cell) bool {
	old := s.variants()
	i := slices.Index(old, c)
	if i < 0 {
		return false
	}
	if len(old) == 1 {
		s.cells.Store(nil)
		return true
	}
	cells := slices.Delete(slices.Clone(old), i, i+1)
	s.cells.Store(&cells)
	return true
}

// empty tells whether nothing is left to remember. The lock is held.
func (s *slot) empty() bool {
	return s.cells.Load() == nil && len(s.flights) == 0
}
