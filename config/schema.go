package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// Schema is the JSON Schema (2020-12) of a configuration file, made from the
// types: their comments are its descriptions, their tags its rules, and what
// stands before a file is read its defaults. An editor completes and explains
// the keys with it:
//
//	# yaml-language-server: $schema=afterburner.schema.json
//
// It cannot say all that Load checks: conflicts of routes, names of upstreams.
func Schema() ([]byte, error) {
	comments, err := typeComments()
	if err != nil {
		return nil, err
	}
	w := &schemaWriter{comments: comments, defs: object{{"variable", object{
		{"description", "A value from the environment: ${NAME} or ${NAME:-default}."},
		{"type", "string"},
		{"pattern", variablePattern},
	}}}, done: map[reflect.Type]bool{}}
	defaults := Default()
	root := w.block(reflect.ValueOf(defaults))
	top := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "Afterburner configuration"},
	}
	top = append(append(top, root...), member{"$defs", w.defs})
	if w.err != nil {
		return nil, w.err
	}
	text, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return append(text, '\n'), nil
}

const (
	variablePattern = `\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}`
	durationPattern = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`
	sizePattern     = `^[0-9]+(B|[KMGT]iB|[kKMGT]B)$`
)

// schemaWriter makes the schema of each struct type once.
type schemaWriter struct {
	comments map[string]string
	defs     object
	done     map[reflect.Type]bool
	err      error // the first
}

// block is the schema of a struct; v holds the defaults.
func (w *schemaWriter) block(v reflect.Value) object {
	t := v.Type()
	var keys object
	var required []string
	for i := range t.NumField() {
		field := t.Field(i)
		name := field.Tag.Get("yaml")
		if name == "-" {
			continue
		}
		keys = append(keys, member{name, w.key(t, field, v.Field(i))})
		if field.Tag.Get("required") == "true" {
			required = append(required, name)
		}
	}
	o := object{{"description", w.comments[t.Name()]}, {"type", "object"}, {"properties", keys}}
	if required != nil {
		o = append(o, member{"required", required})
	}
	if t == reflect.TypeFor[Route]() { // a batch has no upstream of its own
		o = append(o, member{"oneOf", []object{{{"required", []string{"upstream"}}}, {{"required", []string{"batch"}}}}})
	}
	return append(o, member{"additionalProperties", false})
}

// key is the schema of a field: what it is for, its values, its default.
func (w *schemaWriter) key(block reflect.Type, field reflect.StructField, v reflect.Value) object {
	o := object{{"description", w.description(block, field)}}
	o = append(o, w.value(v, field.Tag)...)
	if !isAbsent(v, field.Tag) && v.Kind() != reflect.Struct {
		o = append(o, member{"default", masked(v, "")})
	}
	if text := field.Tag.Get("example"); text != "" {
		example, err := exampleOf(field.Type, text)
		if err != nil && w.err == nil {
			w.err = fmt.Errorf("the example of %s.%s: %w", block.Name(), field.Name, err)
		}
		o = append(o, member{"examples", []any{example}})
	}
	return o
}

// exampleOf reads the YAML of an example. The keys of a map are text, also where
// they look like numbers.
func exampleOf(t reflect.Type, text string) (any, error) {
	if t.Kind() == reflect.Map {
		var example map[string]any
		err := yaml.Unmarshal([]byte(text), &example)
		return example, err
	}
	var example any
	err := yaml.Unmarshal([]byte(text), &example)
	return example, err
}

// description is the comment, about the key instead of the field, with what
// the tags add.
func (w *schemaWriter) description(block reflect.Type, field reflect.StructField) string {
	text := w.comments[block.Name()+"."+field.Name]
	if text == "" && w.err == nil {
		w.err = fmt.Errorf("%s.%s has no comment", block.Name(), field.Name)
	}
	if rest, ok := strings.CutPrefix(text, field.Name+" "); ok {
		text = field.Tag.Get("yaml") + " " + rest
	}
	least, positive := strings.CutPrefix(field.Tag.Get("min"), ">")
	switch {
	case positive:
		text += " More than " + least + "."
	case least != "" && field.Type.Kind() != reflect.Slice:
		text += " At least " + least + "."
	}
	if field.Tag.Get("restart") == "true" {
		text += " A change needs a restart."
	}
	return text
}
