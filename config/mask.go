package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Masked is the whole configuration with its effective values, to be shown: as
// JSON, in the order of the types, with the keys of the file. Secrets, the
// values of request fields that are set, and addresses with a user name or a
// password are "(secret)". What is absent and has no default is left out.
//
//	json.NewEncoder(w).Encode(cfg.Masked())
func (c *Config) Masked() json.Marshaler {
	return maskedBlock(reflect.ValueOf(c).Elem(), "")
}

// secretText stands for what is not shown.
const secretText = "(secret)"

func maskedBlock(v reflect.Value, secret string) object {
	var shown object
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, within := field.Tag.Get("yaml"), secret
		if tag := field.Tag.Get("secret"); tag != "" {
			within = tag
		}
		if value := v.Field(i); name != "-" && !isAbsent(value, field.Tag) {
			shown = append(shown, member{name, masked(value, within)})
		}
	}
	return shown
}

// isAbsent: the key is not there, and nothing stands in its place.
func isAbsent(v reflect.Value, tag reflect.StructTag) bool {
	switch v.Kind() {
	case reflect.String, reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsZero()
	}
	return tag.Get("optional") == "true" && v.IsZero()
}

// masked is a value of the file. secret is the tag of the field that it stands
// in: true hides text, values that of the maps below.
func masked(v reflect.Value, secret string) any {
	switch v.Kind() {
	case reflect.Pointer:
		return masked(v.Elem(), secret)
	case reflect.Struct:
		if isSwitch(v) && v.FieldByName("Off").Bool() {
			return false
		}
		return maskedBlock(v, secret)
	case reflect.Map:
		return maskedMap(v, secret)
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = masked(v.Index(i), secret)
		}
		return list
	case reflect.String:
		return maskedText(v.String(), secret)
	}
	if text, ok := v.Interface().(fmt.Stringer); ok {
		return text.String()
	}
	return v.Interface()
}

func maskedMap(v reflect.Value, secret string) object {
	if secret == "values" {
		secret = "true"
	}
	shown := object{}
	keys := map[string]reflect.Value{}
	for key, value := range v.Seq2() {
		keys[key.String()] = value
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		shown = append(shown, member{name, masked(keys[name], secret)})
	}
	return shown
}

// maskedText hides an address that has a user name or a password, too.
func maskedText(text, secret string) string {
	if secret == "true" || strings.Contains(text, "://") && strings.Contains(text, "@") {
		return secretText
	}
	return text
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) { return appendJSON(nil, o) }

// appendJSON walks down by itself: encoding/json would check and copy the text
// of each object again for every object around it.
func appendJSON(b []byte, value any) ([]byte, error) {
	var err error
	switch v := value.(type) {
	case object:
		b = append(b, '{')
		for i, m := range v {
			if b, err = appendJSON(separated(b, i), m.name); err == nil {
				b, err = appendJSON(append(b, ':'), m.value)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
		}
		return append(b, '}'), nil
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if b, err = appendJSON(separated(b, i), item); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
	text, err := json.Marshal(value)
	return append(b, text...), err
}

func separated(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}
