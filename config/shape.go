package config

import (
	"reflect"
)

// shape is what the decoder knows of a struct: its keys.
type shape struct {
	names  []string       // in the order of the fields
	fields map[string]int // the field of a key
}

func (d *document) shapeOf(t reflect.Type) *shape {
	if s := d.shapes[t]; s != nil {
		return s
	}
	s := &shape{fields: map[string]int{}}
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("yaml")
		if name == "-" {
			continue
		}
		s.names = append(s.names, name)
		s.fields[name] = i
	}
	d.shapes[t] = s
	return s
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
