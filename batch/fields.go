package batch

import "strings"

// ignored tells whether an item's field is left out without a word, because it
// belongs to the connection, to the framing or to the gateway: the batch's own
// Host, forwarding and loop facts hold for its items. Ranges and codings would
// make answers that cannot be embedded. An underscore counts as a dash, for
// there are origins that read it as one.
func ignored(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	switch name {
	case "host", "content-length", "forwarded", "via", "cdn-loop",
		"range", "if-range", "expect", "accept-encoding":
		return true
	}
	return hopByHop(name) || strings.HasPrefix(name, "x-forwarded-") || strings.HasPrefix(name, "proxy-")
}

// hidden tells whether an answer's field is not shown; name is in lower case.
func hidden(name string) bool {
	return name == "content-length" || hopByHop(name)
}

// hopByHop tells whether a field is about one connection (RFC 9110 section
// 7.6.1); name is in lower case. Proxy-Status is not: it is for the client.
func hopByHop(name string) bool {
	switch name {
	case "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
		"proxy-connection", "proxy-authenticate", "proxy-authorization", "proxy-authentication-info":
		return true
	}
	return false
}

// isToken tells whether s is a token, as methods and field names are (RFC 9110
// section 5.6.2).
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		digit := c >= '0' && c <= '9'
		if !letter && !digit && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

// isFieldValue tells whether s may stand in a field line: no control characters
// but the tab (RFC 9110 section 5.5).
func isFieldValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// only returns the value of a field that may stand once, and how often it stands.
func only(fields [][2]string, name string) (value string, lines int) {
	for _, field := range fields {
		if strings.EqualFold(field[0], name) {
			value = field[1]
			lines++
		}
	}
	return value, lines
}

// mediaType is the type without its parameters, in lower case.
func mediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.Trim(media, " \t"))
}

// isJSON tells whether a media type's bodies are JSON values.
func isJSON(media string) bool {
	return media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json")
}
