package proxy

import "strings"

// isToken is the grammar of a field name (RFC 9110 section 5.6.2).
func isToken(s []byte) bool { return allWithin(view(s), tokenLow, tokenHigh) && len(s) > 0 }

// Sets of ASCII bytes, a bit for each: low those below 64, high the others.
const (
	digits  uint64 = (1<<10 - 1) << '0'
	letters uint64 = (1<<26-1)<<('A'-64) | (1<<26-1)<<('a'-64)

	tokenLow  = digits | 1<<'!' | 1<<'#' | 1<<'$' | 1<<'%' | 1<<'&' | 1<<'\'' | 1<<'*' | 1<<'+' | 1<<'-' | 1<<'.'
	tokenHigh = letters | 1<<('^'-64) | 1<<('_'-64) | 1<<('`'-64) | 1<<('|'-64) | 1<<('~'-64)

	hostLow  = digits | 1<<'-' | 1<<'.'
	hostHigh = letters | 1<<('_'-64) | 1<<('~'-64)

	addressLow         = digits | 1<<':' | 1<<'.'
	addressHigh uint64 = (1<<6-1)<<('A'-64) | (1<<6-1)<<('a'-64)
)

// allWithin tells whether all bytes are in a set. A shift too far gives no bit.
func allWithin(s string, low, high uint64) bool {
	for i := range len(s) {
		if c := s[i]; (low>>c|high>>(c-64))&1 == 0 {
			return false
		}
	}
	return true
}

// isFieldValue refuses control bytes (RFC 9110 section 5.5).
func isFieldValue(s []byte) bool {
	for _, c := range s {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// isAuthority is host[:port] with nothing around it: no user, path or space (RFC
// 3986 section 3.2).
func isAuthority(s string) bool {
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 || !allWithin(s[1:end], addressLow, addressHigh) {
			return false
		}
		host, port = s[1:end], s[end+1:]
	} else {
		if i := strings.IndexByte(s, ':'); i >= 0 {
			host, port = s[:i], s[i:]
		}
		if !allWithin(host, hostLow, hostHigh) {
			return false
		}
	}
	if port != "" && (port[0] != ':' || !allWithin(port[1:], digits, 0) || len(port) > 6) {
		return false
	}
	return host != "" && len(s) <= 255
}
