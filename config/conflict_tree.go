package config

// relation is how a path pattern stands to another that has paths in common
// with it. The two bits together are an overlap.
type relation uint8

const (
	equal    relation = 0
	broader  relation = 1 // matches paths the other does not
	narrow   relation = 2 // does not match paths the other does
	overlaps relation = broader | narrow
)

// conflictNode is one segment of the patterns of a host seen so far. The
// leaves hold places in the list of patterns, in rising order.
type conflictNode struct {
	literals map[string]*conflictNode
	wild     *conflictNode
	ends     []int // patterns that end here
	slash    []int // that end here with {$}
	multi    []int // that take all below
}

func (n *conflictNode) add(segments []Segment, index int) {
	if len(segments) == 0 {
		n.ends = append(n.ends, index)
		return
	}
	segment, rest := segments[0], segments[1:]
	switch {
	case segment.Multi:
		n.multi = append(n.multi, index)
	case segment.Literal == "/":
		n.slash = append(n.slash, index)
	case segment.Wild:
		if n.wild == nil {
			n.wild = &conflictNode{}
		}
		n.wild.add(rest, index)
	default:
		child := n.literals[segment.Literal]
		if child == nil {
			child = &conflictNode{}
			if n.literals == nil {
				n.literals = map[string]*conflictNode{}
			}
			n.literals[segment.Literal] = child
		}
		child.add(rest, index)
	}
}

// conflictSearch looks for the patterns of a tree that conflict with one more.
type conflictSearch struct {
	patterns []*Pattern
	index    int   // the place of the one more
	earliest []int // for each place the first it conflicts with; itself: none
}

// visit follows the paths below n that have one in common with segments; so is
// the relation up to here.
func (s *conflictSearch) visit(n *conflictNode, segments []Segment, so relation) {
	if n == nil {
		return
	}
	if len(segments) == 0 {
		s.test(n.ends, so)
		return
	}
	segment, rest := segments[0], segments[1:]
	if segment.Multi {
		s.test(n.multi, so)
		s.visitBelow(n, so|broader)
		return
	}
	s.test(n.multi, so|narrow)
	switch {
	case segment.Literal == "/":
		s.test(n.slash, so)
	case segment.Wild:
		s.visit(n.wild, rest, so)
		for _, child := range n.literals {
			s.visit(child, rest, so|broader)
		}
	default:
		s.visit(n.literals[segment.Literal], rest, so)
		s.visit(n.wild, rest, so|narrow)
	}
}

// visitBelow tests everything that a remainder at n covers. Without an overlap
// all of that is more specific.
func (s *conflictSearch) visitBelow(n *conflictNode, so relation) {
	if n == nil || so != overlaps {
		return
	}
	s.test(n.slash, so)
	for _, child := range n.literals {
		s.cover(child, so)
	}
	s.cover(n.wild, so)
}

func (s *conflictSearch) cover(n *conflictNode, so relation) {
	if n == nil {
		return
	}
	s.test(n.ends, so)
	s.test(n.multi, so)
	s.visitBelow(n, so)
}

// test notes those of a leaf that conflict. They are in rising order, so of
// those before the new one the first is enough.
func (s *conflictSearch) test(indexes []int, so relation) {
	if so == broader || so == narrow {
		return
	}
	found := false
	for _, index := range indexes {
		if found && index < s.index || !s.conflicts(index, so) {
			continue
		}
		found = true
		earlier, later := min(index, s.index), max(index, s.index)
		s.earliest[later] = min(s.earliest[later], earlier)
	}
}

func (s *conflictSearch) conflicts(index int, so relation) bool {
	p, q := s.patterns[index], s.patterns[s.index]
	if so == equal {
		return sharesEqual(p, q)
	}
	_, ok := commonMethod(p, q)
	return ok
}

// comparePaths is the relation of p to q, which have a path in common.
func comparePaths(p, q []Segment) relation {
	so := equal
	for i := range min(len(p), len(q)) {
		so |= compareSegments(p[i], q[i])
	}
	switch {
	case len(p) < len(q):
		so |= broader
	case len(p) > len(q):
		so |= narrow
	}
	return so
}

func compareSegments(p, q Segment) relation {
	switch {
	case p.Multi == q.Multi && p.Wild == q.Wild:
		return equal
	case p.Multi || p.Wild && !q.Multi:
		return broader
	}
	return narrow
}
