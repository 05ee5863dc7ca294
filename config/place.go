package config

import (
	"strconv"
	"strings"
)

// place is a key path, linked from the leaf up: it costs no string until a
// fault needs its name. nil is the whole file.
type place struct {
	up    *place
	name  string
	index int // of a list element; -1 for a key
}

// key is the place of a key below p, or of a key below that, and so on.
func (p *place) key(names ...string) *place {
	for _, name := range names {
		p = &place{up: p, name: name, index: -1}
	}
	return p
}

// item is the place of a list element.
func (p *place) item(i int) *place { return &place{up: p, index: i} }

// String is the path as faults show it: routes[0].cache.ttl.
func (p *place) String() string {
	if p == nil {
		return ""
	}
	if p.index >= 0 {
		return p.up.String() + "[" + strconv.Itoa(p.index) + "]"
	}
	name := p.name
	if !isPlain(name) {
		name = quote(name)
	}
	if p.up == nil {
		return name
	}
	return p.up.String() + "." + name
}

// isPlain: a key that needs no quotes in a path.
func isPlain(name string) bool {
	if name == "" || len(name) > maxQuoted {
		return false
	}
	for _, c := range []byte(name) {
		if !isAlphanumeric(c) && !strings.ContainsRune("_-./<", rune(c)) {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// maxQuoted is how many bytes of a value a fault shows.
const maxQuoted = 64

// quote shows a value inside a message: in one line, not too long, and without
// the password that a URL may hold.
func quote(text string) string {
	if strings.Contains(text, "://") && strings.Contains(text, "@") {
		return "(secret)"
	}
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + "…"
	}
	return strconv.Quote(text)
}
