package proxy

import "github.com/afterburner-gateway/afterburner/config"

// pathSet is a set of paths given by patterns, whose hosts and methods do not
// matter. It says which items a batch may ask for.
//
//	allowed := newPathSet(patterns) // of /products/
//	allowed.contains("/products/1") // true
//	allowed.contains("/products/../admin") // false
type pathSet struct {
	root *pathNode
}

func newPathSet(patterns []*config.Pattern) *pathSet {
	s := &pathSet{&pathNode{}}
	for i, p := range patterns {
		s.root.add(p.Segments, pathRoute{index: i})
	}
	return s
}

// contains says whether the escaped path is in the set in each of its
// readings: what may not be asked for must not come in by another spelling.
func (s *pathSet) contains(path string) bool {
	if path == "" || path[0] != '/' || !s.has(reading{path, true}) {
		return false
	}
	if !isOdd(path) {
		return true
	}
	others, ok := readings(path)
	if !ok {
		return false
	}
	for _, other := range others {
		if !s.has(other) {
			return false
		}
	}
	return true
}

func (s *pathSet) has(path reading) bool {
	w := walk{escaped: path.escaped, params: &params{}}
	return w.seek(s.root, path.text, 0) != noRoute
}
