package cache

import "strings"

// maxSorted bounds the parameters that are put in order; a query with more stays
// in the order it came.
const maxSorted = 64

// QueryRules say which query parameters count. They shape the key only: the
// target goes to the origin as it was sent. Names are percent-decoded to compare
// them, and kept as sent. A query with a ";" is left as it stands: for some
// origins that separates parameters too, and what looks like a part of an
// ignored value would be a parameter of theirs.
type QueryRules struct {
	// Ignore drops parameters: exact names, or with a * at the end all that
	// begin so.
	Ignore []string
	// Allow, unless empty, drops all others; a * at the end as in Ignore. It
	// keeps every spelling that some origin reads as an allowed name: another
	// case, spaces before it, "." or " " for "_", "[...]" behind it.
	Allow []string
	// Sort makes the order of parameters of different names not matter. Those
	// of one name, in any spelling as of Allow, keep their order.
	Sort bool
}

func (q *QueryRules) active() bool {
	return q.Sort || len(q.Ignore) > 0 || len(q.Allow) > 0
}

// append appends "?" and the parameters that count; nothing where all of them
// were dropped.
func (q *QueryRules) append(dst []byte, query string) []byte {
	if strings.IndexByte(query, ';') >= 0 {
		return appendWithoutNUL(append(dst, '?'), query)
	}
	if q.Sort && strings.Count(query, "&") < maxSorted {
		return q.appendSorted(dst, query)
	}
	mark := byte('?')
	for more := true; more; {
		var parameter string
		parameter, query, more = strings.Cut(query, "&")
		if q.counts(parameter) {
			dst = appendWithoutNUL(append(dst, mark), parameter)
			mark = '&'
		}
	}
	return dst
}

// appendSorted does the same in the order of the names. The sort is stable.
func (q *QueryRules) appendSorted(dst []byte, query string) []byte {
	var kept [maxSorted]string
	n := 0
	for more := true; more; {
		var parameter string
		parameter, query, more = strings.Cut(query, "&")
		if !q.counts(parameter) {
			continue
		}
		at := n
		for at > 0 && compareNames(kept[at-1], parameter) > 0 {
			kept[at] = kept[at-1]
			at--
		}
		kept[at] = parameter
		n++
	}
	mark := byte('?')
	for _, parameter := range kept[:n] {
		dst = appendWithoutNUL(append(dst, mark), parameter)
		mark = '&'
	}
	return dst
}

// counts tells whether a parameter is part of the key.
func (q *QueryRules) counts(parameter string) bool {
	for _, pattern := range q.Ignore {
		if matches(pattern, name{rest: parameter}) {
			return false
		}
	}
	for _, pattern := range q.Allow {
		if matches(pattern, loose(parameter)) {
			return true
		}
	}
	return len(q.Allow) == 0
}

// matches compares a pattern with a name; a loose name with a loose reading of
// the pattern.
func matches(pattern string, n name) bool {
	prefix, open := strings.CutSuffix(pattern, "*")
	for i := range len(prefix) {
		c, ok := n.next()
		want := prefix[i]
		if n.loose {
			want = loosened(want)
		}
		if !ok || c != want {
			return false
		}
	}
	_, more := n.next()
	return open || !more
}

// compareNames orders two parameters by their names in the loose reading.
func compareNames(a, b string) int {
	x, y := loose(a), loose(b)
	for {
		c, more := x.next()
		d, other := y.next()
		switch {
		case !more && !other:
			return 0
		case !more, other && c < d:
			return -1
		case !other, c > d:
			return 1
		}
	}
}

// name reads a parameter's name byte by byte, percent-decoded, "+" a space.
type name struct {
	rest  string
	loose bool
}

// loose is the reading in which all names are one that some origin takes for one.
func loose(parameter string) name {
	for {
		n := name{rest: parameter}
		if c, ok := n.next(); !ok || c != ' ' {
			return name{rest: parameter, loose: true}
		}
		parameter = n.rest
	}
}

// next is the next byte of the name; false at its end.
func (n *name) next() (byte, bool) {
	if n.rest == "" || n.rest[0] == '=' {
		return 0, false
	}
	c, size := decoded(n.rest)
	if n.loose {
		if c == '[' {
			return 0, false
		}
		c = loosened(c)
	}
	n.rest = n.rest[size:]
	return c, true
}

func loosened(c byte) byte {
	if c == '.' || c == ' ' {
		return '_'
	}
	return lower(c)
}

// decoded is the first byte of a query component and its length as sent.
func decoded(s string) (c byte, size int) {
	if s[0] == '+' {
		return ' ', 1
	}
	if s[0] == '%' && len(s) >= 3 {
		high, low := hexDigit(s[1]), hexDigit(s[2])
		if high < 16 && low < 16 {
			return high<<4 | low, 3
		}
	}
	return s[0], 1
}

// hexDigit is the digit's value, 16 for what is none.
func hexDigit(c byte) byte {
	switch c = lower(c); {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 16
}
