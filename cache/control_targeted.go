package cache

import (
	"math"
	"strconv"

	"github.com/dunglas/httpsfv"
)

// responseControl are the directives that count for a response: those of the
// first targeted field that is there and well formed, else of Cache-Control (RFC
// 9213 section 2.2). targets come before CDN-Cache-Control.
func responseControl(f Fields, targets []string) (c Control, targeted bool) {
	for _, name := range targets {
		if c, targeted = parseTargeted(f, name); targeted {
			return c, true
		}
	}
	if c, targeted = parseTargeted(f, "CDN-Cache-Control"); targeted {
		return c, true
	}
	return ParseControl(f), false
}

// parseTargeted reads a targeted field such as CDN-Cache-Control: a dictionary
// of structured fields (RFC 9213 section 2.1). ok is false where it is absent,
// empty or not well formed; then it counts as absent, and Cache-Control holds.
func parseTargeted(f Fields, name string) (c Control, ok bool) {
	var lines []string
	for line := range f.All(name) {
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return Control{}, false
	}
	members, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil || len(members.Names()) == 0 {
		return Control{}, false
	}
	c.Given = true
	for _, name := range members.Names() {
		if member, _ := members.Get(name); !c.setMember(name, member) {
			return Control{}, false
		}
	}
	return c, true
}

// setMember adds a member of a targeted field. It refuses a value of a wrong
// type where a number has to be: no one can tell what the origin wanted.
func (c *Control) setMember(name string, member httpsfv.Member) bool {
	d := directive{name: name}
	item, _ := member.(httpsfv.Item) // an inner list is an argument we do not know
	switch value := item.Value.(type) {
	case bool:
		if !value { // ?0: explicitly not set
			return true
		}
		d.bare = true
	case int64:
		c.setNumber(d, value)
		return true
	case string:
		d.arg = value
	}
	if numeric(name) && !(d.bare && name == "max-stale") {
		return false
	}
	c.set(d)
	return true
}

// setNumber adds a directive whose value is an Integer. Where none is expected
// the directive counts as one with an argument.
func (c *Control) setNumber(d directive, n int64) {
	if numeric(d.name) {
		d.arg = strconv.FormatInt(min(max(n, 0), math.MaxInt32), 10)
	}
	c.set(d)
}

func numeric(name string) bool {
	switch name {
	case "max-age", "s-maxage", "stale-while-revalidate", "stale-if-error", "min-fresh", "max-stale":
		return true
	}
	return false
}
