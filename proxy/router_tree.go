package proxy

import (
	"slices"
	"strings"

	"github.com/afterburner-gateway/afterburner/config"
)

// noRoute is the place of no route in the list.
const noRoute = -1

// pathRoute is a route at the end of its path.
type pathRoute struct {
	index   int
	methods []string // empty: all
	names   int      // how many wildcards have a name
	rank    int      // which of the same path comes first
}

// newPathRoute ranks a route that lists a method before one that takes HEAD
// only along with GET, and that before one that takes all.
func newPathRoute(p *config.Pattern, index int) pathRoute {
	route := pathRoute{index: index, methods: p.Methods, names: len(p.Names())}
	switch {
	case len(p.Methods) == 0:
		route.rank = 2
	case p.HeadImplied:
		route.rank = 1
	}
	return route
}

// pathNode is one segment of the patterns of a host. A path is followed from
// node to node, the literal before the wildcard and that before the remainder;
// where that ends nowhere the walk comes back to the next of the three. Each
// node is met at most once in a walk.
type pathNode struct {
	literals map[string]*pathNode
	wild     *pathNode
	ends     []pathRoute // patterns that end here
	slash    []pathRoute // that end here with {$}
	multi    []pathRoute // that take all below
}

func (n *pathNode) orNew() *pathNode {
	if n == nil {
		return &pathNode{}
	}
	return n
}

func (n *pathNode) add(segments []config.Segment, route pathRoute) {
	if len(segments) == 0 {
		n.ends = insert(n.ends, route)
		return
	}
	segment, rest := segments[0], segments[1:]
	switch {
	case segment.Multi:
		n.multi = insert(n.multi, route)
	case segment.Literal == "/":
		n.slash = insert(n.slash, route)
	case segment.Wild:
		n.wild = n.wild.orNew()
		n.wild.add(rest, route)
	default:
		if n.literals == nil {
			n.literals = map[string]*pathNode{}
		}
		n.literals[segment.Literal] = n.literals[segment.Literal].orNew()
		n.literals[segment.Literal].add(rest, route)
	}
}

func insert(routes []pathRoute, route pathRoute) []pathRoute {
	routes = append(routes, route)
	slices.SortStableFunc(routes, func(a, b pathRoute) int { return a.rank - b.rank })
	return routes
}

// literal is the child for a segment, which is decoded once where the path is
// still escaped.
func (n *pathNode) literal(segment string, escaped bool) *pathNode {
	if len(n.literals) == 0 {
		return nil
	}
	if !escaped || strings.IndexByte(segment, '%') < 0 {
		return n.literals[segment]
	}
	var decoded [64]byte
	return n.literals[string(appendDecoded(decoded[:0], segment))]
}

// walk is one search for the most specific route that takes the method.
type walk struct {
	method  string
	escaped bool      // segments are percent-decoded before they are compared
	params  *params   // gets what the wildcards matched
	passed  *[]string // where it is set no method fits, and all go here
	seen    bool      // a route had the path but not the method
}

// seek follows the path below n; count wildcards are behind it.
func (w *walk) seek(n *pathNode, path string, count int) int {
	if n == nil {
		return noRoute
	}
	if path == "" {
		return w.take(n.ends)
	}
	if path == "/" {
		if index := w.take(n.slash); index != noRoute {
			return index
		}
	}
	segment, rest := cutSegment(path)
	if index := w.seek(n.literal(segment, w.escaped), rest, count); index != noRoute {
		return index
	}
	// {name} never stands for nothing: a reader that merges slashes would not
	// see the segment.
	if n.wild != nil && segment != "" {
		w.params.values[count] = segment
		if index := w.seek(n.wild, rest, count+1); index != noRoute {
			return index
		}
	}
	if len(n.multi) == 0 {
		return noRoute
	}
	w.params.values[count] = path[1:]
	return w.take(n.multi)
}

// take chooses among routes of the same path by the method.
func (w *walk) take(routes []pathRoute) int {
	for i := range routes {
		route := &routes[i]
		if w.passed != nil {
			*w.passed = append(*w.passed, route.methods...)
			continue
		}
		if len(route.methods) == 0 || slices.Contains(route.methods, w.method) {
			w.params.n = route.names
			return route.index
		}
	}
	w.seen = w.seen || len(routes) > 0
	return noRoute
}

// cutSegment splits "/a/b" into "a" and "/b". The path begins with a slash.
func cutSegment(path string) (segment, rest string) {
	if end := strings.IndexByte(path[1:], '/'); end >= 0 {
		return path[1 : end+1], path[end+1:]
	}
	return path[1:], ""
}
