package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Conflict is two patterns of one host that take a request in common, of which
// neither is more specific.
type Conflict struct {
	// Earlier and Later are places in the list; Later is where it is reported.
	Earlier, Later int
	// Message names both and says what to do.
	Message string
}

// Conflicts finds the patterns that conflict with one before them: at most one
// conflict for each, with the first in the list. A nil stands for a route whose
// pattern is faulty, and is passed over.
//
// The more specific path wins, so only paths that are equal or overlap can
// conflict. With equal paths a route with methods is before one without, and
// two of either kind conflict where they list the same method. With paths that
// overlap (/a/{x} and /{y}/b) any common method is a conflict.
func Conflicts(ps []*Pattern) []Conflict {
	hosts := map[string]*conflictNode{}
	search := conflictSearch{patterns: ps, earliest: make([]int, len(ps))}
	for i := range ps {
		search.earliest[i] = i
	}
	for _, i := range broadestFirst(ps) {
		root := hosts[ps[i].Host]
		if root == nil {
			root = &conflictNode{}
			hosts[ps[i].Host] = root
		}
		search.index = i
		search.visit(root, ps[i].Segments, equal)
		root.add(ps[i].Segments, i)
	}
	var conflicts []Conflict
	for later, earlier := range search.earliest {
		if earlier < later {
			conflicts = append(conflicts, Conflict{earlier, later, conflictMessage(ps, earlier, later)})
		}
	}
	return conflicts
}

// broadestFirst orders the places of the patterns: at the first segment of
// another kind the remainder is before the wildcard and that before the
// literal. A search then meets few literals with a wildcard of its own, where
// it would have to look below each.
func broadestFirst(ps []*Pattern) []int {
	kinds := make([]string, len(ps))
	var order []int
	for i, p := range ps {
		if p == nil {
			continue
		}
		order = append(order, i)
		var kind strings.Builder
		for _, segment := range p.Segments {
			kind.WriteByte(segment.kind())
		}
		kinds[i] = kind.String()
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(kinds[a], kinds[b]) })
	return order
}

func (s Segment) kind() byte {
	switch {
	case s.Multi:
		return 'a'
	case s.Wild:
		return 'b'
	}
	return 'c'
}

// sharesEqual: may both answer one request where their paths are equal?
func sharesEqual(p, q *Pattern) bool {
	if len(p.Methods) == 0 || len(q.Methods) == 0 {
		return len(p.Methods) == len(q.Methods)
	}
	return slices.ContainsFunc(p.listed(), func(method string) bool {
		return slices.Contains(q.listed(), method)
	})
}

// listed are the methods without a HEAD that only GET brought along.
func (p *Pattern) listed() []string {
	if p.HeadImplied {
		return p.Methods[:len(p.Methods)-1]
	}
	return p.Methods
}

// commonMethod is a method that both take, "" where both take all.
func commonMethod(p, q *Pattern) (method string, ok bool) {
	switch {
	case len(p.Methods) == 0 && len(q.Methods) == 0:
		return "", true
	case len(p.Methods) == 0:
		return q.Methods[0], true
	case len(q.Methods) == 0:
		return p.Methods[0], true
	}
	for _, method := range p.Methods {
		if slices.Contains(q.Methods, method) {
			return method, true
		}
	}
	return "", false
}

func conflictMessage(ps []*Pattern, earlier, later int) string {
	p, q := ps[earlier], ps[later]
	method, _ := commonMethod(p, q)
	both := strings.TrimSpace(method + " " + commonPath(p.Segments, q.Segments))
	if comparePaths(p.Segments, q.Segments) == equal {
		return fmt.Sprintf("%s conflicts with routes[%d] (%s): both match %s in the same way; remove one, or give them different methods or hosts", q, earlier, p, both)
	}
	return fmt.Sprintf("%s conflicts with routes[%d] (%s): both match %s and neither is more specific; narrow one of them, or give them different methods", q, earlier, p, both)
}

// commonPath is a path that both match; there must be one.
func commonPath(p, q []Segment) string {
	var path strings.Builder
	for i := range max(len(p), len(q)) {
		segment := narrower(p, q, i)
		path.WriteByte('/')
		switch {
		case segment.Multi || segment.Literal == "/":
		case segment.Wild:
			path.WriteString(url.PathEscape(segment.Name))
		default:
			path.WriteString(url.PathEscape(segment.Literal))
		}
	}
	return path.String()
}

func narrower(p, q []Segment, i int) Segment {
	switch {
	case i >= len(p):
		return q[i]
	case i >= len(q):
		return p[i]
	case q[i].Multi || q[i].Wild && !p[i].Multi:
		return p[i]
	}
	return q[i]
}
