package proxy

import "strings"

// isToken is the grammar of a field name (RFC 9110 section 5.6.2).
func isToken(s []byte) bool {
	for _, c := range s {
		if !tokenBytes[c] {
			return false
		}
	}
	return len(s) > 0
}

const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// byteSet tells of each byte whether it belongs.
type byteSet [256]bool

func setOf(members string) (set byteSet) {
	for i := range len(members) {
		set[members[i]] = true
	}
	return set
}

// holds tells whether all bytes of s belong.
func (set *byteSet) holds(s string) bool {
	for i := range len(s) {
		if !set[s[i]] {
			return false
		}
	}
	return true
}

// None of them ever changes.
var (
	tokenBytes   = setOf(alphanumeric + "!#$%&'*+-.^_`|~")
	hostBytes    = setOf(alphanumeric + "-._~")
	addressBytes = setOf("0123456789abcdefABCDEF:.")
	digitBytes   = setOf("0123456789")
)

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
		if end < 0 || !addressBytes.holds(s[1:end]) {
			return false
		}
		host, port = s[1:end], s[end+1:]
	} else {
		if i := strings.IndexByte(s, ':'); i >= 0 {
			host, port = s[:i], s[i:]
		}
		if !hostBytes.holds(host) {
			return false
		}
	}
	if port != "" && (port[0] != ':' || !digitBytes.holds(port[1:]) || len(port) > 6) {
		return false
	}
	return host != "" && len(s) <= 255
}
