package config

import (
	"reflect"
	"strconv"
	"strings"
)

// value is the schema of what a key or a list element may hold. A string with
// ${...} is right for every single value: only Load knows what it will be.
func (w *schemaWriter) value(v reflect.Value, tag reflect.StructTag) object {
	switch v.Kind() {
	case reflect.Struct:
		return w.reference(v)
	case reflect.Pointer:
		return w.value(w.filled(v.Type().Elem()), tag)
	case reflect.Map:
		o := object{{"type", "object"}, {"additionalProperties", w.value(w.filled(v.Type().Elem()), tag)}}
		if pattern := tag.Get("keys"); pattern != "" {
			o = append(o, member{"propertyNames", object{{"pattern", pattern}}})
		}
		return o
	case reflect.Slice:
		o := object{{"type", "array"}, {"items", w.value(w.filled(v.Type().Elem()), tag)}}
		if least, err := strconv.Atoi(tag.Get("min")); err == nil {
			o = append(o, member{"minItems", least})
		}
		return o
	case reflect.Bool:
		return orVariable(object{{"type", "boolean"}})
	case reflect.String:
		return text(tag)
	}
	return number(v.Type(), tag)
}

// reference points to the schema of a block, which is made where it is missing.
func (w *schemaWriter) reference(v reflect.Value) object {
	t := v.Type()
	name := strings.ToLower(t.Name())
	if !w.done[t] {
		w.done[t] = true
		o := w.block(v)
		w.defs = append(w.defs, member{name, o})
	}
	ref := object{{"$ref", "#/$defs/" + name}}
	if !isSwitch(v) {
		return ref
	}
	return object{{"anyOf", []object{ref, {{"const", false}}, variable()}}}
}

// filled is what stands in a new element before the file is read.
func (w *schemaWriter) filled(t reflect.Type) reflect.Value {
	cfg := Default()
	element := reflect.New(t)
	newDocument("", nil, &cfg).prefill(element.Interface())
	return element.Elem()
}

func variable() object { return object{{"$ref", "#/$defs/variable"}} }

func orVariable(o object) object { return object{{"anyOf", []object{o, variable()}}} }

func text(tag reflect.StructTag) object {
	if words := tag.Get("enum"); words != "" {
		return orVariable(object{{"enum", strings.Split(words, ",")}})
	}
	o := object{{"type", "string"}}
	if pattern := tag.Get("pattern"); pattern != "" {
		o = append(o, member{"pattern", pattern + "|" + variablePattern})
	}
	return o
}

func number(t reflect.Type, tag reflect.StructTag) object {
	switch t {
	case reflect.TypeFor[Duration]():
		return object{{"type", "string"}, {"pattern", durationPattern + "|" + variablePattern}}
	case reflect.TypeFor[Size]():
		return object{{"type", "string"}, {"pattern", sizePattern + "|" + variablePattern}}
	}
	o := object{{"type", "integer"}}
	if least := tag.Get("min"); least != "" {
		o = append(o, member{"minimum", parseLeast(least)})
	}
	return orVariable(o)
}
