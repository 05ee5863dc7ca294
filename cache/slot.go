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
	cells atomic.Pointer[cellList]

	// The rest belongs to the shard lock.
	vary    []string // the names the origin selected by when last seen
	flights []*Flight
	quiet   int64 // no refresh before, Unix nanoseconds: the last one failed
}

// cellList are variants that do not change. Mostly it is one: then the list holds
// it, and a lookup goes to one place in memory less.
type cellList struct {
	all []*cell
	one [1]*cell
}

func newCellList(all []*cell) *cellList {
	if len(all) > 1 {
		return &cellList{all: all}
	}
	l := &cellList{one: [1]*cell{all[0]}}
	l.all = l.one[:]
	return l
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
		return cells.all
	}
	return nil
}

// add puts a cell in front. The lock is held.
func (s *slot) add(c *cell) {
	s.cells.Store(newCellList(append([]*cell{c}, s.variants()...)))
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
	s.cells.Store(newCellList(slices.Delete(slices.Clone(old), i, i+1)))
	return true
}

// empty tells whether nothing is left to remember. The lock is held.
func (s *slot) empty() bool {
	return s.cells.Load() == nil && len(s.flights) == 0
}
