package cache

import (
	"strings"
	"time"
)

// Validators are what a stored response can be validated with, as it was sent
// (RFC 9110 section 8.8). Empty: it has none of that kind.
type Validators struct {
	// ETag is an entity tag with its quotes, and its W/ where it is weak.
	ETag string
	// LastModified is a date as the origin wrote it.
	LastModified string
}

// ValidatorsOf finds the validators among a response's fields. One that stands
// twice or is not well formed is none: the origin could not be asked about it.
func ValidatorsOf(f Fields) Validators {
	v := Validators{ETag: onlyLine(f, "ETag"), LastModified: onlyLine(f, "Last-Modified")}
	if !isEntityTag(v.ETag) {
		v.ETag = ""
	}
	if _, ok := parseDate(v.LastModified, time.Time{}); !ok {
		v.LastModified = ""
	}
	return v
}

// Any tells whether there is one at all.
func (v Validators) Any() bool { return v.ETag != "" || v.LastModified != "" }

// SelectedBy304 are the places of the stored responses that a 304 updates (RFC
// 9111 section 4.3.4). update are its fields; stored are the validators of all
// that could have answered the request but for their age, the most recent first.
// A strong entity tag selects all that have it, and nothing where none has; a
// weak one, or else a date, the most recent that has it. A 304 without validators
// confirms the only one that there is, for what else can it mean.
func SelectedBy304(update Fields, stored []Validators) []int {
	v := ValidatorsOf(update)
	switch {
	case v.ETag != "" && !isWeak(v.ETag):
		return allWith(v.ETag, stored)
	case v.Any():
		return firstWith(v, stored)
	case len(stored) == 1:
		return []int{0}
	}
	return nil
}

func allWith(etag string, stored []Validators) []int {
	var selected []int
	for i := range stored {
		if stored[i].ETag == etag {
			selected = append(selected, i)
		}
	}
	return selected
}

// firstWith compares weakly (RFC 9110 section 8.8.3.2). A date counts only where
// one of the two has no entity tag.
func firstWith(v Validators, stored []Validators) []int {
	for i, s := range stored {
		same := v.LastModified != "" && v.LastModified == s.LastModified
		if v.ETag != "" && s.ETag != "" {
			same = opaque(v.ETag) == opaque(s.ETag)
		}
		if same {
			return []int{i}
		}
	}
	return nil
}

func isWeak(etag string) bool { return strings.HasPrefix(etag, "W/") }

// opaque is an entity tag without its weakness.
func opaque(etag string) string { return strings.TrimPrefix(etag, "W/") }

// isEntityTag tells whether s is an entity tag (RFC 9110 section 8.8.3).
func isEntityTag(s string) bool {
	s = opaque(s)
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return false
	}
	for _, c := range []byte(s[1 : len(s)-1]) {
		if c < '!' || c == '"' || c == 0x7f {
			return false
		}
	}
	return true
}

// onlyLine is the value of a field that has a single line, else "".
func onlyLine(f Fields, name string) string {
	value, lines := "", 0
	for line := range f.All(name) {
		value, lines = trimOWS(line), lines+1
	}
	if lines != 1 {
		return ""
	}
	return value
}
