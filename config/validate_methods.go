package config

import (
	"maps"
	"slices"
)

// bodyMethods checks the methods that are keyed by their body: those that may be
// used to ask, and have a body.
func (v *validator) bodyMethods(at *place, methods map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		if name != "POST" && name != "QUERY" {
			v.fault(at.key(name), "%s cannot be keyed by its body; write POST or QUERY", v.show(at.key(name), name))
		}
	}
}

// stores tells whether answers to a method may be stored.
func (c Cache) stores(method string) bool {
	_, keyed := c.Methods[method]
	return keyed || method == "GET" || method == "HEAD"
}
