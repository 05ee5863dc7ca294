package proxy

import (
	"slices"
	"strings"

	"github.com/afterburner-gateway/afterburner/config"
)

// matchResult is the answer of a router.
type matchResult uint8

const (
	matched          matchResult = iota
	notFound                     // no route of any fitting host has the path
	methodNotAllowed             // some have the path, none takes the method
	ambiguousPath                // another reader of the path could choose another route
)

// routerEntry is a pattern and what it leads to.
type routerEntry[T any] struct {
	pattern *config.Pattern
	value   T
}

// router finds the value of the most specific pattern. It is built once and
// does not change: any number of goroutines may use it.
//
//	r := newRouter([]routerEntry[*route]{{pattern, products}})
//	chosen, result := r.match("api.example.com", "GET", "/products/1", &values)
//
// The work is that of the path's segments, whatever the number of routes.
type router[T any] struct {
	values []T
	hosts  hostTable
}

// newRouter builds a router from patterns that do not conflict
// (config.Conflicts); of two that do, the first is chosen.
func newRouter[T any](entries []routerEntry[T]) *router[T] {
	r := &router[T]{}
	for i, entry := range entries {
		r.values = append(r.values, entry.value)
		r.hosts.add(entry.pattern, i)
	}
	return r
}

// match finds the route of a request. The host comes from hostname, the path
// is the escaped path of the target, without its query. The values of the
// wildcards are left in p; they are parts of path and live as long as it does.
func (r *router[T]) match(host, method, path string, p *params) (value T, result matchResult) {
	index, result := r.hosts.match(routeQuery{host, method, path}, p)
	if result != matched {
		return value, result
	}
	return r.values[index], matched
}

// allow is the Allow field of a 405 (RFC 9110 section 10.2.1): the methods
// that the routes of all fitting hosts take for the path.
func (r *router[T]) allow(host, path string) string {
	var methods []string
	w := walk{escaped: true, params: &params{}, passed: &methods}
	r.hosts.find(host, path, &w)
	slices.Sort(methods)
	return strings.Join(slices.Compact(methods), ", ")
}

// params holds what the wildcards of the chosen pattern matched, each as it
// stands in the path, percent-encoding and all. The caller owns it.
type params struct {
	// values are in the order of the pattern's Names; behind them may stand
	// the remainder that a trailing slash matched.
	values [config.MaxPatternNames + 1]string
	n      int
}

// all are the values in the order of the pattern's Names. They are
// overwritten by the next match.
func (p *params) all() []string { return p.values[:p.n] }

// routeQuery is what a route is chosen by.
type routeQuery struct{ host, method, path string }

// hostTable holds a tree of paths for each host.
type hostTable struct {
	exact    map[string]*pathNode
	wildcard map[string]*pathNode // *.example.com under ".example.com"
	any      *pathNode
}

func (t *hostTable) add(p *config.Pattern, index int) {
	t.tree(p.Host).add(p.Segments, newPathRoute(p, index))
}

func (t *hostTable) tree(host string) *pathNode {
	if host == "" {
		t.any = t.any.orNew()
		return t.any
	}
	trees := &t.exact
	if suffix, ok := strings.CutPrefix(host, "*"); ok {
		trees, host = &t.wildcard, suffix
	}
	if *trees == nil {
		*trees = map[string]*pathNode{}
	}
	(*trees)[host] = (*trees)[host].orNew()
	return (*trees)[host]
}

// match is router.match with the place of the route in the list.
func (t *hostTable) match(q routeQuery, p *params) (int, matchResult) {
	if q.path == "" || q.path[0] != '/' {
		return noRoute, notFound // the asterisk form of OPTIONS among others
	}
	index, result := t.choose(q, reading{q.path, true}, p)
	if isOdd(q.path) && t.isAmbiguous(q, index, result) {
		return noRoute, ambiguousPath
	}
	return index, result
}

// isAmbiguous: would another reading of the path choose another route?
func (t *hostTable) isAmbiguous(q routeQuery, index int, result matchResult) bool {
	others, ok := readings(q.path)
	if !ok {
		return true
	}
	var unused params
	for _, other := range others {
		if i, r := t.choose(q, other, &unused); i != index || r != result {
			return true
		}
	}
	return false
}

// choose finds the route for one reading of the path.
func (t *hostTable) choose(q routeQuery, path reading, p *params) (int, matchResult) {
	p.n = 0
	w := walk{method: q.method, escaped: path.escaped, params: p}
	index := t.find(q.host, path.text, &w)
	switch {
	case index != noRoute:
		return index, matched
	case w.seen:
		return noRoute, methodNotAllowed
	}
	return noRoute, notFound
}

// find tries the exact host, then the wildcards from the longest on, then the
// routes without a host; the next one wherever a host has no route.
func (t *hostTable) find(host, path string, w *walk) int {
	if len(host) <= maxHostLength {
		if index := w.seek(t.exact[host], path, 0); index != noRoute {
			return index
		}
		if index := t.findWildcard(host, path, w); index != noRoute {
			return index
		}
	}
	return w.seek(t.any, path, 0)
}

func (t *hostTable) findWildcard(host, path string, w *walk) int {
	if len(t.wildcard) == 0 {
		return noRoute
	}
	for at := 1; at < len(host); at++ {
		if host[at] != '.' {
			continue
		}
		if index := w.seek(t.wildcard[host[at:]], path, 0); index != noRoute {
			return index
		}
	}
	return noRoute
}
