package config

import (
	"gopkg.in/yaml.v3"
)

// entry is a key of a block with its value.
type entry struct{ key, value *yaml.Node }

// block is a mapping that was read: its entries in order, and by name.
type block struct {
	entries []entry
	named   map[string]entry
}

// entries lists what a block holds: its own keys, then what its merge keys (<<)
// bring for keys that it does not have itself, the earlier one first. Each
// block is listed once, however many aliases lead to it.
func (d *document) entries(n *yaml.Node, at *place) []entry {
	if b, done := d.blocks[n]; done {
		return b.entries
	}
	d.blocks[n] = block{} // a block that merges itself finds itself empty
	b := block{named: make(map[string]entry, len(n.Content)/2)}
	for _, m := range d.ownEntries(n, at, &b) {
		for _, e := range d.merged(m, at.key("<<")) {
			if _, there := b.named[e.key.Value]; there || !d.visit(e.key, at) {
				continue
			}
			b.named[e.key.Value] = e
			b.entries = append(b.entries, e)
		}
	}
	d.blocks[n] = b
	return b.entries
}

// ownEntries fills in the keys that stand in the block itself, and returns the
// values of its merge keys.
func (d *document) ownEntries(n *yaml.Node, at *place, b *block) (merges []*yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		e := entry{target(n.Content[i]), n.Content[i+1]}
		if e.key.Kind != yaml.ScalarNode {
			d.blame(n.Content[i], at, "a key is a word, not %s", kindOf(e.key))
			continue
		}
		name := e.key.Value
		if first, twice := b.named[name]; twice {
			d.blame(n.Content[i], at.key(name), "is written twice; the first is in line %d", first.key.Line)
			continue
		}
		b.named[name] = e
		if isMerge(e.key) {
			merges = append(merges, e.value)
			continue
		}
		b.entries = append(b.entries, e)
	}
	return merges
}

// merged lists what the value of one merge key brings: a block, or a list of
// blocks of which the earlier one wins.
func (d *document) merged(n *yaml.Node, at *place) []entry {
	node := target(n)
	switch {
	case node.Kind == yaml.MappingNode:
		return d.entries(node, at)
	case node.Kind != yaml.SequenceNode:
		d.blame(n, at, "want a block or a list of blocks, got %s", kindOf(node))
		return nil
	}
	var list []entry
	for i, item := range node.Content {
		block := target(item)
		if block.Kind != yaml.MappingNode {
			d.blame(item, at.item(i), "want a block, got %s", kindOf(block))
			continue
		}
		for _, e := range d.entries(block, at.item(i)) {
			if !d.visit(item, at) {
				return list
			}
			list = append(list, e)
		}
	}
	return list
}

// isMerge: the key << without quotes.
func isMerge(key *yaml.Node) bool { return key.ShortTag() == "!!merge" }

// kindOf names what a node is, in the words of a message.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a block"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return n.Value
	}
	return "text"
}
