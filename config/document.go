package config

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// maxNodes bounds the values that are read, aliases and merge keys counted as
// often as they are used: a few lines of YAML can stand for billions.
const maxNodes = 1_000_000

// document is a file while it is read: its nodes, what was found out about
// them, and the faults so far.
type document struct {
	report
	file string
	env  func(string) (string, bool)
	root *yaml.Node // nil: a configuration without a file
	cfg  *Config    // what is read or judged

	blocks  map[*yaml.Node]block // those that were read, merge keys resolved
	wrong   map[*yaml.Node]bool  // the nodes that have a fault
	meant   map[meaning]bool     // the absent keys that a misspelt one stands for
	noted   map[Fault]bool       // without the path, see blame
	shapes  map[reflect.Type]*shape
	keys    map[string][]string // the paths of a key's name, see keysNamed
	visited int
}

// meaning is a key that is not in a block, but something close to it is.
type meaning struct {
	block *yaml.Node
	key   string
}

func newDocument(file string, env func(string) (string, bool), cfg *Config) *document {
	return &document{
		file:   file,
		env:    env,
		cfg:    cfg,
		blocks: map[*yaml.Node]block{},
		wrong:  map[*yaml.Node]bool{},
		meant:  map[meaning]bool{},
		noted:  map[Fault]bool{},
		shapes: map[reflect.Type]*shape{},
	}
}

// prefill puts the defaults under what is read into a pointer's target.
func (d *document) prefill(target any) {
	switch t := target.(type) {
	case *Upstream:
		*t = DefaultUpstream()
	case *Route:
		*t = d.cfg.Defaults.route()
	case *Batch:
		*t = DefaultBatch()
	}
}

// blame notes what is wrong with a node. A node that many aliases share is
// reported for the first of them only.
func (d *document) blame(n *yaml.Node, at *place, format string, args ...any) {
	f := Fault{File: d.file, Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...)}
	d.wrong[n] = true
	if d.noted[f] {
		return
	}
	if len(d.noted) < maxFaults {
		d.noted[f] = true
	}
	f.Path = at.String()
	d.add(f)
}

// visit counts a node, and says whether reading may go on.
func (d *document) visit(n *yaml.Node, at *place) bool {
	d.visited++
	if d.visited == maxNodes {
		d.blame(n, at, "%s", tooManyValues())
	}
	return d.visited < maxNodes
}

func tooManyValues() string {
	return fmt.Sprintf("the file holds more than %d values (aliases and merge keys are counted as often as they are used)", maxNodes)
}

// target is the node that an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// spot is what the file has at a place.
type spot struct {
	node  *yaml.Node // the place, or the nearest thing around it that the file has
	exact bool       // node is the place itself
	wrong bool       // there, or around it, is a fault already
}

// locate finds a place in the file again. It follows aliases and merge keys in
// the way that decode did.
func (d *document) locate(at *place) spot {
	if at == nil {
		return spot{node: d.root, exact: d.root != nil, wrong: d.wrong[d.root]}
	}
	s := d.locate(at.up)
	if !s.exact || s.wrong {
		return s
	}
	block := target(s.node)
	child := d.child(block, at)
	if child == nil {
		return spot{node: s.node, wrong: d.meant[meaning{block, at.name}]}
	}
	return spot{node: child, exact: true, wrong: d.wrong[child] || d.wrong[target(child)]}
}

// origin is where the value of a place comes from: defaults, where a route does
// not have it.
func (d *document) origin(at *place) *place {
	if d.locate(at).exact {
		return at
	}
	if base := inDefaults(at); base != nil && d.locate(base).exact {
		return base
	}
	return at
}

// inDefaults is the place under defaults of one in a route, nil for all others.
func inDefaults(at *place) *place {
	switch {
	case at == nil:
		return nil
	case at.index >= 0 && at.up != nil && at.up.up == nil && at.up.name == "routes":
		return (*place)(nil).key("defaults")
	}
	if up := inDefaults(at.up); up != nil {
		return &place{up, at.name, at.index}
	}
	return nil
}

// sound: nothing is wrong so far at a place, around it, or with an element of
// the list that it is.
func (d *document) sound(at *place) bool {
	s := d.locate(at)
	if s.wrong || !s.exact {
		return !s.wrong
	}
	node := target(s.node)
	return node.Kind != yaml.SequenceNode || !slices.ContainsFunc(node.Content, func(item *yaml.Node) bool {
		return d.wrong[item] || d.wrong[target(item)]
	})
}

// child is nil where the file has none.
func (d *document) child(n *yaml.Node, at *place) *yaml.Node {
	switch {
	case at.index < 0:
		return d.blocks[n].named[at.name].value
	case n.Kind == yaml.SequenceNode && at.index < len(n.Content):
		return n.Content[at.index]
	}
	return nil
}
