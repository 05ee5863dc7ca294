package cache

import "hash/maphash"

// What the policy calls a cell: the first variant of a key goes by the key's
// hash, so that a lookup which finds nothing counts for what will be stored. The
// others mix in their selecting values. An evicted variant comes back under the
// same id and finds what was counted.

// nameCell returns an id that no cell of the slot has. The lock is held.
func (s *Store) nameCell(sl *slot, selecting []string) uint64 {
	id := sl.hash
	for n := byte(0); sl.calls(id); n++ {
		id = s.variantID(sl.hash, selecting, n)
	}
	return id
}

// missID is the id of the cell that the answer to this request would fill.
func (s *Store) missID(sl *slot, hash uint64, fields Fields) uint64 {
	if sl == nil || !sl.calls(hash) {
		return hash
	}
	for _, c := range sl.variants() {
		o := c.object.Load()
		if o == nil {
			return c.id // a tombstone is refilled first
		}
		if names := o.Verdict.Vary; len(names) > 0 {
			return s.variantID(hash, SelectingValues(names, fields), 0)
		}
	}
	return hash
}

// variantID mixes a variant's selecting values into its key's hash; n tells
// apart what would be the same.
func (s *Store) variantID(hash uint64, selecting []string, n byte) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for shift := 0; shift < 64; shift += 8 {
		h.WriteByte(byte(hash >> shift))
	}
	for _, value := range selecting {
		h.WriteString(value)
		h.WriteByte('\n') // in no field value
	}
	h.WriteByte(n)
	return h.Sum64()
}

// calls tells whether one of the slot's cells goes by the id.
func (s *slot) calls(id uint64) bool {
	for _, c := range s.variants() {
		if c.id == id {
			return true
		}
	}
	return false
}
