package config

import "slices"

// warnBatch: what a batch route says of its own answers says nothing.
func (v *validator) warnBatch(route *place, r Route) {
	for _, key := range []string{"rewrite", "cache"} {
		if v.written(route.key(key)) {
			v.warn(route.key(key), "has no effect on a batch: its items go through the other routes; remove it")
		}
	}
	if at := route.key("coalesce"); v.written(at) && !r.Coalesce.Off {
		v.warn(at, "has no effect on a batch: its items go through the other routes; remove it")
	}
	if at := route.key("compress"); v.written(at) && !r.Compress.Off {
		v.warn(at, "has no effect on a batch: its answer is not compressed; remove it")
	}
}

// warnUnanswered finds the paths that a batch allows and no route takes. It
// gives up on a file with very many of both.
func (v *validator) warnUnanswered(top *place) {
	if !slices.ContainsFunc(v.cfg.Routes, func(r Route) bool { return r.Batch != nil }) {
		return
	}
	var routes [][]Segment
	for _, r := range v.cfg.Routes {
		if pattern, err := ParsePattern("", r.Path, nil); err == nil && r.Batch == nil {
			routes = append(routes, pattern.Segments)
		}
	}
	budget := 1_000_000 / max(1, len(routes))
	for i, r := range v.cfg.Routes {
		if r.Batch == nil {
			continue
		}
		for j, path := range r.Batch.Allow {
			if budget--; budget < 0 {
				return
			}
			pattern, err := ParsePattern("", path, nil)
			meets := func(route []Segment) bool { return haveCommonPath(pattern.Segments, route) }
			if at := top.item(i).key("batch", "allow").item(j); err == nil && !slices.ContainsFunc(routes, meets) {
				v.warn(at, "no route takes %s, and items that ask for it get 404; add a route or remove it", v.show(at, path))
			}
		}
	}
}

// haveCommonPath: is there a path that both match?
func haveCommonPath(p, q []Segment) bool {
	for i := range max(len(p), len(q)) {
		switch {
		case i == len(p) || i == len(q):
			return false
		case p[i].Multi || q[i].Multi:
			return true
		case p[i].Wild && q[i].Wild:
		case p[i].Wild || q[i].Wild:
			if p[i].Literal == "/" || q[i].Literal == "/" {
				return false // a wildcard is never empty
			}
		case p[i].Literal != q[i].Literal:
			return false
		}
	}
	return true
}
