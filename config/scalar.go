package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// scalar is a single value on its way into a field.
type scalar struct {
	text   string // expanded
	shown  string // in its place in messages: never a secret
	tag    string // the YAML type that it was written as
	kind   string // the same in the words of a message
	filled bool   // it came from the environment, and so has no YAML type
}

// shown is how messages show a value: as the file has it, before the
// environment is filled in, and never where the field is a secret.
func shown(n *yaml.Node, tag reflect.StructTag) string {
	if tag.Get("secret") == "true" {
		return "(secret)"
	}
	return quote(n.Value)
}

func (d *document) decodeScalar(n *yaml.Node, v reflect.Value, at *place, tag reflect.StructTag) {
	expand := d.expand
	if tag.Get("template") == "true" {
		expand = d.expandTemplate
	}
	text, filled, problem := expand(n.Value)
	if problem != "" {
		d.blame(n, at, "%s", problem)
		return
	}
	s := scalar{text: text, shown: shown(n, tag), tag: n.ShortTag(), kind: kindOf(n), filled: filled}
	if allowed := tag.Get("enum"); allowed != "" {
		problem = d.setWord(v, s, strings.Split(allowed, ","))
	} else {
		problem = s.set(v)
	}
	if problem != "" {
		d.blame(n, at, "%s", problem)
	}
}

// set writes the scalar into a field, or says why it cannot.
func (s scalar) set(v reflect.Value) (problem string) {
	switch v.Type() {
	case reflect.TypeFor[Duration]():
		d, problem := parseDuration(s.text)
		return s.setNumber(v, int64(d), problem)
	case reflect.TypeFor[Size]():
		size, problem := parseSize(s.text)
		return s.setNumber(v, int64(size), problem)
	}
	switch v.Kind() {
	case reflect.Bool:
		return s.setBool(v)
	case reflect.String:
		return s.setText(v)
	}
	return s.setInt(v)
}

func (s scalar) setNumber(v reflect.Value, number int64, problem string) string {
	if problem != "" {
		return s.shown + " " + problem
	}
	v.SetInt(number)
	return ""
}

func (s scalar) setBool(v reflect.Value) string {
	if s.tag != "!!bool" && !s.filled || s.text != "true" && s.text != "false" {
		return "want true or false, got " + s.shown + s.quoted("!!bool")
	}
	v.SetBool(s.text == "true")
	return ""
}

func (s scalar) setInt(v reflect.Value) string {
	number, err := strconv.ParseInt(s.text, 10, 64)
	switch {
	case s.tag != "!!int" && !s.filled, err != nil && !isNumber(s.text):
		return "want a whole number, got " + s.shown + s.quoted("!!int")
	case err != nil && strings.Trim(s.text, "+-0123456789") != "":
		return "want a whole number, got " + s.shown
	case err != nil || v.OverflowInt(number):
		return s.shown + " is too large"
	}
	v.SetInt(number)
	return ""
}

// setText takes text only: whoever writes 010 or on unquoted may mean another
// thing than YAML does.
func (s scalar) setText(v reflect.Value) string {
	switch s.tag {
	case "!!int", "!!float", "!!bool":
		if !s.filled {
			return "want text, got " + s.kind + "; write it in quotes"
		}
	}
	v.SetString(s.text)
	return ""
}

// setWord takes one of the words of an enum tag.
func (d *document) setWord(v reflect.Value, s scalar, allowed []string) string {
	if slices.Contains(allowed, s.text) {
		return s.setText(v)
	}
	return s.shown + " is not " + oneOf(allowed) + d.didYouMean(s.text, allowed)
}

// quoted is the remedy where only the quotes are wrong.
func (s scalar) quoted(want string) string {
	plain := yaml.Node{Kind: yaml.ScalarNode, Value: s.text}
	if s.tag == "!!str" && plain.ShortTag() == want {
		return "; remove the quotes"
	}
	return ""
}
