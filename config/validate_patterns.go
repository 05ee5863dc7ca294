package config

import (
	"errors"
	"slices"

	"gopkg.in/yaml.v3"
)

// patterns checks the patterns, alone and against each other.
func (v *validator) patterns() {
	top := (*place)(nil).key("routes")
	patterns := make([]*Pattern, len(v.cfg.Routes))
	for i, r := range v.cfg.Routes {
		at := top.item(i)
		v.rewrite(at.key("rewrite"), r)
		methods := v.methods(at.key("methods"), r.Methods)
		pattern, err := ParsePattern(r.Host, r.Path, methods)
		v.patternFaults(err, func(key string) *place { return at.key(key) })
		if len(methods) == len(r.Methods) && v.sound(at.key("path")) && v.sound(at.key("host")) {
			patterns[i] = pattern
		}
	}
	for _, c := range Conflicts(patterns) {
		at, message := v.conflictPlace(top.item(c.Later)), c.Message
		if v.filled(top.item(c.Later).key("path")) || v.filled(top.item(c.Earlier).key("path")) {
			message = "conflicts with another route; give them different paths, methods or hosts"
		}
		v.fault(at, "%s", message)
	}
}

// conflictPlace is a route's path, or the route itself where the path comes
// from an anchor before it: the fault lies in the use.
func (v *validator) conflictPlace(route *place) *place {
	path := route.key("path")
	from, to := v.locate(route).node, v.locate(path).node
	if from != nil && (to.Line < from.Line || to.Line == from.Line && to.Column < from.Column) {
		return route
	}
	return path
}

// methods checks them one by one, and returns those that are right.
func (v *validator) methods(at *place, methods []string) (right []string) {
	if methods != nil && len(methods) == 0 {
		v.fault(at, "is empty; name a method, or remove the key to take all")
	}
	for i, method := range methods {
		if _, err := ParsePattern("", "/", methods[i:i+1]); err != nil {
			v.patternFaults(err, func(string) *place { return at.item(i) })
			continue
		}
		right = append(right, method)
	}
	return right
}

func (v *validator) rewrite(at *place, r Route) {
	if r.Rewrite == "" && !v.written(at) {
		return
	}
	pattern, err := ParsePattern("", r.Path, nil)
	if err != nil {
		return // the fault is that of the path
	}
	_, err = ParseRewrite(r.Rewrite, pattern)
	v.remark(at, err)
}

// patternFaults reports what ParsePattern found, each at the place of its key.
func (v *validator) patternFaults(err error, at func(key string) *place) {
	var faults PatternFaults
	errors.As(err, &faults)
	for _, f := range faults {
		v.remark(at(f.Key), errors.New(f.Message))
	}
}

// remark reports an error that quotes the value, unless the value may not be
// shown.
func (v *validator) remark(at *place, err error) {
	switch {
	case err == nil:
	case v.filled(at):
		text, _ := v.source(at)
		v.fault(at, "%s is not valid once the environment is filled in", quote(text))
	default:
		v.fault(at, "%s", err)
	}
}

// filled: the value, or an element of the list, comes from the environment.
func (v *validator) filled(at *place) bool {
	s := v.locate(v.origin(at))
	if !s.exact {
		return false
	}
	node := target(s.node)
	isFilled := func(n *yaml.Node) bool {
		_, filled, _ := v.expand(target(n).Value)
		return filled
	}
	return isFilled(node) || slices.ContainsFunc(node.Content, isFilled)
}
