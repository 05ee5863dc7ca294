package cache

import (
	"slices"
	"strings"
)

// maxVary bounds the names that a response may be selected by.
const maxVary = 32

// ParseVary reads the Vary lines of a response: its names, lower-cased, sorted,
// each once (RFC 9110 section 12.5.5). A * in any position, a member that is no
// field name, one of Policy.Rewritten, or more than 32 names is a reason not to
// store.
func ParseVary(f Fields, pol *Policy) ([]string, Reason) {
	var names []string
	for line := range f.All("Vary") {
		for member := range strings.SplitSeq(line, ",") {
			name := strings.ToLower(trimOWS(member))
			switch {
			case name == "*":
				return nil, VaryStar
			case tokenLength(name) != len(name):
				return nil, VaryInvalid
			case name == "", name == "accept-encoding" && !pol.KeepAcceptEncoding:
				continue
			case slices.Contains(pol.Rewritten, name):
				return nil, VaryRewritten
			case slices.Contains(names, name):
				continue
			case len(names) == maxVary:
				return nil, VaryTooMany
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, ""
}

// SelectingValues copies what a request says in the named fields, for Selects to
// compare later requests with (RFC 9111 section 4.1). The result is as long as
// names: "" for a field that is absent, "=" and the combined lines otherwise.
func SelectingValues(names []string, f Fields) []string {
	if len(names) == 0 {
		return nil
	}
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = selectingValue(name, f)
	}
	return values
}

// selectingValue combines the lines of a field (RFC 9110 section 5.3).
func selectingValue(name string, f Fields) string {
	var b strings.Builder
	for line := range f.All(name) {
		b.WriteString(separator(b.Len()))
		b.WriteString(trimOWS(line))
	}
	return b.String()
}

func separator(written int) string {
	if written == 0 {
		return "="
	}
	return ", "
}

// Selects tells whether a request says in the named fields what the stored
// values say: a field that is absent matches only one that is absent, and the
// order within a field counts. It allocates nothing.
func Selects(names, values []string, f Fields) bool {
	if len(names) != len(values) {
		return false
	}
	for i, name := range names {
		if !selects(name, values[i], f) {
			return false
		}
	}
	return true
}

func selects(name, value string, f Fields) bool {
	rest := value
	for i := range f {
		if !sameName(f[i][0], name) {
			continue
		}
		var same, more bool
		rest, same = strings.CutPrefix(rest, separator(len(value)-len(rest)))
		rest, more = strings.CutPrefix(rest, trimOWS(f[i][1]))
		if !same || !more {
			return false
		}
	}
	return rest == ""
}

// sameSelection tells whether two requests agree in the named fields, line by
// line. It allocates nothing.
func sameSelection(names []string, a, b Fields) bool {
	for _, name := range names {
		if !sameLines(name, a, b) {
			return false
		}
	}
	return true
}

func sameLines(name string, a, b Fields) bool {
	at := 0
	for i := range a {
		if !sameName(a[i][0], name) {
			continue
		}
		at = nextLine(name, b, at)
		if at == len(b) || trimOWS(a[i][1]) != trimOWS(b[at][1]) {
			return false
		}
		at++
	}
	return nextLine(name, b, at) == len(b)
}

// nextLine is the first line of that name at or after from, or len(f).
func nextLine(name string, f Fields, from int) int {
	for from < len(f) && !sameName(f[from][0], name) {
		from++
	}
	return from
}
