package config

import (
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// unknownKey notes a key that a block does not have: one of its own that is
// spelt nearly so, or one of that name elsewhere, or else all that it has.
func (d *document) unknownKey(block, key *yaml.Node, at *place, s *shape) {
	path := at.key(key.Value)
	if best := d.near(key.Value, s.names); best != "" {
		d.blame(key, path, "unknown key; did you mean %s?", quote(best))
		d.meant[meaning{block, best}] = true
		return
	}
	if elsewhere := d.keysNamed(key.Value); len(elsewhere) > 0 {
		d.blame(key, path, "unknown key here; move it to %s", oneOf(elsewhere))
		return
	}
	d.blame(key, path, "unknown key; the keys here are %s", strings.Join(s.names, ", "))
}

// keysNamed are the paths at which the configuration has a key of this name.
func (d *document) keysNamed(name string) []string {
	if d.keys == nil {
		d.keys = map[string][]string{}
		d.collectKeys(reflect.TypeFor[Config](), "")
	}
	return d.keys[name]
}

func (d *document) collectKeys(t reflect.Type, path string) {
	switch t.Kind() {
	case reflect.Pointer:
		d.collectKeys(t.Elem(), path)
	case reflect.Slice:
		d.collectKeys(t.Elem(), path+"[]")
	case reflect.Map:
		d.collectKeys(t.Elem(), path+".NAME")
	case reflect.Struct:
		s := d.shapeOf(t)
		for _, name := range s.names {
			full := strings.TrimPrefix(path+"."+name, ".")
			if t != reflect.TypeFor[Defaults]() {
				d.keys[name] = append(d.keys[name], full)
			}
			d.collectKeys(t.Field(s.fields[name]).Type, full)
		}
	}
}
