package proxy

import "strings"

// maxHostLength is the longest name in the DNS, in bytes (RFC 1035 section
// 2.3.4). A longer Host fits no route that names one, and costs no search.
const maxHostLength = 253

// hostname is the host of a Host field as patterns have it: without the port
// and the dot at the end, in lower case; an IPv6 address keeps its brackets.
// It allocates only where there is an upper-case letter.
func hostname(field string) string {
	return lower(strings.TrimSuffix(withoutPort(field), "."))
}

func withoutPort(field string) string {
	if strings.HasPrefix(field, "[") {
		if end := strings.IndexByte(field, ']'); end > 0 {
			return field[:end+1]
		}
		return field
	}
	host, _, _ := strings.Cut(field, ":")
	return host
}

// lower changes ASCII letters only: strings.ToLower would turn the Kelvin sign
// into a k, and so one host into another.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return lowered(s)
		}
	}
	return s
}

func lowered(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
