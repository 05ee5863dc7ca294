package cache

import (
	"iter"
	"strings"
)

// Fields are the field lines of a message in the order they came: name, value.
// Names compare without regard to case (RFC 9110 section 5.1). Being a slice of
// an unnamed array it converts to and from the other rooms' lists for free.
type Fields [][2]string

// Get returns the value of the first line of that name, or "".
func (f Fields) Get(name string) string {
	for i := range f {
		if sameName(f[i][0], name) {
			return f[i][1]
		}
	}
	return ""
}

// Has tells whether a line of that name is there, be it empty.
func (f Fields) Has(name string) bool {
	for i := range f {
		if sameName(f[i][0], name) {
			return true
		}
	}
	return false
}

// All yields the value of each line of that name, in order.
func (f Fields) All(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range f {
			if sameName(f[i][0], name) && !yield(f[i][1]) {
				return
			}
		}
	}
}

// Clone copies the lines into memory of their own: one run of bytes, so that
// nothing of the request's buffers is held.
func (f Fields) Clone() Fields {
	size := 0
	for i := range f {
		size += len(f[i][0]) + len(f[i][1])
	}
	var run strings.Builder
	run.Grow(size)
	for i := range f {
		run.WriteString(f[i][0])
		run.WriteString(f[i][1])
	}
	all, own := run.String(), make(Fields, len(f))
	for i := range f {
		n, v := len(f[i][0]), len(f[i][1])
		own[i] = [2]string{all[:n], all[n : n+v]}
		all = all[n+v:]
	}
	return own
}

// sameName compares field names; the length decides most cases.
func sameName(a, b string) bool {
	return len(a) == len(b) && (a == b || strings.EqualFold(a, b))
}
