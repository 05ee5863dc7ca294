package config

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

const fullExample = "../examples/full.yaml"

// The example that has everything has everything, and explains it.
func TestFullExampleHasEveryKey(t *testing.T) {
	text, err := os.ReadFile(fullExample)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	w := &keyWalk{t: t, lines: strings.Split(string(text), "\n"), missing: map[string]bool{}, seen: map[reflect.Type]bool{}}
	w.know(reflect.TypeFor[Config]())
	w.walk(doc.Content[0], reflect.TypeFor[Config]())
	for key := range w.missing {
		t.Errorf("%s lacks %s", fullExample, key)
	}
}

// keyWalk follows a file along the types.
type keyWalk struct {
	t       *testing.T
	lines   []string
	missing map[string]bool // Type.key
	seen    map[reflect.Type]bool
}

// know notes the keys of a type and of those in it.
func (w *keyWalk) know(t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || w.seen[t] {
		return
	}
	w.seen[t] = true
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "-" {
			w.missing[t.Name()+"."+key] = true
			w.know(t.Field(i).Type)
		}
	}
}

func (w *keyWalk) walk(n *yaml.Node, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		w.walk(n, t.Elem())
	case reflect.Slice:
		for _, item := range n.Content {
			w.walk(item, t.Elem())
		}
	case reflect.Map:
		for i := 1; i < len(n.Content); i += 2 {
			w.walk(n.Content[i], t.Elem())
		}
	case reflect.Struct:
		w.block(n, t)
	}
}

func (w *keyWalk) block(n *yaml.Node, t reflect.Type) {
	for i := 0; i+1 < len(n.Content); i += 2 { // false in the place of a block has none
		key := n.Content[i]
		if id := t.Name() + "." + key.Value; w.missing[id] {
			delete(w.missing, id)
			w.explained(key)
		}
		for j := range t.NumField() {
			if t.Field(j).Tag.Get("yaml") == key.Value {
				w.walk(n.Content[i+1], t.Field(j).Type)
			}
		}
	}
}

// explained: where a key first stands, a comment stands above it.
func (w *keyWalk) explained(key *yaml.Node) {
	above := strings.TrimSpace(w.lines[key.Line-2])
	if !strings.HasPrefix(above, "# ") {
		w.t.Errorf("%s:%d: no comment above %s", fullExample, key.Line, key.Value)
	}
}
