package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// shape is what a struct type says of its block. The tags of a field:
//
//	yaml      the key
//	enum      the words it takes
//	min       the least number, size or length of a list; >0s: more than 0s
//	optional  zero stands for an absent key and may be under min
//	required  the key must be there
//	pattern   what the text must look like, a regular expression
//	keys      the same for the keys of a map
//	example   a value, as YAML
//	secret    true: its text is shown nowhere; values: that of the maps in it
//	template  its text may hold {name}, see ParseTemplate
//	restart   a running gateway cannot take over another value
//	since     the version it came with; absent: the first
type shape struct {
	names  []string       // in the order of the fields
	fields map[string]int // the field of a key
	off    int            // the field that false switches; -1: none
	bounds []bound
}

// bound is a field with a least value, or one that holds such fields.
type bound struct {
	field    int
	name     string
	least    int64
	positive bool // a duration, which must be more than 0s
	optional bool
	nested   bool
}

func (d *document) shapeOf(t reflect.Type) *shape {
	if s := d.shapes[t]; s != nil {
		return s
	}
	s := &shape{fields: map[string]int{}, off: -1}
	for i := range t.NumField() {
		field := t.Field(i)
		name := field.Tag.Get("yaml")
		if name == "-" {
			s.off = i
			continue
		}
		s.names = append(s.names, name)
		s.fields[name] = i
		if b, bounded := boundOf(field); bounded {
			b.field = i
			s.bounds = append(s.bounds, b)
		}
	}
	d.shapes[t] = s
	return s
}

func boundOf(field reflect.StructField) (b bound, bounded bool) {
	b = bound{name: field.Tag.Get("yaml"), optional: field.Tag.Get("optional") == "true"}
	least := field.Tag.Get("min")
	switch field.Type.Kind() {
	case reflect.Struct, reflect.Map:
		b.nested = true
	case reflect.Pointer:
		b.nested = field.Type.Elem().Kind() == reflect.Struct
	case reflect.Slice:
		b.nested = field.Type.Elem().Kind() == reflect.Struct
	case reflect.Int, reflect.Int64:
		b.positive = least == ">0s"
		b.least = parseLeast(least)
		return b, least != ""
	}
	return b, b.nested
}

// parseLeast reads the tag of a number or a size.
func parseLeast(text string) int64 {
	if size, problem := parseSize(text); problem == "" {
		return int64(size)
	}
	number, _ := strconv.ParseInt(text, 10, 64) // zero for the durations
	return number
}

// isSwitch: a block that takes false in its place, and notes it in Off.
func isSwitch(v reflect.Value) bool {
	return v.Kind() == reflect.Struct && v.FieldByName("Off").IsValid()
}

// wanted names a type in the words of a message.
func wanted(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Duration]():
		return "a duration like 5s"
	case reflect.TypeFor[Size]():
		return "a size like 64MiB"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "a block"
	}
	return "a whole number"
}

// offWord is the key of a block that has the word off, "" where it has none:
// who writes `cache: off` means `cache: { mode: off }`.
func offWord(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		if slices.Contains(strings.Split(tag.Get("enum"), ","), "off") {
			return tag.Get("yaml")
		}
	}
	return ""
}
