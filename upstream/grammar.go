package upstream

import (
	"iter"
	"strings"
)

// isToken: RFC 9110 section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; (tokenLow>>c|tokenHigh>>(c-64))&1 == 0 { // a shift too far gives no bit
			return false
		}
	}
	return s != ""
}

// The bytes of a token, a bit for each: low those below 64, high the others.
const (
	tokenLow  uint64 = (1<<10-1)<<'0' | 1<<'!' | 1<<'#' | 1<<'$' | 1<<'%' | 1<<'&' | 1<<'\'' | 1<<'*' | 1<<'+' | 1<<'-' | 1<<'.'
	tokenHigh uint64 = (1<<26-1)<<('A'-64) | (1<<26-1)<<('a'-64) | 1<<('^'-64) | 1<<('_'-64) | 1<<('`'-64) | 1<<('|'-64) | 1<<('~'-64)
)

// isValue: RFC 9110 section 5.5 finds CR, LF and NUL dangerous.
func isValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '\r' || c == '\n' || c == 0 {
			return false
		}
	}
	return true
}

// same compares field names and options; the length decides most cases.
func same(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// hopByHop: fields that concern one connection only (RFC 9110 section 7.6.1).
func hopByHop(name string) bool {
	switch len(name) {
	case len("TE"):
		return same(name, "TE")
	case len("Upgrade"):
		return same(name, "Upgrade")
	case len("Connection"): // and Keep-Alive
		return same(name, "Connection") || same(name, "Keep-Alive")
	case len("Proxy-Connection"):
		return same(name, "Proxy-Connection")
	case len("Transfer-Encoding"):
		return same(name, "Transfer-Encoding")
	}
	return false
}

// members yields the members of a comma-separated list without their spaces
// (RFC 9110 section 5.6.1).
func members(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for m := range strings.SplitSeq(list, ",") {
			if m = trim(m); m != "" && !yield(m) {
				return
			}
		}
	}
}

// trim removes optional white space (RFC 9110 section 5.6.3).
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
