package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// maxHostLength is the longest name in the DNS, in bytes (RFC 1035 section 2.3.4).
const maxHostLength = 253

// patternHost reads a route's host into the form that requests are compared
// in: lower case, no port, no dot at the end.
func patternHost(host string) (string, error) {
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	bare, _ := strings.CutPrefix(name, "*.")
	switch {
	case host == "":
		return "", nil
	case name == "*":
		return "", fmt.Errorf(`"*": leave host out to take any host`)
	case strings.Contains(name, "/"):
		return "", fmt.Errorf("%q is more than a host; write the name alone, the path belongs in path", host)
	case strings.HasPrefix(bare, "["):
		return name, checkIPv6(host, name)
	case strings.Contains(bare, ":"):
		return "", fmt.Errorf("%q: a host is matched without its port; leave out the : and what follows", host)
	case strings.Contains(bare, "*"):
		return "", fmt.Errorf("%q: a * stands only for the whole beginning; write *.example.com", host)
	case len(name) > maxHostLength:
		return "", fmt.Errorf("%q is longer than the %d bytes of a DNS name; shorten it", host, maxHostLength)
	}
	for label := range strings.SplitSeq(bare, ".") {
		if !isHostLabel(label) {
			return "", fmt.Errorf("%q: %q is no part of a host name; use letters, digits and -, for other scripts the xn-- form", host, label)
		}
	}
	return name, nil
}

func checkIPv6(host, name string) error {
	inner, closed := strings.CutSuffix(name[1:], "]")
	addr, err := netip.ParseAddr(inner)
	if !closed || err != nil || !addr.Is6() || addr.Zone() != "" {
		return fmt.Errorf("%q is no IPv6 address in brackets; write it like [2001:db8::1]", host)
	}
	return nil
}

// isHostLabel allows the underscore beside RFC 1123: service names use it.
func isHostLabel(label string) bool {
	if label == "" || len(label) > 63 {
		return false
	}
	for i := range len(label) {
		c := label[i]
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// patternMethods copies the list and adds HEAD to GET (RFC 9110 section 9.3.2:
// HEAD is GET without the content).
func patternMethods(methods []string) (list []string, headImplied bool, err error) {
	if len(methods) > maxMethods {
		return nil, false, fmt.Errorf("%d methods are more than %d; leave the key out to take all", len(methods), maxMethods)
	}
	for _, method := range methods {
		upper := strings.ToUpper(method)
		switch {
		case !isToken(method):
			return nil, false, fmt.Errorf("%q is no method; write one like GET", method)
		case method != upper && isCommonMethod(upper):
			return nil, false, fmt.Errorf("%q: methods are case-sensitive; write %s", method, upper)
		case slices.Contains(list, method):
			return nil, false, fmt.Errorf("%s is there twice; write it once", method)
		}
		list = append(list, method)
	}
	if slices.Contains(list, "GET") && !slices.Contains(list, "HEAD") {
		return append(list, "HEAD"), true, nil
	}
	return list, false, nil
}

func isCommonMethod(method string) bool {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY":
		return true
	}
	return false
}

// isToken: RFC 9110 section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		alnum := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !alnum && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}
