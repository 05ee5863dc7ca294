package main

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"github.com/afterburner-gateway/afterburner/config"
)

// reference writes a section for each kind of block of the configuration, the
// outer ones first. A block that several keys hold has one section.
type reference struct {
	comments comments
	sections []*section
	missing  []string // fields without a comment, or without an example
}

type section struct {
	kind        reflect.Type
	titles      []string
	about, rows string
}

func (s *section) String() string {
	return "\n## " + strings.Join(s.titles, ", ") + "\n\n" + s.about + "\n\n" + table("key", "type", "default", "range", "example", "since", "") + s.rows
}

func configurationPage(c comments) (string, error) {
	r := &reference{comments: c}
	r.block("the file", "The whole file, `afterburner.yaml` by default.", reflect.ValueOf(config.Default()))
	if len(r.missing) > 0 {
		return "", fmt.Errorf("these fields of config have no comment, which is their documentation, or no example: %s", strings.Join(r.missing, ", "))
	}
	page := `# Configuration

Every key that there is. ` + "`${NAME}` and `${NAME:-default}`" + ` are filled from the environment, ` + "`$$`" + `
is one dollar. Durations have a unit (` + "`250ms`, `5s`, `1h`" + `), sizes too (` + "`512KiB`, `64MiB`" + `). An
unknown key is a fault; ` + "`afterburner check`" + ` names all faults of a file at once.
`
	for _, s := range r.sections {
		page += s.String()
	}
	return page, nil
}

// block adds the section of a struct that holds its defaults, then those of the
// blocks in it.
func (r *reference) block(title, about string, v reflect.Value) {
	s := r.section(v.Type())
	first := len(s.titles) == 0
	s.titles = append(s.titles, title)
	s.about = cmp.Or(s.about, about)
	path := strings.TrimPrefix(strings.Trim(title, "`")+".", "the file.")
	for i := range v.NumField() {
		field := v.Type().Field(i)
		key := field.Tag.Get("yaml")
		if key == "-" {
			continue
		}
		text := r.text(v.Type(), field, key)
		if first {
			s.rows += row(code(key), typeName(field), initial(field, v.Field(i)), span(field), r.example(field, v.Field(i)), since(field), text+restart(field))
		}
		if inner, suffix := blockIn(v.Field(i)); inner.IsValid() {
			r.block(code(path+key+suffix), text, inner)
		}
	}
}

func (r *reference) section(kind reflect.Type) *section {
	for _, s := range r.sections {
		if s.kind == kind {
			return s
		}
	}
	s := &section{kind: kind}
	r.sections = append(r.sections, s)
	return s
}

// text is the field's comment, with the key in the place of the Go name.
func (r *reference) text(in reflect.Type, field reflect.StructField, key string) string {
	name := in.Name() + "." + field.Name
	text := r.comments[name]
	if text == "" {
		r.missing = append(r.missing, name)
	}
	if rest, found := strings.CutPrefix(text, field.Name); found && strings.HasPrefix(strings.TrimPrefix(rest, ","), " ") {
		text = code(key) + rest
	}
	return text
}

// blockIn is the block that a field holds or lists, with its defaults, and how
// an element of it is written.
func blockIn(v reflect.Value) (block reflect.Value, suffix string) {
	t := v.Type()
	switch t.Kind() {
	case reflect.Struct:
		return v, ""
	case reflect.Pointer:
		suffix = ""
	case reflect.Slice:
		suffix = "[]"
	case reflect.Map:
		suffix = ".NAME"
	default:
		return reflect.Value{}, ""
	}
	switch t.Elem() {
	case reflect.TypeFor[config.Upstream]():
		return reflect.ValueOf(config.DefaultUpstream()), suffix
	case reflect.TypeFor[config.Route]():
		return reflect.ValueOf(config.DefaultRoute()), suffix
	case reflect.TypeFor[config.Batch]():
		return reflect.ValueOf(config.DefaultBatch()), suffix
	}
	return reflect.Value{}, ""
}

func typeName(f reflect.StructField) string {
	_, off := fieldOf(f.Type, "Off")
	switch kind := f.Type.Kind(); {
	case f.Type == reflect.TypeFor[config.Duration](), f.Type == reflect.TypeFor[*config.Duration]():
		return "duration"
	case f.Type == reflect.TypeFor[map[string]config.Duration]():
		return "durations by status"
	case f.Type == reflect.TypeFor[config.Size]():
		return "size"
	case kind == reflect.Bool:
		return "true, false"
	case kind == reflect.Int:
		return "number"
	case kind == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
		return "list of blocks"
	case kind == reflect.Slice:
		return "list of text"
	case kind == reflect.Map && f.Type.Elem().Kind() == reflect.Struct:
		return "blocks by name"
	case kind == reflect.Map:
		return "text by name"
	case off:
		return "block, false"
	case kind == reflect.Struct, kind == reflect.Pointer:
		return "block"
	}
	return "text"
}

func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	if t.Kind() != reflect.Struct {
		return reflect.StructField{}, false
	}
	return t.FieldByName(name)
}

// isBlock: it has keys of its own, which are shown in a section of theirs.
func isBlock(f reflect.StructField) bool { return strings.Contains(typeName(f), "block") }

// initial is the default of a key that is no block; none is an empty cell.
func initial(f reflect.StructField, v reflect.Value) string {
	switch {
	case f.Tag.Get("required") != "":
		return "required"
	case v.Kind() == reflect.Bool:
		return code(fmt.Sprint(v.Bool()))
	case v.IsZero(), v.Kind() == reflect.Struct:
		return ""
	case v.Kind() == reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, code(fmt.Sprint(v.Index(i))))
		}
		return strings.Join(items, " ")
	}
	return code(fmt.Sprint(v.Interface()))
}
