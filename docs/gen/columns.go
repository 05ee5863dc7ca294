package main

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
)

// firstVersion is when the keys came that have no tag `since`.
const firstVersion = "0.1"

func since(f reflect.StructField) string { return cmp.Or(f.Tag.Get("since"), firstVersion) }

func restart(f reflect.StructField) string {
	if f.Tag.Get("restart") != "true" {
		return ""
	}
	return " A change [needs a restart](reload.md)."
}

// span is what a value may be, beside its type.
func span(f reflect.StructField) string {
	var rules []string
	if words := f.Tag.Get("enum"); words != "" {
		rules = append(rules, code(strings.ReplaceAll(words, ",", "` `")))
	}
	if start := strings.TrimPrefix(f.Tag.Get("pattern"), "^"); start != "" {
		rules = append(rules, "begins with "+code(start))
	}
	least, above := strings.CutPrefix(f.Tag.Get("min"), ">")
	switch {
	case least == "":
	case f.Type.Kind() == reflect.Slice:
		rules = append(rules, least+" or more of them")
	case above:
		rules = append(rules, "more than "+least)
	default:
		rules = append(rules, "at least "+least)
	}
	return strings.Join(rules, ", ")
}

// example is how the key may be written: as its tag says, else its default, else
// the first of its words.
func (r *reference) example(f reflect.StructField, v reflect.Value) string {
	if isBlock(f) {
		return ""
	}
	first, _, _ := strings.Cut(f.Tag.Get("enum"), ",")
	value := cmp.Or(f.Tag.Get("example"), written(v), first)
	if value == "" {
		r.missing = append(r.missing, f.Name)
	}
	return code(f.Tag.Get("yaml") + ": " + value)
}

// written is a value as YAML; the zero one is empty, but for false and durations.
func written(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Slice && v.Len() > 0:
		var items []string
		for i := range v.Len() {
			item := fmt.Sprint(v.Index(i))
			if strings.ContainsAny(item, "*") {
				item = "'" + item + "'"
			}
			items = append(items, item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case v.Kind() == reflect.String && strings.HasPrefix(v.String(), ":"):
		return fmt.Sprintf("%q", v.String())
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Map, v.IsZero() && v.Kind() != reflect.Bool && v.Kind() != reflect.Int64:
		return ""
	}
	return fmt.Sprint(v)
}
