package cache

import (
	"math"
	"time"
)

// Seconds is a directive's delta-seconds (RFC 9111 section 1.2.2).
type Seconds struct {
	// Given: the directive is there, be its value readable or not.
	Given bool
	// N is 0 to 2^31-1; larger values are capped to it. What is no such number
	// counts as 0: no freshness, no stale time (section 4.2.1).
	N int32
}

// Duration is the value as a time.Duration, 0 when it is not given.
func (s Seconds) Duration() time.Duration { return time.Duration(s.N) * time.Second }

// Control is a Cache-Control field: the directives of RFC 9111 section 5.2, of
// RFC 5861 (stale-*) and of RFC 8246 (immutable). What was given twice has the
// safer value; what is not known is ignored (RFC 9111 section 5.2.3).
type Control struct {
	// Given: there was a Cache-Control line, be it empty.
	Given bool
	// Malformed: a quoted string does not end, so no one can tell what was meant
	// to be inside it. All that could be read was read.
	Malformed bool

	Public, Private, NoCache, NoStore, NoTransform  bool
	MustRevalidate, ProxyRevalidate, MustUnderstand bool
	Immutable, OnlyIfCached                         bool

	MaxAge, SMaxAge, MinFresh, MaxStale Seconds
	StaleWhileRevalidate, StaleIfError  Seconds

	// PrivateFields and NoCacheFields are the field lists of private="…" and
	// no-cache="…", as sent. Empty: the directive covers the whole response.
	PrivateFields, NoCacheFields string
}

// ParseControl reads all Cache-Control lines of a message. It allocates nothing
// and what it keeps are substrings of the lines.
func ParseControl(f Fields) Control {
	var c Control
	for i := range f {
		if sameName(f[i][0], "Cache-Control") {
			c.Given = true
			c.read(f[i][1])
		}
	}
	return c
}

// read adds the directives of one line.
func (c *Control) read(line string) {
	list := directives{rest: line}
	for list.next() {
		c.set(list.current)
	}
	c.Malformed = c.Malformed || list.malformed
}

// set adds one directive. Those that permit something count only without an
// argument, as they are defined; those that forbid count in any form.
func (c *Control) set(d directive) {
	var buf [len("stale-while-revalidate")]byte
	name := lowered(buf[:], d.name)
	switch string(name) {
	case "public":
		c.Public = c.Public || d.bare
	case "immutable":
		c.Immutable = c.Immutable || d.bare
	case "must-understand":
		c.MustUnderstand = c.MustUnderstand || d.bare
	case "private":
		c.PrivateFields = qualified(c.Private, c.PrivateFields, d.arg)
		c.Private = true
	case "no-cache":
		c.NoCacheFields = qualified(c.NoCache, c.NoCacheFields, d.arg)
		c.NoCache = true
	case "no-store":
		c.NoStore = true
	case "no-transform":
		c.NoTransform = true
	case "must-revalidate":
		c.MustRevalidate = true
	case "proxy-revalidate":
		c.ProxyRevalidate = true
	case "only-if-cached":
		c.OnlyIfCached = true
	default:
		c.setSeconds(name, d)
	}
}

// setSeconds adds a directive with a number.
func (c *Control) setSeconds(name []byte, d directive) {
	switch string(name) {
	case "max-age":
		c.MaxAge = c.MaxAge.least(seconds(d.arg))
	case "s-maxage":
		c.SMaxAge = c.SMaxAge.least(seconds(d.arg))
	case "stale-while-revalidate":
		c.StaleWhileRevalidate = c.StaleWhileRevalidate.least(seconds(d.arg))
	case "stale-if-error":
		c.StaleIfError = c.StaleIfError.least(seconds(d.arg))
	case "min-fresh": // the one where more is safer
		c.MinFresh = Seconds{true, max(c.MinFresh.N, seconds(d.arg))}
	case "max-stale":
		n := seconds(d.arg)
		if d.bare { // section 5.2.1.2: any age
			n = math.MaxInt32
		}
		c.MaxStale = c.MaxStale.least(n)
	}
}

// least adds one more value: of two that contradict each other the smaller
// counts, which section 4.2.1 allows (the response may be taken as stale).
func (s Seconds) least(n int32) Seconds {
	if s.Given {
		n = min(n, s.N)
	}
	return Seconds{true, n}
}

// qualified is the field list after one more occurrence of its directive: two
// of them together cover the whole response.
func qualified(seen bool, before, list string) string {
	if seen {
		return ""
	}
	return list
}

// seconds reads delta-seconds (section 1.2.2). Anything but digits is 0.
func seconds(s string) int32 {
	n, ok := deltaSeconds(s)
	if !ok {
		return 0
	}
	return n
}

// deltaSeconds reads 1*DIGIT, capped to the greatest int32.
func deltaSeconds(s string) (n int32, ok bool) {
	total := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		total = min(total*10+int64(s[i]-'0'), math.MaxInt32)
	}
	return int32(total), s != ""
}
