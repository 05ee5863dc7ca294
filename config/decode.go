package config

import (
	"maps"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// decode writes a node over a value that holds the defaults: what the file does
// not name stays as it is. Every fault is noted, and the value then keeps its
// default. The tag is the one of the field that the value is (or is a part of).
func (d *document) decode(n *yaml.Node, v reflect.Value, at *place, tag reflect.StructTag) {
	if !d.visit(n, at) {
		return
	}
	node := target(n)
	switch {
	case !isCoreTag(node):
		d.blame(n, at, "the tag %s is not understood; remove it", quote(node.Tag))
	case node.ShortTag() == "!!null":
		d.blame(node, at, "has no value; write one or remove the key")
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.prefill(v.Interface())
		d.decode(n, v.Elem(), at, tag)
	case node.Kind == yaml.ScalarNode && isSwitch(v):
		d.decodeSwitch(node, v, at)
	case node.Kind != nodeKind(v):
		d.mismatch(n, v, at, tag)
	case v.Kind() == reflect.Struct:
		d.decodeStruct(node, v, at)
	case v.Kind() == reflect.Map:
		d.decodeMap(node, v, at, tag)
	case v.Kind() == reflect.Slice:
		d.decodeList(node, v, at, tag)
	default:
		d.decodeScalar(node, v, at, tag)
	}
}

// decodeStruct reads the keys in the order of the fields: defaults is read
// before the routes that begin with it, wherever it stands in the file.
func (d *document) decodeStruct(n *yaml.Node, v reflect.Value, at *place) {
	s := d.shapeOf(v.Type())
	for _, e := range d.entries(n, at) {
		if _, known := s.fields[e.key.Value]; !known {
			d.unknownKey(n, e.key, at, s)
		}
	}
	if s.off >= 0 {
		v.Field(s.off).SetBool(false) // a block switches on again what defaults switched off
	}
	b := d.blocks[n]
	for _, name := range s.names {
		if e, there := b.named[name]; there {
			i := s.fields[name]
			d.decode(e.value, v.Field(i), at.key(name), v.Type().Field(i).Tag)
		}
	}
	if rules, ok := v.Addr().Interface().(*HeaderRules); ok {
		d.takeBack(b, rules)
	}
}

// takeBack drops the fields that defaults set and this block removes.
func (d *document) takeBack(b block, rules *HeaderRules) {
	if _, removes := b.named["remove"]; !removes {
		return
	}
	var own block
	if set, sets := b.named["set"]; sets {
		own = d.blocks[target(set.value)]
	}
	removed := foldedSet(rules.Remove)
	maps.DeleteFunc(rules.Set, func(name, _ string) bool {
		_, isOwn := own.named[name]
		return !isOwn && removed[strings.ToLower(name)]
	})
}

// decodeMap reads a block whose keys are names that the operator chose. They
// join those that defaults brought.
func (d *document) decodeMap(n *yaml.Node, v reflect.Value, at *place, tag reflect.StructTag) {
	entries := d.entries(n, at)
	table := reflect.MakeMapWithSize(v.Type(), len(entries))
	inherited := map[string]reflect.Value{}
	for key, value := range v.Seq2() {
		table.SetMapIndex(key, value)
		inherited[strings.ToLower(key.String())] = key
	}
	for _, e := range entries {
		name := e.key.Value
		if _, filled, _ := d.expand(name); filled {
			d.blame(e.key, at.key(name), "a name cannot come from the environment; write it out")
			d.wrong[n] = true
			continue
		}
		if same, there := inherited[strings.ToLower(name)]; there {
			table.SetMapIndex(same, reflect.Value{}) // field names have no case
		}
		element := reflect.New(v.Type().Elem())
		d.prefill(element.Interface())
		d.decode(e.value, element.Elem(), at.key(name), tag)
		table.SetMapIndex(reflect.ValueOf(name), element.Elem())
	}
	v.Set(table)
}

// decodeList replaces the default: lists are not joined.
func (d *document) decodeList(n *yaml.Node, v reflect.Value, at *place, tag reflect.StructTag) {
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.prefill(list.Index(i).Addr().Interface())
		d.decode(item, list.Index(i), at.item(i), tag)
	}
	v.Set(list)
}

// decodeSwitch reads false in the place of a block that can be switched off.
func (d *document) decodeSwitch(n *yaml.Node, v reflect.Value, at *place) {
	text, filled, problem := d.expand(n.Value)
	switch {
	case problem != "":
		d.blame(n, at, "%s", problem)
	case text == "false" && (filled || n.ShortTag() == "!!bool"):
		v.FieldByName("Off").SetBool(true)
	case filled:
		d.blame(n, at, "want false or a block, got %s", quote(n.Value))
	case text == "true":
		d.blame(n, at, "true says nothing here; write false or a block")
	default:
		d.blame(n, at, "want false or a block, got %s", kindOf(n))
	}
}

// mismatch notes a node of the wrong kind, at the alias where there is one.
func (d *document) mismatch(n *yaml.Node, v reflect.Value, at *place, tag reflect.StructTag) {
	got := target(n)
	if v.Kind() == reflect.Slice && got.Kind == yaml.ScalarNode {
		d.blame(n, at, "want a list, got %s; write [%s]", kindOf(got), shown(got, tag))
		return
	}
	if key := offWord(v.Type()); key != "" && (got.Value == "off" || got.Value == "false") {
		d.blame(n, at, "want a block, got %s; write { %s: off }", got.Value, key)
		return
	}
	d.blame(n, at, "want %s, got %s", wanted(v.Type()), kindOf(got))
}

// isCoreTag: a node whose tag, if it has one, is one of plain YAML.
func isCoreTag(n *yaml.Node) bool {
	switch n.ShortTag() {
	case "!!map", "!!seq", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge":
		return true
	}
	return false
}

func nodeKind(v reflect.Value) yaml.Kind {
	switch v.Kind() {
	case reflect.Struct, reflect.Map:
		return yaml.MappingNode
	case reflect.Slice:
		return yaml.SequenceNode
	}
	return yaml.ScalarNode
}
