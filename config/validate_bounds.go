package config

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// bounds checks all numbers, sizes and durations that have a least value, by
// the tags of their fields.
func (v *validator) bounds(block reflect.Value, at *place) {
	s := v.shapeOf(block.Type())
	if s.off >= 0 && block.Field(s.off).Bool() {
		return
	}
	for _, b := range s.bounds {
		field := block.Field(b.field)
		if b.nested {
			v.boundsWithin(field, at.key(b.name))
			continue
		}
		if number := field.Int(); number < b.least || b.positive && number == 0 {
			v.outOfBounds(b, field, at.key(b.name))
		}
	}
}

// boundsWithin looks into a block, or into those of a list or a map. What
// defaults hold is looked at in the routes.
func (v *validator) boundsWithin(field reflect.Value, at *place) {
	switch field.Kind() {
	case reflect.Struct:
		if field.Type() != reflect.TypeFor[Defaults]() {
			v.bounds(field, at)
		}
	case reflect.Pointer:
		if !field.IsNil() {
			v.bounds(field.Elem(), at)
		}
	case reflect.Slice:
		for i := range field.Len() {
			v.bounds(field.Index(i), at.item(i))
		}
	case reflect.Map:
		if upstreams, ok := field.Interface().(map[string]Upstream); ok {
			for _, name := range slices.Sorted(maps.Keys(upstreams)) {
				v.bounds(reflect.ValueOf(upstreams[name]), at.key(name))
			}
		}
	}
}

// outOfBounds: zero would mean no time at all to one reader of a duration, and
// no limit to another.
func (v *validator) outOfBounds(b bound, field reflect.Value, at *place) {
	switch value := field.Interface().(type) {
	case Duration:
		v.fault(at, "%s is no time at all; write more than 0s", v.showUnquoted(at, value))
	case Size:
		if value != 0 || !b.optional || v.written(at) {
			v.fault(at, "%s is too little; write %s or more", v.showUnquoted(at, value), Size(b.least))
		}
	default:
		v.fault(at, "%s is too little; write %s or more", v.showUnquoted(at, count(field.Int())), count(b.least))
	}
}

// count is a plain number in a message.
type count int64

func (c count) String() string { return strconv.FormatInt(int64(c), 10) }
